"""Sizes written into notebooks and modules through promotion, so that the two stay in step."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from platform_core.compute_kinds import ComputeSpec, Use, list_prices
from platform_core.costs.facts import Facts
from platform_core.costs.records import Record
from promote.cli import main
from promote.examine import examine
from promote.outcome import Settings
from promote.project import find
from tests.promote.merge.projects import promoted
from workbench.costing.rewrite import option_text, rewrite
from workbench.costing.sizes import propose
from workbench.lifecycle.values import Report
from workbench.scaffold import render_project

SMALL = ComputeSpec("fargate", {"cpu_units": 256, "memory_mb": 512})


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A promoted project; copies of it are worked on."""
    root = tmp_path_factory.mktemp("sizes") / "rents"
    root.mkdir()
    promoted(root)
    return root


@pytest.fixture
def project(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("WORKBENCH_PROJECT", "WORKBENCH_LAKE", "WORKBENCH_ENV"):
        monkeypatch.delenv(name, raising=False)
    return Path(shutil.copytree(original, tmp_path / "rents"))


def write(root: Path, spec: ComputeSpec = SMALL, *, dry_run: bool = False, asset: str = "rents") -> Report:
    return rewrite(find(named=root), {asset: spec}, lambda _: None, run=False, dry_run=dry_run)


def cell(root: Path, tag: str = "silver:rents") -> str:
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        for one in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if tag in one["metadata"].get("tags", ()):
                return "".join(one["source"])
    raise AssertionError(tag)


def change_cell(root: Path, before: str, after: str, **options: object) -> None:
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for one in content["cells"]:
            if "silver:rents" in one["metadata"].get("tags", ()):
                one["source"] = "".join(one["source"]).replace(before, after)
                one["metadata"].update({"workbench": options} if options else {})
                path.write_text(json.dumps(content), encoding="utf-8")
                return


def drift(root: Path) -> dict[str, str]:
    found = find(named=root)
    outcome = examine(found, found.notebooks, Settings(check=True)).outcome
    return {step.tag: step.drift for step in outcome.steps}


def module(root: Path) -> str:
    (path,) = root.glob("src/*/defs/silver/rents.py")
    return path.read_text(encoding="utf-8")


def test_a_size_goes_into_notebook_and_module_and_they_stay_in_step(project: Path) -> None:
    stood = drift(project)
    report = write(project)
    assert (report.exit_code, report.done) == (0, True)
    assert "#| compute: {kind: fargate, cpu_units: 256, memory_mb: 512}" in cell(project).split("\n")
    assert "@fargate_compute(cpu_units=256, memory_mb=512)" in module(project)
    assert drift(project)["silver:rents"] in {"", "unverified"}
    assert {tag: state for tag, state in drift(project).items() if tag != "silver:rents"} == {
        tag: state for tag, state in stood.items() if tag != "silver:rents"
    }
    # and again: another size in place of the one that is there
    assert write(project, ComputeSpec("fargate", {"cpu_units": 1024, "memory_mb": 2048})).done
    assert cell(project).count("#| compute:") == 1
    assert "@fargate_compute(cpu_units=1024, memory_mb=2048)" in module(project)


def test_a_dry_run_shows_the_edit_and_changes_nothing(project: Path) -> None:
    def contents() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in project.rglob("*") if path.is_file()}

    before = contents()
    report = write(project, dry_run=True)
    assert (report.exit_code, report.done) == (0, False)
    assert [edit.after for edit in report.edits] == ["#| compute: {kind: fargate, cpu_units: 256, memory_mb: 512}"]
    assert report.files
    assert contents() == before


def test_an_option_over_several_lines_is_replaced_whole(project: Path) -> None:
    lines = "#| compute:\n#|   kind: fargate\n#|   cpu_units: 2048\n#|   memory_mb: 8192\n"
    source = cell(project)
    change_cell(project, source, lines + source)
    from promote.pipeline import promote

    found = find(named=project)
    promote(found, list(found.notebooks), Settings(run=False, select=("silver:rents",)), lambda _: None)
    assert "memory_mb=8192" in module(project)
    assert write(project).done
    assert [line for line in cell(project).split("\n") if line.startswith("#|")].count(
        "#| compute: {kind: fargate, cpu_units: 256, memory_mb: 512}"
    ) == 1
    assert "8192" not in cell(project)
    assert cell(project).endswith(source.split("\n")[-1])


def test_what_is_not_in_step_is_left_alone_and_said(project: Path) -> None:
    (path,) = project.glob("src/*/defs/silver/rents.py")
    path.write_text(module(project).replace("return ", "print()\n    return ", 1), encoding="utf-8")
    before = cell(project)
    report = write(project)
    assert not report.done
    assert ["not in step" in one.message for one in report.findings] == [True]
    assert cell(project) == before


