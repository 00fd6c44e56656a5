"""Each gate of a project: green as the project is made, and red alone on a fault put in on purpose.

The commands are those of the files of GitHub and GitLab themselves. In the suite a fault of the code is looked at by
the four gates that only read, a wrong type by the two that check types, and a fault of what runs by its own gate;
`make test-nightly` puts every fault before every gate.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.template.support import edit_cell, gate, gates, pipeline_job, run, workflow_step

HARVEST = "notebooks/bronze/harvest.ipynb"
READING = ("promotion", "style", "notebook-style", "notebook-outputs")
TYPES = ("types", "notebook-types")
OUTPUT = {"data": {"text/plain": ["4"]}, "execution_count": 6, "metadata": {}, "output_type": "execute_result"}


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _edit_module(project: Path) -> None:
    _rewrite(project / "src/demo_blank/defs/bronze/visits.py", "    visits = (", "    # edited by hand\n    visits = (")


def _untidy(project: Path) -> None:
    (project / "src/demo_blank/helpers/untidy.py").write_text('"""Untidy."""\n\nimport os\n')


def _mistyped(project: Path) -> None:
    (project / "src/demo_blank/helpers/mistyped.py").write_text('"""Mistyped."""\n\nCOUNT: int = "three"\n')


def _untidy_cell(project: Path) -> None:
    edit_cell(project / HARVEST, "look-at-visits", source="import os\n\nvisits.collect()")


def _mistyped_cell(project: Path) -> None:
    edit_cell(project / HARVEST, "look-at-visits", source='count: int = "three"\nvisits.collect()')


def _output_left(project: Path) -> None:
    edit_cell(project / HARVEST, "look-at-visits", outputs=[OUTPUT], execution_count=6)


def _no_code_location(project: Path) -> None:
    _rewrite(project / "pyproject.toml", '"demo_blank.definitions"', '"demo_blank.definition"')


def _expired(project: Path) -> None:
    exception = "{rule: owner, assets: [visits], owner: team:a, reason: It was agreed once, expires: 2020-01-31}"
    with (project / "policies/project.yaml").open("a") as stream:
        stream.write(f"exceptions: [{exception}]\n")


def _failing_test(project: Path) -> None:
    (project / "config/prod.yaml").write_text("lake: data/lake\n")


def _bad_data(project: Path) -> None:
    path = project / "sources/example/visits.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:-1], lines[1]]), encoding="utf-8")  # three rows still, a key twice


def _another_output(project: Path) -> None:
    edit_cell(project / HARVEST, "count-visits", outputs=[OUTPUT])


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "promotion": (_edit_module, "PR602"),
    "style": (_untidy, "F401"),
    "types": (_mistyped, "mistyped.py:3"),
    "notebook-style": (_untidy_cell, "F401"),
    "notebook-types": (_mistyped_cell, "harvest.ipynb"),
    "notebook-outputs": (_output_left, "harvest.ipynb"),
    "code-location": (_no_code_location, "demo_blank.definition"),
    "policies": (_expired, "expired on 2020-01-31"),
    "tests": (_failing_test, "test_environments_keep_their_data_apart"),
    "data": (_bad_data, "unique_values"),
    "notebook-runs": (_another_output, "1 failed"),
}
# Of the project's own tests only the one that is to be red is run in the suite
NARROWED = {"tests": "-k test_environments_keep_their_data_apart"}
# The project's own tests harvest the same files in memory, with the asset's checks, so they see a key twice as well
SEEN_BY_TESTS = {"data"}


@pytest.fixture
def copy(promoted_blank: Path, tmp_path: Path) -> Path:
    """A copy of the promoted project of the blank example, to be changed."""
    return shutil.copytree(promoted_blank, tmp_path / "project")


def test_both_services_run_one_command(blank: Path) -> None:
    assert workflow_step(blank, "ci.yml", "gates", "gates") == "workbench ci"
    assert pipeline_job(blank, "gates")["script"] == ["workbench ci"]


def test_every_fault_has_its_gate(blank: Path) -> None:
    assert list(FAULTS) == list(gates(blank))


def test_every_gate_is_green_on_a_promoted_project(copy: Path, types_cache: str, tmp_path: Path) -> None:
    page = tmp_path / "summary.md"
    given = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page), "MYPY_CACHE_DIR": types_cache}
    outcome = run(workflow_step(copy, "ci.yml", "gates", "gates"), copy, **given)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert [line.removeprefix("::group::") for line in outcome.stdout.splitlines() if "::group::" in line] == list(
        FAULTS
    )
    assert "::error" not in outcome.stdout
    assert page.read_text().splitlines()[2:] == [f"| {name} | green |  |" for name in FAULTS]
    assert json.loads((copy / "build/ci/codequality.json").read_text()) == []
    assert json.loads((copy / "build/ci/findings.sarif").read_text())["runs"][0]["results"] == []
    assert (copy / "data/lake/bronze/visits.parquet").is_file()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_turns_one_gate_red(name: str, copy: Path, types_cache: str, full_count: bool) -> None:
    fault, said = FAULTS[name]
    fault(copy)
    fitting = next((some for some in (READING, TYPES) if name in some), (name,))
    asked = list(FAULTS) if full_count else fitting
    line = f"{workflow_step(copy, 'ci.yml', 'gates', 'gates')} --format json {' '.join(asked)}"
    narrowed = {} if full_count else {"PYTEST_ADDOPTS": NARROWED.get(name, "")}
    outcome = run(line, copy, MYPY_CACHE_DIR=types_cache, **narrowed)
    assert outcome.returncode == 1, outcome.stderr
    told = json.loads(outcome.stdout)["gates"]
    assert [one["gate"] for one in told] == list(asked)
    red = ["tests", name] if full_count and name in SEEN_BY_TESTS else [name]
    assert [one["gate"] for one in told if not one["green"]] == red
    assert said in outcome.stderr


def test_what_promotion_finds_is_left_on_the_module_for_both_services(copy: Path, tmp_path: Path) -> None:
    edit_cell(copy / HARVEST, "visits", source=_cell(copy, "visits").replace("[library]", "[library, opened]"))
    page = tmp_path / "summary.md"
    outcome = run("workbench ci promotion", copy, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(page))
    assert outcome.returncode == 1
    module = "src/demo_blank/defs/bronze/visits.py"
    number = next(
        at for at, line in enumerate((copy / module).read_text().splitlines(), 1) if 'key=["library"]' in line
    )
    annotations = [line for line in outcome.stdout.splitlines() if line.startswith("::error file=")]
    assert annotations[0].startswith(
        f"::error file={module},line={number},title=PR601::The notebook changed after bronze:visits was promoted, "
        "first in the options or the prose of cell 7."
    )
    assert "::error title=gate promotion::`promote --check` is red." in outcome.stdout
    assert "| promotion | **red** | `` promote --check `` |" in page.read_text()
    (issue,) = json.loads((copy / "build/ci/codequality.json").read_text())
    assert (issue["check_name"], issue["location"]) == ("PR601", {"path": module, "lines": {"begin": number}})
    assert len(issue["fingerprint"]) >= 16
    (result,) = json.loads((copy / "build/ci/findings.sarif").read_text())["runs"][0]["results"]
    place: dict[str, Any] = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (module, number)
    outcome = run("workbench ci promotion", copy, GITLAB_CI="true")
    assert "section_start:" in outcome.stdout
    assert "::" not in outcome.stdout.replace("module::", "")


def _cell(project: Path, name: str) -> str:
    content = json.loads((project / HARVEST).read_text(encoding="utf-8"))
    return next("".join(cell["source"]) for cell in content["cells"] if cell["id"] == name)


def test_a_new_project_of_the_large_example_is_clean(copied: Path, types_cache: str) -> None:
    names = "style types notebook-style notebook-types notebook-outputs"
    for command in (f"workbench ci {names}", "ruff check .", "ruff format --check ."):
        outcome = run(command, copied, MYPY_CACHE_DIR=types_cache)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_the_tests_of_a_new_project_pass(copied: Path) -> None:
    (command,) = gate(copied, "tests")
    outcome = run(command, copied)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_the_notebooks_of_the_large_example_give_the_outputs_they_keep(copied: Path, full_count: bool) -> None:
    (command,) = gate(copied, "notebook-runs")
    outcome = run(command, copied, PYTEST_ADDOPTS="" if full_count else "-k gold")  # one of three in the suite
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert " passed" in outcome.stdout
