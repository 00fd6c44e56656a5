"""A story in git: two analysts and a reviewer promote, edit both sides, rename, revert, rebase and merge.

What a check has to say is written down at every commit; at the end every commit of every branch is checked again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from promote.outcome import Settings
from promote.pipeline import run
from tests.promote.merge.projects import change, check, codes, drifts, module, promote, pulled
from tests.promote.merge.repository import Repository
from tests.promote.small_project import CLEAN, HARVEST, Cells, make_project

RAW, RENTS, TOWNS, BY_TOWN = "bronze:raw_rents", "silver:rents", "gold:rent_by_town", "gold:by_town"
QUIET = "unverified"  # nothing is run in the story, so that is as good as it gets


def saved(path: Path, cells: Cells) -> None:
    """Save a notebook as Jupyter does: a line for each line of a cell."""
    content = [
        {
            "cell_type": "markdown" if tags == "md" else "code",
            "id": f"cell-{number}",
            "metadata": {"tags": [tags]} if tags not in ("", "md") else {},
            "source": source.splitlines(keepends=True),
            **({} if tags == "md" else {"outputs": [], "execution_count": None}),
        }
        for number, (tags, source) in enumerate(cells)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": content, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1))


class Story:
    """The people's repositories, and what a check has to say at each commit."""

    def __init__(self, ana: Repository, ben: Repository, rex: Repository) -> None:
        self.ana, self.ben, self.rex = ana, ben, rex
        self.expected: dict[str, dict[str, str]] = {}

    def commit(self, who: Repository, message: str, **drift: str) -> str:
        """Commit, and check that every step is quiet but for those named."""
        return self.right(who, who.commit(message), **drift)

    def right(self, who: Repository, commit: str, **drift: str) -> str:
        """Check a commit that is there: every step is quiet but for those named."""
        found = drifts(check(who.root))
        wanted = dict.fromkeys(found, QUIET) | {tag.replace("__", ":"): state for tag, state in drift.items()}
        assert found == wanted, commit
        assert check(who.root).exit_code == 1
        self.expected[commit] = found
        return commit

    def head(self, who: Repository) -> str:
        return who.git("rev-parse", "HEAD").strip()

    def merge(self, who: Repository, *branches: str) -> None:
        """Fetch and merge, which has to end without a conflict."""
        who.git("fetch", "-q", "--all")
        who.git("merge", "-q", "--no-edit", *branches)


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "memory"))
    root = make_project(tmp_path / "ana", {})
    saved(root / "notebooks/harvest.ipynb", HARVEST)
    saved(root / "notebooks/clean.ipynb", CLEAN)
    ana = Repository.made(root)
    made = Story(ana, ana.clone(tmp_path / "ben", "ben"), ana.clone(tmp_path / "rex", "rex"))
    for one in (made.ben, made.rex):
        one.git("remote", "add", "ana", str(root))
    made.rex.git("remote", "add", "ben", str(made.ben.root))
    ana.git("remote", "add", "ben", str(made.ben.root))
    ana.git("remote", "add", "rex", str(made.rex.root))
    return made


def test_the_story(story: Story) -> None:
    ana = story.ana
    story.right(ana, story.head(ana), **dict.fromkeys(map(_key, (RAW, RENTS, TOWNS)), "new"))
    promote(ana.root)
    story.commit(ana, "Promote")
    _ben_reviews_and_pulls(story)
    _ana_edits_another_step(story)
    _two_branches_add_steps(story)
    moved = _ben_renames_and_reverts(story)
    _both_sides_change(story)
    _both_change_one_constant(story)
    _ben_rebases(story, moved)
    _git_leaves_marks(story)

    # Every commit says what it said, whatever was checked in between
    assert len(story.expected) > 25
    for commit, found in story.expected.items():
        story.rex.git("fetch", "-q", "ana", commit, ok=(0, 128))
        story.rex.git("fetch", "-q", "ben", commit, ok=(0, 128))
        story.rex.git("switch", "-q", "--detach", commit)
        assert drifts(check(story.rex.root)) == found, commit


def _ben_reviews_and_pulls(story: Story) -> None:
    """Ben reviews, edits the module, and pulls."""
    ben = story.ben
    story.merge(ben, "ana/main")
    ben.git("switch", "-q", "-c", "review")
    change(module(ben.root, TOWNS), ".mean()", ".median()")
    story.commit(ben, "Take the median", gold__rent_by_town="module")
    assert pulled(ben.root).exit_code == 0
    assert ".median()" in (ben.root / "notebooks/clean.ipynb").read_text()
    story.commit(ben, "Pull")


