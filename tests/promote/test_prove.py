"""What proving says of each way in which a stage can end; the stage is played, since a real one rarely fails so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from promote import prove as module
from promote.evidence import Proof
from promote.generated_tests import GeneratedTests
from promote.model import GeneratedFile, Notebook
from promote.outcome import Settings
from promote.pipeline import _held_back
from promote.prepare import prepare, standing
from promote.project import find
from promote.verify.values import (
    AssetOutcome,
    Capture,
    Captured,
    CheckOutcome,
    Figures,
    Loaded,
    Materialised,
    Observed,
    Parity,
    TestsResult,
)
from tests.promote.small_project import FILES, Cells, make_project

OPTIONS = "#| partitions: {by: static, values: years, parameter: year}\n"
CELLS: Cells = (
    ("", "import polars as pl\n\nfrom platform_core.sdk import load_asset"),
    ("parameters", 'year = "2024"'),
    ("silver:rents", f'{OPTIONS}rents = load_asset("raw").filter(pl.col("year") == year)'),
    ("gold:total", 'total = load_asset("raw").select(pl.len())'),
    ("test:total", 'given = {"raw": pl.LazyFrame({"n": [1]})}\nexpected = pl.LazyFrame({"len": [1]})'),
)
SCHEMA = (("n", "Int64"),)
WELL = Parity(True, "not compared")
TESTS = {"tests.assets.test_rents": 3, "tests.assets.test_total": 2}
TOTAL, CHECKS, SAYS = "tests.assets.test_total::", "test_total_checks", "test_total_as_the_notebook_says"
SAID = {f"{TOTAL}{CHECKS}": "assert 1 == 2", f"{TOTAL}{SAYS}": "AssertionError: got 2 rows, expected 1"}


@dataclass
class PlayedStage:
    """A stage whose parts answer as a test says; what it was asked is kept."""

    upstreams: Materialised = field(default_factory=Materialised)
    captured: Sequence[str] = ("rents", "total")
    assets: Mapping[str, AssetOutcome] = field(default_factory=dict)
    error: str = ""
    location: str = "src/rents/defs/a.py:3"
    parities: list[Parity] = field(default_factory=list)
    again: AssetOutcome | None = None
    tests: TestsResult = field(default_factory=lambda: TestsResult(5, passed_in=TESTS))
    asked: list[dict[str, Any]] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)

    def __call__(self, *_: object) -> PlayedStage:
        return self

    def __enter__(self) -> PlayedStage:
        return self

    def __exit__(self, *_: object) -> None: ...

    def write(self, files: Iterable[GeneratedFile]) -> None:
        list(files)

    def remove(self, paths: Iterable[str]) -> None:
        list(paths)

    def materialise(self, assets: Sequence[str], **named: Any) -> Materialised:
        self.asked.append({"assets": list(assets), **named})
        if assets == ["raw"]:
            return self.upstreams
        if self.error:
            return Materialised(error=self.error, location=self.location)
        if len(self.asked) > 2:
            return Materialised({self.again.name: self.again} if self.again else {})
        return Materialised({name: AssetOutcome(name, True) for name in assets} | dict(self.assets))

    def observe(self, notebook: Notebook, captures: Sequence[Capture], values: Mapping[str, Any]) -> Observed:
        frames = {name: Captured(name, "polars", SCHEMA, 20, Path()) for name in self.captured}
        return Observed(frames, {"raw": Loaded("raw", "lazy", SCHEMA, 9)}, ran=True)

    def compare(self, captured: Captured, asset: str, partition: str | None = None, **_: object) -> Parity:
        self.compared.append(asset)
        return self.parities.pop(0) if self.parities else WELL

    def kept(self, asset: str, partition: str | None = None) -> Captured:
        return Captured(asset, "polars", SCHEMA, 20, Path())

    def figures(self, captured: Captured, key: Sequence[str]) -> Figures:
        return Figures({"n": 3})

    def run_tests(self, paths: Sequence[str]) -> TestsResult:
        return self.tests


def proven(stage: PlayedStage, root: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Proof:
    """Prove the two steps of one notebook on a stage."""
    make_project(root, {"a.ipynb": CELLS})
    project = find(named=root)
    prepared, _, _ = prepare(project, [root / "notebooks/a.ipynb"], (), include_needed=False)
    tags = [plan.step.tag for plan in prepared[0].plans]
    files = {tag: (GeneratedFile(f"tests/assets/test_{tag.partition(':')[2]}.py", "", tag),) for tag in tags}
    monkeypatch.setattr(module, "Stage", stage)
    monkeypatch.setattr(module, "generate_tests", lambda *_: {tag: GeneratedTests(files[tag]) for tag in tags})
    stands = standing(project, prepared, {})
    chosen = Settings(project=root, **settings)
    return module.prove(project, prepared, stands, frozenset(tags), {}, {}, chosen, lambda _: None)


def test_what_was_shown_is_kept_for_each_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = (CheckOutcome("few", False, "warning"), CheckOutcome("some", True, "error"))
    stage = PlayedStage(assets={"total": AssetOutcome("total", True, checks=checks)})
    proof = proven(stage, tmp_path, monkeypatch, parameters=(("year", "2023"),))
    assert (proof.findings, proof.failed) == ((), ())
    rents, total = proof.facts["silver:rents"], proof.facts["gold:total"]
    assert (rents.partition, rents.tests, total.partition, total.tests) == ("2023", 3, None, 2)
    assert total.checks == (("few", False, "warning"), ("some", True, "error"))
    assert rents.inputs["raw"].rows == 9
    assert (rents.output.rows, rents.output.nulls) == (20, {"n": "<10"})
    assert (rents.output.since, rents.output.columns) == ("", {})  # nobody knows since when raw is what it is
    assert set(rents.tools) >= {"dagster", "polars"}
    asked = stage.asked[1]
    assert (asked["partitions"], asked["parameters"], asked["replay"]) == ({"rents": "2023"}, {}, True)


def test_steps_that_stand_as_they_were_get_no_tests_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    root = make_project(tmp_path / "project", {"a.ipynb": CELLS})
    project = find(named=root)
    prepared, _, _ = prepare(project, [root / "notebooks/a.ipynb"], (), include_needed=False)
    stage = PlayedStage(tests=TestsResult(2, passed_in={"tests.assets.test_total": 2}))

    def made(*given: Any) -> dict[str, GeneratedTests]:
        asked.extend(plan.step.tag for plan in given[3])  # those that are to have tests
        return {tag: GeneratedTests((GeneratedFile("tests/assets/test_total.py", "", tag),)) for tag in asked}

    monkeypatch.setattr(module, "Stage", stage)
    monkeypatch.setattr(module, "generate_tests", made)
    chosen, stands = Settings(project=root), standing(project, prepared, {})
    proof = module.prove(project, prepared, stands, frozenset(["gold:total"]), {}, {}, chosen, lambda _: None)
    assert (asked, list(proof.facts), list(proof.files)) == (["gold:total"], ["gold:total"], ["gold:total"])
    assert stage.compared == ["rents", "total"]  # the notebook is proven as a whole


def test_what_the_notebook_loads_for_other_steps_is_made_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook runs as a whole, whichever of its steps were chosen."""
    stage = PlayedStage(captured=("total",))
    cells = [(tags, source.replace('"raw").filter', '"other").filter')) for tags, source in CELLS]
    root = make_project(tmp_path / "project", {"a.ipynb": cells})
    project = find(named=root)
    prepared, _, _ = prepare(project, [root / "notebooks/a.ipynb"], ("gold:total",), include_needed=False)
    monkeypatch.setattr(module, "Stage", stage)
    monkeypatch.setattr(
        module, "generate_tests", lambda *_: {"gold:total": GeneratedTests((GeneratedFile("a", "", ""),))}
    )
    stands = standing(project, prepared, {})
    module.prove(project, prepared, stands, frozenset(stands), {}, {}, Settings(project=root), lambda _: None)
    assert stage.asked[0]["assets"] == ["other", "raw"]


