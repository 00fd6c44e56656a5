"""The merge driver in real repositories, set up as `workbench doctor --fix` does it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from promote.outcome import Settings
from promote.project import find
from promote.recheck import check
from tests.workbench.gitted import cells_of, change, done, git, save, start
from tests.workbench.merging.notebooks import cell, notebook, sources
from workbench.doctor.repository import merge_driver
from workbench.merging.__main__ import main
from workbench.project import Project

PATH = "notebooks/rents.ipynb"
STEP = '#| description: Rents\n#| owner: team:a\nrents = load_asset("raw")'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one notebook of three cells, and the driver."""
    root = tmp_path / "project"
    (root / "notebooks").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n')
    first = notebook(
        cell("a", "from platform_core.sdk import load_asset"), cell("b", STEP, "silver:rents"), cell("c", "rents")
    )
    save(root / PATH, first)
    start(root)
    found = merge_driver(Project(root, "rents"))
    assert not found.fine
    assert found.fix is not None
    found.fix()
    assert merge_driver(Project(root, "rents")).fine
    done(root, "add", ".gitattributes")
    done(root, "commit", "--quiet", "--message", "attributes")
    return root


def branch(root: Path, name: str, number: int, source: str) -> None:
    """Commit an edit of one cell on a branch of its own."""
    done(root, "checkout", "--quiet", "-B", name, "main")
    change(root / PATH, number, source=source.splitlines(keepends=True))
    done(root, "commit", "--quiet", "--all", "--message", name)


def test_edits_of_different_cells_merge_cleanly(root: Path) -> None:
    branch(root, "one", 0, "from platform_core.sdk import load_asset, resource")
    branch(root, "two", 2, "rents.head()")
    done(root, "merge", "--quiet", "--no-edit", "one")
    assert git(root, "status", "--porcelain").stdout == ""
    merged = json.loads((root / PATH).read_text())
    assert sources(merged) == ["from platform_core.sdk import load_asset, resource", STEP, "rents.head()"]
    assert [one["id"] for one in merged["cells"]] == ["a", "b", "c"]


def test_edits_of_one_line_are_left_for_a_person_and_promote_says_so(root: Path) -> None:
    branch(root, "one", 1, STEP.replace("raw", "other"))
    branch(root, "two", 1, STEP.replace("raw", "another"))
    outcome = git(root, "merge", "--no-edit", "one")
    assert outcome.returncode == 1
    assert f"{PATH}: both sides changed the same place" in outcome.stderr
    assert git(root, "status", "--porcelain").stdout == f"UU {PATH}\n"
    text = sources(json.loads((root / PATH).read_text()))[1]
    both = ['rents = load_asset("another")', 'rents = load_asset("other")']
    assert text.splitlines()[2:] == ["<<<<<<< ours", both[0], "=======", both[1], ">>>>>>> theirs"]
    (finding,) = check(find(named=root), (), Settings(check=True)).findings
    assert (finding.code, finding.location.cell, finding.location.line) == ("PR107", 2, 3)
    assert "keep what is right between the markers" in finding.hint
    change(root / PATH, 1, source=STEP.replace("raw", "other"))
    assert "PR107" not in {one.code for one in check(find(named=root), (), Settings(check=True)).findings}
    done(root, "add", PATH)
    done(root, "commit", "--quiet", "--no-edit")


def test_cells_that_two_branches_add_in_one_place_are_both_there(root: Path) -> None:
    for name in ("one", "two"):
        done(root, "checkout", "--quiet", "-B", name, "main")
        content = json.loads((root / PATH).read_text())
        content["cells"].append(cell(name, f"{name} = 1"))
        save(root / PATH, content)
        done(root, "commit", "--quiet", "--all", "--message", name)
    assert git(root, "merge", "--no-edit", "one").returncode == 1
    text = "\n".join(sources(json.loads((root / PATH).read_text())))
    assert "one = 1" in text
    assert "two = 1" in text
    (finding,) = check(find(named=root), (), Settings(check=True)).findings
    assert finding.code == "PR107"


def test_a_rebase_goes_through_the_driver_too(root: Path) -> None:
    branch(root, "one", 0, "import polars as pl")
    branch(root, "two", 2, "rents.head()")
    done(root, "rebase", "--quiet", "one")
    assert [cell_["source"] for cell_ in cells_of((root / PATH).read_text())][::2] == [
        ["import polars as pl"],
        ["rents.head()"],
    ]


def test_code_beside_the_notebook_is_not_run(root: Path) -> None:
    for name in ("json.py", "workbench.py", "promote.py"):
        (root / name).write_text("raise SystemExit('run')\n")
    branch(root, "one", 0, "import polars as pl")
    branch(root, "two", 2, "rents.head()")
    done(root, "merge", "--quiet", "--no-edit", "one")


def test_files_that_are_no_notebooks_get_the_markers_of_text(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    for path, text in zip(paths, ("a\nb\n", "a\nours\n", "a\ntheirs\n"), strict=True):
        path.write_text(text)
    assert main([str(path) for path in paths]) == 1
    assert paths[1].read_text() == "a\n<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs\n"
    paths[2].write_text("a\nb\n")
    paths[1].write_text("a\nours\n")
    assert main([str(path) for path in paths]) == 0
    assert paths[1].read_text() == "a\nours\n"


def test_half_of_a_pair_and_a_first_version_on_both_sides(tmp_path: Path) -> None:
    base, ours, theirs = (tmp_path / name for name in ("base", "ours", "theirs"))
    base.write_text("")
    ours.write_text(json.dumps(notebook(cell("a", "a = '\ud800'"))))
    theirs.write_text(json.dumps(notebook(cell("a", "a = '\ud800'"))))
    assert main([str(base), str(ours), str(theirs)]) == 0
    assert sources(json.loads(ours.read_text())) == ["a = '\ud800'"]


def test_the_driver_starts_without_what_is_heavy() -> None:
    program = (
        "import sys, workbench.merging.__main__\n"
        "print({'dagster', 'polars', 'pandas', 'nbformat', 'rich', 'yaml'} & set(sys.modules))"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert outcome.stdout == "set()\n"
