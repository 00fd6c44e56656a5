"""Assets go from production, nothing that needs them is left to fail unsaid, and data goes only when that is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from platform_core.errors import UserError
from tests.promote.merge import projects
from tests.promote.small_project import tree
from tests.workbench.lifecycle.conftest import codes, retire
from workbench.cli import main

TOWNS = "gold:rent_by_town"
CONFIG = "config/base.yaml"


@pytest.fixture
def alone(project: Path) -> Path:
    """The project without the other notebook and without the job of one asset, so that nothing needs `rent_by_town`."""
    (project / "notebooks/summary.ipynb").unlink()
    for path in ("src/rents/defs/gold/summary.py", "evidence/gold/summary.json", "tests/assets/test_summary.py"):
        (project / path).unlink()
    config = project / CONFIG
    config.write_text(config.read_text().replace('  towns: "+rent_by_town"  # alone\n', ""))
    return project


def test_what_was_made_goes_and_the_cells_stay_as_exploration(alone: Path) -> None:
    sources = projects.sources(alone)
    report = retire(alone, "rent_by_town")
    assert (report.exit_code, report.done) == (0, True), report.findings
    assert projects.sources(alone) == sources
    tags = [cell["metadata"].get("tags") for cell in json.loads((alone / projects.NOTEBOOK).read_text())["cells"]]
    assert tags[8] == ["explore"]
    left = {path for path in tree(alone) if "rent_by_town" in path}
    assert left == {"retired/gold/rent_by_town.json", "data/lake/gold/rent_by_town.parquet"}
    assert projects.check(alone).exit_code in (0, 1)
    assert projects.codes(projects.check(alone)) <= {"PR605"}, "a step that shared helpers was made anew, without a run"


def test_a_job_keeps_the_other_items_of_its_list_and_its_comments(alone: Path) -> None:
    retire(alone, "rent_by_town")
    said = (alone / CONFIG).read_text()
    assert '  # every morning\n  report:\n    selection: ["+rents"]   # both\n' in said


def test_the_record_says_what_it_was_and_how_long_its_data_is_kept(alone: Path) -> None:
    projects.change_cell(alone, 9, "%time wide", "#| retention_days: 90\n#| classification: OFFICIAL\n%time wide")
    before = json.loads(projects.evidence(alone, TOWNS).read_text())
    report = retire(alone, TOWNS)
    record = json.loads((alone / "retired/gold/rent_by_town.json").read_text())
    assert record == {
        "version": 1,
        "step": TOWNS,
        "notebook": projects.NOTEBOOK,
        "code_version": before["code_version"],
        "retention_days": 90,
        "classification": "OFFICIAL",
        "history": [],
    }
    assert report.data[0].startswith("data/lake/gold/rent_by_town.parquet stays. It is to be kept for 90 days")
    assert (alone / "data/lake/gold/rent_by_town.parquet").exists()


def test_data_goes_when_it_is_said_and_later_too(alone: Path) -> None:
    retire(alone, "rent_by_town")
    before = tree(alone)
    report = retire(alone, "rent_by_town", delete_data=True)
    assert (report.exit_code, report.data[0]) == (0, "data/lake/gold/rent_by_town.parquet is deleted.")
    assert tree(alone) == {p: d for p, d in before.items() if p != "data/lake/gold/rent_by_town.parquet"}
    assert retire(alone, "rent_by_town", delete_data=True).data[0] == "The lake of dev holds no data of rent_by_town."


def test_a_dry_run_changes_and_deletes_nothing(alone: Path) -> None:
    before = tree(alone)
    report = retire(alone, "rent_by_town", delete_data=True, dry_run=True)
    assert (report.exit_code, report.done, tree(alone)) == (0, False, before)
    assert "evidence/gold/rent_by_town.json" in report.gone


def test_readers_stop_it_each_with_its_place(project: Path) -> None:
    before = tree(project)
    report = retire(project, "rents")
    assert (report.exit_code, codes(report), tree(project)) == (1, {"PR633"}, before), "its item of a job's list can go"
    told = {(one.location.path, one.location.cell, one.message) for one in report.findings if one.code == "PR633"}
    assert told == {
        (projects.NOTEBOOK, 9, "gold:rent_by_town still reads rents."),
        ("notebooks/summary.ipynb", 3, "gold:summary still reads rents."),
    }


def test_a_job_of_the_asset_alone_stops_it(project: Path) -> None:
    report = retire(project, "rent_by_town", "summary")
    assert codes(report) == {"PR631"}
    told = next(one for one in report.findings if one.code == "PR631")
    assert told.message == "Job towns selects rent_by_town, and cannot be changed for you."
    assert told.location.text == '  towns: "+rent_by_town"  # alone'


def test_an_option_that_names_it_as_a_dependency_is_a_reader(project: Path) -> None:
    config = project / CONFIG
    config.write_text(config.read_text().replace('  towns: "+rent_by_town"  # alone\n', ""))
    report = retire(project, "rent_by_town")
    assert [(one.code, one.location.cell, one.location.line) for one in report.findings if one.severity == "error"] == [
        ("PR633", 3, 1)
    ]
    assert retire(project, "rent_by_town", "summary").exit_code == 0


def test_all_of_a_chain_go_together(project: Path) -> None:
    config = project / CONFIG
    config.write_text(config.read_text().partition("jobs:")[0])
    report = retire(project, "rents", "rent_by_town", "summary", delete_data=True)
    assert (report.exit_code, report.done) == (0, True), report.findings
    assert not list((project / "data/lake").rglob("*.parquet"))
    assert {path.name for path in (project / "src/rents/defs").rglob("*.py")} == {"__init__.py"}
    assert projects.check(project).exit_code == 0


def test_a_cell_that_only_explores_it_is_told_and_stops_nothing(alone: Path) -> None:
    projects.change_cell(alone, 10, "rent_by_town.collect()", 'rent_by_town.collect(); load_asset("rent_by_town")')
    report = retire(alone, "rent_by_town")
    assert report.exit_code == 0
    told = [one for one in report.findings if one.code == "PR633"]
    assert [(one.severity, one.location.cell) for one in told] == [("warning", 10)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/rents/defs/gold/hand.py", 'from platform_core.sdk import load_asset\nload_asset("rent_by_town")\n'),
        ("tests/test_it.py", "from rents.defs.gold.rent_by_town import rent_by_town\n"),
        ("dbt/models/a.sql", "select * from {{ source('lake', 'rent_by_town') }}\n"),
    ],
)
def test_hand_written_readers_stop_it(alone: Path, path: str, text: str) -> None:
    (alone / path).parent.mkdir(parents=True, exist_ok=True)
    (alone / path).write_text(text)
    before = tree(alone)
    report = retire(alone, "rent_by_town")
    assert (report.exit_code, codes(report), tree(alone)) == (1, {"PR633"}, before)
    assert retire(alone, "rent_by_town", force=True).exit_code == 0
    assert (alone / path).read_text() == text


def test_a_file_that_was_edited_by_hand_goes_only_by_force(alone: Path) -> None:
    projects.change(projects.module(alone, TOWNS), "LOWEST", "LOWEST + 1")
    before = tree(alone)
    report = retire(alone, "rent_by_town")
    assert (report.exit_code, codes(report), tree(alone)) == (1, {"PR620"}, before)
    assert retire(alone, "rent_by_town", force=True).exit_code == 0


@pytest.mark.parametrize("name", ["rentz", "silver:rent_by_town"])
def test_an_asset_that_is_none_is_refused(project: Path, name: str) -> None:
    with pytest.raises(UserError, match="No notebook of the project makes"):
        retire(project, name)


def test_the_command_says_it_and_gives_the_exit_code(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(alone)
    assert main(["retire", "../../etc"]) == 2
    assert main(["retire"]) == 2
    assert main(["retire", "rents", "--no-run"]) == 1
    said = capsys.readouterr().out
    assert "gold:rent_by_town still reads rents." in said
    assert "Nothing was changed." in said
    assert main(["retire", "rent_by_town", "--no-run", "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["command"], content["done"], content["exit_code"]) == ("retire", True, 0)
    assert "src/rents/defs/gold/rent_by_town.py" in content["removed"]