def _ana_edits_another_step(story: Story) -> None:
    """Ana edits another step of the same notebook meanwhile, and promotes; the branches merge without a conflict."""
    ana = story.ana
    change(ana.root / "notebooks/clean.ipynb", "drop_nulls()", "drop_nulls().unique()")
    story.commit(ana, "Each row once", silver__rents="notebook")
    promote(ana.root)
    story.commit(ana, "Promote again")
    story.merge(ana, "ben/review")
    assert ".median()" in module(ana.root, TOWNS).read_text()
    assert ".unique()" in module(ana.root, RENTS).read_text()
    story.right(ana, story.head(ana))


def _two_branches_add_steps(story: Story) -> None:
    """Two branches add different steps, each to its notebook and to one that both have."""
    ana, ben = story.ana, story.ben
    story.merge(ben, "ana/main")
    for who, name, place in ((ana, "dearest", 2), (ben, "cheapest", 99)):
        who.git("switch", "-q", "-c", f"add-{name}")
        _add_step(who.root / "notebooks/clean.ipynb", name, place)
        saved(who.root / f"notebooks/{name}.ipynb", _other(name))
        story.commit(who, f"Add {name}", **{f"gold__{name}": "new", f"gold__{name}_more": "new"})
        promote(who.root)
        story.commit(who, f"Promote {name}")
    ana.git("switch", "-q", "main")
    story.merge(ana, "add-dearest")
    story.merge(ana, "ben/add-cheapest")
    steps = {RAW, RENTS, TOWNS, "gold:dearest", "gold:dearest_more", "gold:cheapest", "gold:cheapest_more"}
    assert set(drifts(check(ana.root))) == steps
    story.right(ana, story.head(ana))


def _ben_renames_and_reverts(story: Story) -> str:
    """Ben renames a step: first the notebook alone, then promoted with its files; Ana reverts, and Ben reverts that."""
    ben = story.ben
    ben.git("switch", "-q", "main")
    story.merge(ben, "ana/main")
    grown = story.head(ben)
    notebook = ben.root / "notebooks/clean.ipynb"
    notebook.write_text(notebook.read_text().replace("rent_by_town", "by_town"))
    only = story.commit(ben, "Rename", gold__by_town="renamed", gold__rent_by_town="renamed")
    assert promote(ben.root, move=True).exit_code == 0
    moved = story.commit(ben, "Move")
    assert not module(ben.root, TOWNS).exists()
    ben.git("revert", "--no-edit", moved)
    story.right(ben, story.head(ben), gold__by_town="renamed", gold__rent_by_town="renamed")
    ben.git("revert", "--no-edit", only)
    story.right(ben, story.head(ben))
    assert ben.git("diff", grown, "HEAD") == ""
    ben.git("revert", "--no-edit", "HEAD", "HEAD~1")
    story.right(ben, story.head(ben))
    assert module(ben.root, BY_TOWN).exists()
    return moved


def _both_sides_change(story: Story) -> None:
    """The reviewer edits a module while Ana edits the notebook: git sees no conflict, the check sees both."""
    ana, rex = story.ana, story.rex
    story.merge(rex, "ben/main")
    rex.git("switch", "-q", "-c", "fix")
    change(module(rex.root, RENTS), "LOWEST = 800", "LOWEST = 850")
    story.commit(rex, "Count from 850", silver__rents="module")
    story.merge(ana, "ben/main")
    change(ana.root / "notebooks/clean.ipynb", 'sort(\\"town\\", \\"year\\")', 'sort(\\"year\\", \\"town\\")')
    story.commit(ana, "Sort by year", silver__rents="notebook")
    story.merge(ana, "rex/fix")
    story.right(ana, story.head(ana), silver__rents="both")
    assert codes(promote(ana.root)) == {"PR603"}
    assert pulled(ana.root).exit_code == 0
    text = module(ana.root, RENTS).read_text()
    assert "LOWEST = 850" in text
    assert 'sort("year", "town")' in text
    story.commit(ana, "Merge both")


def _both_change_one_constant(story: Story) -> None:
    """Both change one constant: the pull shows both, and the reviewer's is taken."""
    ana, rex = story.ana, story.rex
    story.merge(rex, "ana/main")
    change(module(rex.root, RENTS), "LOWEST = 850", "LOWEST = 860")
    story.commit(rex, "Count from 860", silver__rents="module")
    change(ana.root / "notebooks/clean.ipynb", "LOWEST = 850", "LOWEST = 870")
    story.commit(ana, "Count from 870", silver__rents="notebook")
    story.merge(ana, "rex/fix")
    story.right(ana, story.head(ana), silver__rents="both")
    assert codes(pulled(ana.root)) == {"PR615"}
    assert pulled(ana.root, theirs=(RENTS,)).exit_code == 0
    assert "LOWEST = 860" in (ana.root / "notebooks/clean.ipynb").read_text()
    promote(ana.root)
    story.commit(ana, "Count from 860 after all")


