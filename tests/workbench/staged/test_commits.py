"""The ways to commit: each gives a hook another index, and the commit is what the hook made of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.workbench.gitted import cells_of, change, done, git, save
from tests.workbench.merging.notebooks import cell, notebook

PATH = "notebooks/a.ipynb"
OUTPUT = {"data": {"text/plain": ["2"]}, "execution_count": 7, "metadata": {}, "output_type": "execute_result"}
TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture(params=["", "deep down/"])
def root(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Path:
    """The project at the top of its repository or below it, with `workbench staged` as the hook."""
    if request.param:
        top = tmp_path / "repository"
        (top / request.param / "notebooks").mkdir(parents=True)
        for name in ("pyproject.toml", PATH):
            (top / request.param / name).write_bytes((root / name).read_bytes())
        done(top, "init", "--quiet")
        done(top, "add", "--all")
        done(top, "commit", "--quiet", "--message", "first")
        root = top / request.param
    hook = Path(done(root, "rev-parse", "--path-format=absolute", "--git-path", "hooks/pre-commit").strip())
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\ncd "{root}" && exec "{sys.executable}" -m workbench staged\n')
    hook.chmod(0o755)
    return root


@pytest.mark.parametrize("how", [["--all"], ["--", PATH], ["--include", "--", PATH]])
def test_what_is_committed_is_stripped_however_it_is_committed(how: list[str], root: Path) -> None:
    change(root / PATH, 1, outputs=[OUTPUT], execution_count=7)
    done(root, "commit", "--message", "next", *how)
    assert cells_of(done(root, "show", f"HEAD:./{PATH}"))[1]["outputs"] == []


def test_a_secret_is_found_however_it_is_committed(root: Path) -> None:
    change(root / PATH, 1, source=[f'token = "{TOKEN}"'])
    for how in (["--all"], ["--", PATH], ["--amend", "--all"]):
        outcome = git(root, "commit", "--message", "next", *how)
        assert outcome.returncode == 1
        assert "secrets: notebooks/a.ipynb:cell 2:1:10" in outcome.stderr
        assert TOKEN not in outcome.stdout + outcome.stderr
    assert done(root, "rev-list", "--count", "HEAD") == "1\n"


def test_part_of_a_file_is_committed_beside_a_notebook_nobody_knows(root: Path) -> None:
    save(root / "notebooks/new.ipynb", notebook(cell("a", f'token = "{TOKEN}"')))
    (root / "README.md").write_text("More.\n")
    done(root, "add", "README.md")
    done(root, "commit", "--quiet", "--message", "next")
    change(root / PATH, 0, source=["a = 2"])
    done(root, "commit", "--quiet", "--message", "next", "--", PATH)
    assert git(root, "status", "--porcelain").stdout.strip('\n"').endswith("notebooks/new.ipynb")
