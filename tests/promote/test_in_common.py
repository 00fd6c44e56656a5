"""Statements that several steps need stand once, from the first promotion of a project to the removal of a step."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from platform_core.cell_map import cell_in_helpers
from promote.cli import main
from promote.outcome import Outcome, Settings
from promote.pipeline import run
from tests.promote.merge.projects import change, change_cell, check, codes, drifts, module, promote, pulled, sources
from tests.promote.merge.repository import Repository
from tests.promote.small_project import Cells, make_project, tree, write_notebook
from workbench.review.proofs import Helpers, read_proof

FIRST, SECOND, THIRD = "silver:first", "silver:second", "gold:third"
CELLS: Cells = (
    ("", "import polars as pl"),
    ("bronze:rents", "rents = pl.DataFrame({'town': ['b', 'a'], 'rent': [800, 900]})"),
    (
        "",
        "# the towns we know\ntowns = []\nfor town in rents['town'].to_list():\n    towns.append(town.upper())\ntowns",
    ),
    (FIRST, "first = rents.with_columns(name=pl.Series(towns))"),
    (SECOND, "second = pl.DataFrame({'town': sorted(towns)})"),
)
WITH_THIRD: Cells = (*CELLS, (THIRD, "third = pl.DataFrame({'town': sorted(towns, reverse=True)})"))
CALL = "    towns = make_towns(rents)\n"


def proven(root: Path, **settings: Any) -> Outcome:
    """Promote the notebook with a run."""
    return run([root / "notebooks/clean.ipynb"], Settings(project=root, **settings), lambda _: None)


def helpers_of(root: Path) -> Path:
    return root / "src/rents/helpers/clean.py"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project whose one notebook was promoted without a run."""
    root = make_project(tmp_path, {"clean.ipynb": CELLS})
    outcome = promote(root, include_needed=True)
    assert outcome.exit_code == 0, outcome.findings
    return root


def test_the_command_proves_them_and_a_check_is_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_project(tmp_path, {"clean.ipynb": CELLS})
    notebook = root / "notebooks/clean.ipynb"
    assert main(["--include-needed", "--project", str(root), str(notebook)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "silver:first and silver:second each run lines 2 to 4 of this cell, which stand once, in `make_towns`" in said
    )
    for tag in (FIRST, SECOND):
        text = module(root, tag).read_text()
        assert CALL in text
        assert "from rents.helpers.clean import make_towns\n" in text
        assert "append" not in text
        assert "UNVERIFIED" not in text
    assert helpers_of(root).read_text().count("towns.append(town.upper())") == 1
    assert main(["--check", "--project", str(root)]) == 0
    before = tree(root)
    assert main(["--include-needed", "--project", str(root), str(notebook)]) == 0
    assert tree(root) == before
    for name in ("first", "second"):  # mistakes in the statements are made, and found, for each step
        evidence = json.loads((root / f"evidence/silver/{name}.json").read_text())
        mistakes = evidence["tests"]["mutants"]
        assert (mistakes["made"], mistakes["killed"]) == (8, 7)
        assert [one["cell"] for one in mistakes["survived"]] == [3]


def test_an_edit_by_hand_is_told_and_kept_until_it_is_forced_away(project: Path) -> None:
    change(helpers_of(project), "town.upper()", "town.lower()")
    assert codes(check(project)) >= {"PR602"}
    change_cell(project, 4, "rents.with", "rents.head().with")
    assert codes(promote(project)) == {"PR602"}
    assert "town.lower()" in helpers_of(project).read_text()
    assert promote(project, force=True).exit_code == 0
    assert "town.upper()" in helpers_of(project).read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("town.upper()", "town.lower()"),
        ("# the towns we know", "# all towns"),
        ("    towns = []\n", "    towns = ['x']\n"),
        ("towns.append(town.upper())\n", "towns.append(town.upper())\n        towns.append('x')\n"),
        ("    for town in", "    towns.append('y')\n    for town in"),
    ],
)
def test_an_edit_is_pulled_into_the_cell_and_reaches_every_step(project: Path, old: str, new: str) -> None:
    change(helpers_of(project), old, new)
    edited = helpers_of(project).read_text()
    outcome = pulled(project)
    assert outcome.exit_code == 0, outcome.findings
    assert {s.tag for s in outcome.steps if s.status == "pulled"} == {FIRST, SECOND}
    assert "\n".join(line.strip() for line in new.strip().split("\n")) in "\n".join(
        line.strip() for line in sources(project)[2].split("\n")
    )
    assert helpers_of(project).read_text() == edited
    assert set(drifts(check(project)).values()) == {"unverified"}
    assert {s.status for s in pulled(project).steps} == {"unchanged"}


def test_an_edit_is_merged_with_one_of_the_notebook(project: Path) -> None:
    change(helpers_of(project), "town.upper()", "town.lower()")
    change_cell(project, 4, "rents.with", "rents.head().with")
    outcome = pulled(project)
    assert outcome.exit_code == 0, outcome.findings
    assert "town.lower()" in sources(project)[2]
    assert "rents.head().with" in module(project, FIRST).read_text()


def test_edits_of_the_same_statements_are_merged_where_git_knows_them(project: Path) -> None:
    repository = Repository(project)
    repository.git("init", "-q", "-b", "main")
    repository.commit("promoted")
    change(helpers_of(project), "town.upper()", "town.lower()")
    change_cell(project, 3, "towns = []", "towns = ['x']")
    outcome = pulled(project)
    assert outcome.exit_code == 0, outcome.findings
    assert "towns = ['x']" in helpers_of(project).read_text()
    assert "town.lower()" in sources(project)[2]