def test_what_the_panel_wrote_and_what_is_written_by_hand_are_left_alone(project: Path) -> None:
    report = write(project, asset="nobodys")
    assert not report.done
    assert "written by hand" in report.findings[0].message
    change_cell(project, "", "", compute={"kind": "fargate"})
    from promote.pipeline import promote

    found = find(named=project)
    promote(found, list(found.notebooks), Settings(run=False, select=("silver:rents",)), lambda _: None)
    report = write(project)
    assert not report.done
    assert "the panel" in str(report.findings[0].hint)


def test_options_leave_out_defaults_and_keep_what_was_written() -> None:
    spec = ComputeSpec("lambda", {"memory_mb": 300, "environment_variables": {"LOG_LEVEL": "INFO"}})
    assert option_text(spec) == '{kind: lambda, memory_mb: 300, environment_variables: {"LOG_LEVEL": "INFO"}}'
    assert option_text(ComputeSpec("lambda"), {"timeout_seconds": 300}) == "{kind: lambda, timeout_seconds: 300}"


def records(asset: str, seconds: float, cpu: float, memory: float, runs: int = 5, **more: object) -> list[Record]:
    given = {"kind": "fargate", "failed": False, **more}
    return [
        Record(asset, None, "r", "", 0.0, str(given["kind"]), "", None, Use(seconds, cpu, memory), None,
               failed=bool(given["failed"]))
        for _ in range(runs)
    ]  # fmt: skip


def proposed(spec: ComputeSpec, *history: Record, headroom: float | None = None) -> tuple[str, ComputeSpec | None]:
    (one,) = propose({"a": Facts("a", spec=spec)}, history, list_prices(), headroom=headroom)
    return one.status, one.proposed


def test_sizes_follow_what_was_measured_with_headroom() -> None:
    large = ComputeSpec("fargate", {"cpu_units": 4096, "memory_mb": 16384})
    assert proposed(large, *records("a", 60, 50, 1000)) == (
        "resize",
        ComputeSpec("fargate", {"cpu_units": 1024, "memory_mb": 2048}),
    )
    assert proposed(large, *records("a", 60, 50, 1000), headroom=3.0)[1] == ComputeSpec(
        "fargate", {"cpu_units": 1024, "memory_mb": 3072}
    )
    assert proposed(SMALL, *records("a", 60, 5, 300)) == ("fits", None)
    assert proposed(SMALL, *records("a", 60, 5, 300, runs=2)) == ("too few runs", None)
    assert proposed(SMALL, *records("a", 60, 5, 300, failed=True)) == ("too few runs", None)


def test_what_has_nothing_to_do_with_size_stays() -> None:
    spec = ComputeSpec(
        "lambda", {"memory_mb": 8192, "timeout_seconds": 900, "environment_variables": {"LOG_LEVEL": "INFO"}}
    )
    status, found = proposed(spec, *records("a", 5, 1, 400))
    assert status == "resize"
    assert found is not None
    assert (found["memory_mb"], found["timeout_seconds"]) == (520, 900)
    assert dict(found["environment_variables"]) == {"LOG_LEVEL": "INFO"}
    nodes = ComputeSpec("eks", {"node_type": "m5.4xlarge", "min_nodes": 2, "max_nodes": 4, "spot_instances": False})
    _, found = proposed(nodes, *records("a", 500, 100, 1000))
    assert found == ComputeSpec("eks", {**nodes.options, "node_type": "m5.large"})
    own = ComputeSpec("eks", {"node_type": "r5.large"})
    assert proposed(own, *records("a", 500, 100, 1000)) == ("fits", None)


def test_what_outgrew_its_kind_is_proposed_another() -> None:
    status, found = proposed(ComputeSpec("lambda"), *records("a", 5000, 5000, 3000))
    assert status == "move"
    assert found is not None
    assert found.kind == "batch"


@pytest.mark.nightly
def test_a_size_is_written_with_a_run_that_verifies_it(tmp_path: Path, full_count: bool) -> None:
    """Notebook, module and evidence change in one write, and the step is verified as it stands."""
    if not full_count:
        pytest.skip("runs a notebook and its asset twice: `make test-nightly`")
    root = tmp_path / "visits"
    render_project(root, {"project_name": "Visits", "example": "blank"}, ask=False)
    assert main(["--project", str(root), str(root / "notebooks/bronze/harvest.ipynb")]) == 0
    larger = ComputeSpec("lambda", {"memory_mb": 1024})
    assert rewrite(find(named=root), {"visits": larger}, lambda _: None, run=True, dry_run=False).done
    assert "memory_mb: 1024}" in cell(root, "bronze:visits")
    assert "memory_mb=1024)" in (root / "src/visits/defs/bronze/visits.py").read_text(encoding="utf-8")
    assert drift(root) == {"bronze:visits": ""}
