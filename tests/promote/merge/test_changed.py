"""`--changed BASE`: what a check of the whole project would say, of what a change since BASE can have touched alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from platform_core.errors import UsageError
from promote.cli import main
from promote.merge.base import base_of
from tests.promote.merge.projects import (
    CLEAN,
    change,
    change_cell,
    check,
    codes,
    drifts,
    evidence,
    module,
    promote,
    pulled,
    sources,
    verified,
)
from tests.promote.merge.repository import Repository
from tests.promote.small_project import HARVEST, make_project, write_notebook

RENTS, TOWNS, RAW = "silver:rents", "gold:rent_by_town", "bronze:raw_rents"
MODULE = "src/rents/defs/silver/rents.py"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "memory"))
    root = make_project(tmp_path / "project", {"clean.ipynb": CLEAN, "harvest.ipynb": HARVEST})
    assert promote(root).exit_code == 0
    verified(root)
    assert check(root).exit_code == 0
    return Repository.made(root)


EDITS: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "nothing": (lambda _: None, set()),
    "a notebook": (lambda root: change_cell(root, 5, "(100, 200)", "(150, 200)"), {RENTS, TOWNS}),
    "an upstream notebook": (
        lambda root: change_cell(root, 3, "pl.lit(year)", "pl.lit('x')", "harvest.ipynb"),
        {RAW, RENTS, TOWNS},
    ),
    "a module": (lambda root: change(root / MODULE, "9000", "8000"), {RENTS, TOWNS}),
    "a test": (lambda root: change(root / "tests/assets/test_rents.py", "Test rents", "Test no"), {RENTS, TOWNS}),
    "evidence": (lambda root: evidence(root, RENTS).unlink(), {RENTS, TOWNS}),
    "configuration": (lambda root: change(root / "config/base.yaml", "files", "duckdb"), {RAW, RENTS, TOWNS}),
    "something else": (lambda root: (root / "README.md").write_text("x"), set()),
    "a new notebook": (
        lambda root: write_notebook(root / "notebooks/b.ipynb", [("", "import polars as pl"), ("bronze:b", "b = 1")]),
        {"bronze:b"},
    ),
}


@pytest.mark.parametrize("what", EDITS)
@pytest.mark.parametrize("committed", [True, False])
def test_only_what_differs_is_checked(repository: Repository, what: str, committed: bool) -> None:
    edit, looked_at = EDITS[what]
    edit(repository.root)
    if committed:
        repository.git("add", "-A")
        repository.git("commit", "-q", "--allow-empty", "-m", what)
    outcome = check(repository.root, changed="HEAD~1" if committed else "HEAD")
    assert set(drifts(outcome)) == looked_at
    whole = check(repository.root)
    assert codes(outcome) == codes(whole)
    assert outcome.exit_code == whole.exit_code


def test_a_step_that_left_its_notebook_is_told(repository: Repository) -> None:
    path = repository.root / "notebooks/clean.ipynb"
    path.write_text(path.read_text().replace(f'"{TOWNS}"', '"explore"'))
    assert codes(check(repository.root, changed="HEAD")) == {"PR611"}
    repository.commit("explore")
    assert codes(check(repository.root, changed="HEAD")) == set()
    assert codes(check(repository.root, changed="HEAD~1")) == {"PR611"}
    path.unlink()
    assert codes(check(repository.root, changed="HEAD")) == {"PR612"}


def test_named_notebooks_are_checked_where_they_differ(repository: Repository) -> None:
    change_cell(repository.root, 5, "(100, 200)", "(150, 200)")
    assert codes(check(repository.root, "clean.ipynb", changed="HEAD")) == {"PR601", "PR606"}
    assert check(repository.root, "harvest.ipynb", changed="HEAD").steps == ()


def test_a_project_within_a_repository_is_found(repository: Repository, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    (repository.root / ".git").rename(tmp_path / "git")
    repository.root.rename(outer / "project")
    inner = Repository.made(outer)
    assert check(outer / "project", changed="HEAD").steps == ()
    change_cell(outer / "project", 5, "(100, 200)", "(150, 200)")
    assert codes(check(outer / "project", changed="HEAD")) == {"PR601", "PR606"}
    inner.commit("more")


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD~99", ""])
def test_a_revision_that_is_none_is_wrong_usage(repository: Repository, revision: str) -> None:
    with pytest.raises(UsageError, match="Git knows no revision"):
        check(repository.root, changed=revision)
    assert main(["--check", f"--changed={revision}", "--project", str(repository.root)]) == 2


def test_no_repository_and_no_git_are_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, {"clean.ipynb": CLEAN})
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match="no git repository"):
        check(root, changed="HEAD")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="no git repository"):
        check(root, changed="HEAD")


def test_git_knows_what_the_evidence_does_not(repository: Repository) -> None:
    """The evidence is of another promotion: the base is the version of the module that its header names."""
    root = repository.root
    promoted = module(root, RENTS).read_text()
    change(module(root, RENTS), "HIGHEST = 9000", "HIGHEST = 9001")
    change_cell(root, 5, "raw.drop_nulls()", "raw.drop_nulls().unique()")
    evidence(root, RENTS).unlink()
    edited = module(root, RENTS).read_text()
    assert base_of(root, MODULE, "evidence/silver/rents.json", edited, "x = 1") == promoted
    outcome = pulled(root)
    assert outcome.exit_code == 0, outcome.findings
    assert "HIGHEST = 9001" in sources(root)[2]
    assert "unique()" in module(root, RENTS).read_text()