def test_edits_that_contradict_each_other_are_refused(project: Path) -> None:
    repository = Repository(project)
    repository.git("init", "-q", "-b", "main")
    repository.commit("promoted")
    change(helpers_of(project), "town.upper()", "town.lower()")
    change_cell(project, 3, "town.upper()", "town.title()")
    before = tree(project)
    assert codes(pulled(project)) == {"PR615"}
    assert tree(project) == before


@pytest.mark.parametrize("edit", [("make_towns(rents)", "make_towns(rents.head())"), (CALL, "")])
def test_an_edit_of_the_call_is_in_no_cell_and_refused(project: Path, edit: tuple[str, str]) -> None:
    change(module(project, FIRST), *edit)
    before = tree(project)
    assert pulled(project).exit_code == 1
    assert tree(project) == before


def test_an_edit_of_a_step_that_calls_is_pulled(project: Path) -> None:
    change(module(project, FIRST), "name=pl.Series(towns)", "names=pl.Series(towns)")
    assert pulled(project).exit_code == 0
    assert "names=pl.Series(towns)" in sources(project)[3]
    assert CALL in module(project, FIRST).read_text()


def test_a_check_says_where_in_the_notebook_it_moved_on(project: Path) -> None:
    change_cell(project, 3, "town.upper()", "town.lower()")
    outcome = check(project)
    assert {tag: state for tag, state in drifts(outcome).items() if tag != "bronze:rents"} == {
        FIRST: "notebook",
        SECOND: "notebook",
    }
    said = next(f.message for f in outcome.findings if f.code == "PR601")
    assert "first in what it shares, in cell 3, line 4" in said


def test_a_step_that_is_chosen_alone_repeats_what_it_needs(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"clean.ipynb": CELLS})
    chosen = ("bronze:rents", FIRST)
    assert promote(root, include_needed=True, select=chosen).exit_code == 0
    assert not helpers_of(root).exists()
    assert "towns.append(town.upper())" in module(root, FIRST).read_text()
    assert drifts(check(root))[FIRST] == "unverified"  # and not out of step with what a second step would share
    change(module(root, FIRST), "town.upper()", "town.lower()")
    assert pulled(root, select=chosen, include_needed=True).exit_code == 0
    assert "town.lower()" in sources(root)[2]

    assert promote(root, include_needed=True, select=(SECOND,)).exit_code == 0
    assert CALL in module(root, SECOND).read_text()
    assert "towns.append(" in module(root, FIRST).read_text()  # which works as it did
    assert drifts(check(root))[FIRST] == "notebook"
    assert promote(root).exit_code == 0
    assert CALL in module(root, FIRST).read_text()
    assert "append" not in module(root, FIRST).read_text()


def test_a_chosen_step_leaves_alone_what_another_uses(project: Path) -> None:
    change_cell(project, 3, "town.upper()", "town.lower()")
    before = tree(project)
    assert codes(promote(project, select=(FIRST,))) == {"PR403"}
    assert tree(project) == before
    assert promote(project).exit_code == 0
    assert "town.lower()" in helpers_of(project).read_text()


def test_a_third_step_shares_it_and_the_logic_of_the_others_stays(project: Path) -> None:
    before = {tag: version(project, tag) for tag in (FIRST, SECOND)}
    written = {tag: module(project, tag).read_text() for tag in before}
    write_notebook(project / "notebooks/clean.ipynb", WITH_THIRD)
    assert promote(project, include_needed=True).exit_code == 0
    assert CALL in module(project, THIRD).read_text()
    assert {tag: version(project, tag) for tag in before} == before
    assert {tag: module(project, tag).read_text() for tag in before} == written


def test_the_helpers_go_with_the_last_step_but_one(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"clean.ipynb": CELLS})
    assert proven(root, include_needed=True).exit_code == 0
    before = version(root, FIRST)
    write_notebook(root / "notebooks/clean.ipynb", [*CELLS[:4], (SECOND, "second = rents.head(1)")])
    assert proven(root).exit_code == 0
    assert not helpers_of(root).exists()
    assert "towns.append(town.upper())" in module(root, FIRST).read_text()
    assert version(root, FIRST) == before
    assert check(root).exit_code == 0


def version(root: Path, tag: str) -> str:
    (found,) = re.findall(r'code_version="(\w+)"', module(root, tag).read_text())
    return str(found)


def test_each_line_of_the_function_leads_to_the_line_of_its_cell(project: Path) -> None:
    path = helpers_of(project)
    lines = path.read_text().split("\n")
    (code,) = [
        c for c in compile(path.read_text(), str(path), "exec", dont_inherit=True).co_consts if isinstance(c, CodeType)
    ]
    said = json.loads((project / "evidence/silver/first.json").read_text())
    found = {}
    for number, line in enumerate(lines, 1):
        cell = cell_in_helpers(code, number, said)
        if cell is not None:
            found[line] = (cell.position, cell.line)
    assert found == {
        "    # the towns we know": (3, 1),
        "    towns = []": (3, 2),
        "    for town in rents['town'].to_list():": (3, 3),
        "        towns.append(town.upper())": (3, 4),
    }
    proof = read_proof(
        "evidence/silver/first.json", json.dumps(said), Helpers({"src/rents/helpers/clean.py": "\n".join(lines)})
    )
    shown = [(one.cell, one.helpers, lines[one.helper_lines[0] - 1]) for one in proof.pieces if one.helpers]
    assert shown == [
        (3, "src/rents/helpers/clean.py", "    # the towns we know"),
        (3, "src/rents/helpers/clean.py", "    for town in rents['town'].to_list():"),
    ]