def test_without_a_value_the_partition_is_the_default_of_its_parameter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert proven(PlayedStage(), tmp_path, monkeypatch).facts["silver:rents"].partition == "2024"


FAILED = AssetOutcome("rents", False, "KeyError: 'fee'", "src/rents/defs/silver/rents.py:9")
OTHER = Parity(False, "not compared", "column 'n': 1 of 2 rows has no equal")


@pytest.mark.parametrize(
    ("stage", "code", "words", "failed"),
    [
        (
            PlayedStage(upstreams=Materialised({"raw": AssetOutcome("raw", False, "No source.")})),
            "PR504",
            ["What notebooks/a.ipynb reads could not be made: No source."],
            {"silver:rents", "gold:total"},
        ),
        (PlayedStage(captured=("rents",)), "", [], {"gold:total"}),
        (
            # `total` has no partitions and is given all of raw's, as in the notebook
            PlayedStage(assets={n: AssetOutcome(n, True, cut={"raw": n == "rents"}) for n in ("rents", "total")}),
            "PR326",
            ["silver:rents would get its own partition of raw, where the notebook has all of them."],
            {"silver:rents"},
        ),
        (
            PlayedStage(assets={"rents": FAILED}),
            "PR504",
            ["The promoted silver:rents failed: KeyError: 'fee' (src/rents/defs/silver/rents.py:9)"],
            {"silver:rents"},
        ),
        (
            PlayedStage(parities=[OTHER, WELL], again=AssetOutcome("rents", True)),
            "PR503",
            ["silver:rents does not give what the notebook gave: column 'n': 1 of 2 rows has no equal."],
            {"silver:rents"},
        ),
        (
            PlayedStage(parities=[OTHER, OTHER], again=AssetOutcome("rents", True)),
            "PR507",
            ["silver:rents gives something else each time it runs: column 'n': 1 of 2 rows has no equal."],
            {"silver:rents"},
        ),
        (
            PlayedStage(parities=[OTHER], again=replace(FAILED)),
            "PR507",
            ["silver:rents gives something else each time it runs: the second run failed."],
            {"silver:rents"},
        ),
        (
            PlayedStage(parities=[OTHER]),
            "PR507",
            ["the second run failed"],
            {"silver:rents"},
        ),
        (
            PlayedStage(assets={"total": AssetOutcome("total", True, checks=(CheckOutcome("few", False, "error"),))}),
            "PR506",
            ["The check few of total fails on the notebook's data."],
            {"gold:total"},
        ),
        (
            PlayedStage(tests=TestsResult(3, ("tests.assets.test_total::test_total_checks",), passed_in=TESTS)),
            "PR505",
            ["The generated tests of gold:total fail: test_total_checks."],
            {"gold:total"},
        ),
        (
            PlayedStage(tests=TestsResult(3, (f"{TOTAL}{CHECKS}", f"{TOTAL}{SAYS}"), passed_in=TESTS, said=SAID)),
            "PR505",
            [
                "The test cell of gold:total fails: AssertionError: got 2 rows, expected 1.",
                "The generated tests of gold:total fail: test_total_checks (assert 1 == 2).",
            ],
            {"gold:total"},
        ),
        (
            PlayedStage(tests=TestsResult(3, ("tests.assets.test_total_rents::test_other",), passed_in=TESTS)),
            "",
            [],
            set(),
        ),
        (
            PlayedStage(tests=TestsResult(2, passed_in={"tests.assets.test_total": 2})),
            "PR505",
            ["The generated tests of silver:rents fail: none ran."],
            {"silver:rents"},
        ),
    ],
    ids=[
        "an upstream fails",
        "an output was not kept",
        "a step would get its own partition",
        "an asset fails",
        "another result",
        "another result each time",
        "the second run fails",
        "the second run is not reached",
        "a check fails",
        "a test fails",
        "a test cell fails, and a test",
        "a test fails of another step whose name begins alike",
        "no test ran",
    ],
)
def test_what_went_wrong_is_told_of_the_step(
    stage: PlayedStage,
    code: str,
    words: list[str],
    failed: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proof = proven(stage, tmp_path, monkeypatch)
    assert set(proof.failed) == failed
    assert {f.code for f in proof.findings} == ({code} if code else set())
    assert len(proof.findings) == len(words)
    for finding, said in zip(proof.findings, words, strict=True):
        assert said in finding.message
        assert finding.hint
        assert (finding.severity, finding.location.path) == ("error", "notebooks/a.ipynb")
        assert (finding.location.cell == 5) == ("test cell" in said)


def test_a_proven_step_says_how_it_is_written_without_the_one_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = PlayedStage(tests=TestsResult(3, (f"{TOTAL}{CHECKS}",), passed_in=TESTS))
    proof = proven(stage, tmp_path, monkeypatch)
    project = find(named=tmp_path)
    prepared, _, _ = prepare(project, [tmp_path / "notebooks/a.ipynb"], (), include_needed=False)
    rents = standing(project, prepared, {})["silver:rents"]
    start = "proven, and not written, since another step failed: "
    assert _held_back(rents, proof, {"notebooks/a.ipynb"}) == f"{start}add --select silver:rents"
    assert _held_back(rents, proof, set()) == f"{start}promote its notebook alone"


LOST = Materialised(error="Duplicate asset key", location="src/rents/defs/a.py:3")


@pytest.mark.parametrize("stage", [PlayedStage(upstreams=LOST), PlayedStage(error=LOST.error)])
def test_a_project_that_does_not_load_is_told_once_where_it_stands(
    stage: PlayedStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = proven(stage, tmp_path, monkeypatch)
    assert set(proof.failed) == {"silver:rents", "gold:total"}
    (finding,) = proof.findings
    assert (finding.code, finding.location.path, finding.location.line) == ("PR512", "src/rents/defs/a.py", 3)
    assert "Duplicate asset key" in finding.message


def test_partitions_that_a_job_cannot_take_are_told_before_the_notebook_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FILES, "config/base.yaml", f"{FILES['config/base.yaml']}jobs:\n  all: {{selection: '*'}}\n")
    said = "The job 'all' takes assets of different partitions."
    stage = PlayedStage(error=said, location="config/base.yaml:9")
    proof = proven(stage, tmp_path, monkeypatch)
    assert [asked["assets"] for asked in stage.asked] == [[]]
    assert [(f.code, f.severity) for f in proof.findings] == [("PR512", "error")]
    assert proof.failed == ("gold:total", "silver:rents")


def test_steps_that_stand_on_a_failed_one_are_not_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    after = AssetOutcome("total", False, "It was not run, since its upstream 'rents' failed.")
    proof = proven(PlayedStage(assets={"rents": FAILED, "total": after}), tmp_path, monkeypatch)
    assert [f.location.tag for f in proof.findings] == ["silver:rents"]
    assert set(proof.failed) == {"silver:rents", "gold:total"}


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("It was not run, since its upstream 'rents' failed.", "Put that step right first"),
        ("FileNotFoundError: No such file or directory: a.csv", "in another folder than the notebook"),
        (
            "FileNotFoundError: No such file or directory: ./raw/own.csv",
            "Write `raw: {type: files, root: notebooks/raw}` under resources in config/base.yaml, and read "
            'resource("raw").path("own.csv").',
        ),
        ("OSError", "and write them in a cell without a tag"),
        ("KeyError: 'fee'", "The notebook ran well, so look at that line"),
    ],
)
def test_a_failed_asset_has_a_way_out_that_helps(
    error: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notebooks/raw").mkdir(parents=True)
    (tmp_path / "notebooks/raw/own.csv").write_text("a\n1\n")
    (finding,) = proven(
        PlayedStage(assets={"total": AssetOutcome("total", False, error)}), tmp_path, monkeypatch
    ).findings
    assert hint in finding.hint


def test_an_asset_that_was_not_reached_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(PlayedStage):
        def materialise(self, assets: Sequence[str], **named: Any) -> Materialised:
            made = super().materialise(assets, **named)
            return replace(made, assets={name: one for name, one in made.assets.items() if name != "total"})

    (finding,) = proven(Stopped(), tmp_path, monkeypatch).findings
    assert finding.message == "The promoted gold:total failed: it was not reached"


def test_steps_that_are_not_stale_and_tools_that_are_not_installed_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promote.proven._TOOLS", ("polars", "no-such-tool"))
    assert set(proven(PlayedStage(), tmp_path, monkeypatch).facts["gold:total"].tools) == {"polars"}
    project = find(named=tmp_path)
    prepared, _, _ = prepare(project, [tmp_path / "notebooks/a.ipynb"], (), include_needed=False)
    stage = PlayedStage()
    monkeypatch.setattr(module, "Stage", stage)
    proof = module.prove(project, prepared, {}, frozenset({"silver:other"}), {}, {}, Settings(), lambda _: None)
    assert (proof, stage.asked) == (Proof(), [])


def test_what_looks_personal_is_kept_without_a_share_that_points_at_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"mail": {"kind": "email", "share": 1.0}, "note": {"kind": "phone", "share": 0.2}}
    assets = {"rents": AssetOutcome("rents", True, personal=found, declared=("mail", "town"))}
    proof = proven(PlayedStage(assets=assets), tmp_path, monkeypatch)
    assert proof.facts["silver:rents"].output.personal == {
        "mail": {"kind": "email", "share": 1.0, "declared": True},
        "note": {"kind": "phone", "declared": False},
    }
    assert proof.facts["gold:total"].output.personal == {}