def _ben_rebases(story: Story, moved: str) -> None:
    """Ben rebases a branch of two commits on all that."""
    ana, ben = story.ana, story.ben
    ben.git("switch", "-q", "-c", "towns", moved)
    change(module(ben.root, BY_TOWN), ".median()", ".max()")
    ben.git("commit", "-qam", "Take the most")
    assert pulled(ben.root).exit_code == 0
    ben.git("commit", "-qam", "Pull the most")
    ben.git("fetch", "-q", "--all")
    ben.git("rebase", "-q", "ana/main")
    story.right(ben, story.head(ben))
    ben.git("switch", "-q", "--detach", "HEAD~1")
    story.right(ben, story.head(ben), gold__by_town="module")
    ben.git("switch", "-q", "towns")
    story.merge(ana, "ben/towns")
    story.right(ana, story.head(ana))


def _git_leaves_marks(story: Story) -> None:
    """Two people change one statement of one step: git leaves marks, and the way out is told."""
    ana = story.ana
    ana.git("switch", "-q", "-c", "left")
    _edited_and_promoted(ana, "LOWEST = 860", "LOWEST = 900")
    story.commit(ana, "Left")
    ana.git("switch", "-q", "-c", "right", "HEAD~1")
    _edited_and_promoted(ana, "LOWEST = 860", "LOWEST = 950")
    story.commit(ana, "Right")
    ana.git("merge", "left", ok=(1,))
    assert "PR107" in codes(check(ana.root))
    ana.git("checkout", "--ours", "notebooks")
    outcome = check(ana.root)
    assert drifts(outcome)[RENTS] == "conflict"
    (told,) = [finding.hint for finding in outcome.findings if finding.code == "PR623" and "/rents.py" in finding.hint]
    command = re.search("`git (checkout --ours [^`]+)`", told)
    assert command is not None
    assert command[1].split()[2:] == ["src/rents/defs/silver/rents.py", "evidence/silver/rents.json"]
    assert "PR623" in codes(promote(ana.root))
    ana.git("checkout", "--theirs", "src", "evidence")
    assert drifts(check(ana.root))[RENTS] == "notebook"
    assert promote(ana.root).exit_code == 0
    story.commit(ana, "Right after all")
    assert "LOWEST = 950" in module(ana.root, RENTS).read_text()


def test_a_pulled_edit_is_proven_by_the_next_promotion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "memory"))
    cells = (
        ("", "import polars as pl"),
        ("helpers", "LEAST = 1"),
        ("bronze:big", "big = pl.DataFrame({'n': [1, 2, 3]}).filter(pl.col('n') > LEAST)"),
    )
    root = make_project(tmp_path / "project", {"big.ipynb": cells})

    def proven() -> int:
        return run([root / "notebooks/big.ipynb"], Settings(project=root), lambda _: None).exit_code

    assert proven() == 0
    assert check(root).exit_code == 0
    change(module(root, "bronze:big"), "LEAST = 1", "LEAST = 2")
    assert drifts(check(root)) == {"bronze:big": "module"}
    assert pulled(root, "big.ipynb").exit_code == 0
    assert drifts(check(root)) == {"bronze:big": "unverified"}
    assert proven() == 0
    assert (check(root).exit_code, drifts(check(root))) == (0, {"bronze:big": ""})
    evidence = json.loads((root / "evidence/bronze/big.json").read_text())
    assert (evidence["verified"], evidence["output"]["rows"]) == (True, 1)
    assert "LEAST = 2" in module(root, "bronze:big").read_text()


def _key(tag: str) -> str:
    return tag.replace(":", "__")


def _edited_and_promoted(who: Repository, old: str, new: str) -> None:
    change(who.root / "notebooks/clean.ipynb", old, new)
    assert promote(who.root).exit_code == 0


def _add_step(path: Path, name: str, place: int) -> None:
    content: Mapping[str, Any] = json.loads(path.read_text())
    tag = f"gold:{name}"
    source = f'{name} = load_asset("raw_rents").sort("rent").tail(1)'
    made: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {"tags": [tag]},
        "outputs": [],
    }
    content["cells"].insert(place, made | {"source": [source]})
    path.write_text(json.dumps(content, indent=1))


def _other(name: str) -> Cells:
    return (
        ("", "from platform_core.sdk import load_asset"),
        (f"gold:{name}_more", f'{name}_more = load_asset("{name}").head(1)'),
    )
