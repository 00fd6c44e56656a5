"""The commit of a project: told by the environment, by git's own files, or by the file of a build; never by a guess."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from platform_core.commit import COMMIT_FILE, COMMIT_VARIABLE, Commit, commit_of

OTHER = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    command = ["git", *who, *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(COMMIT_VARIABLE, raising=False)
    root = tmp_path / "repository"
    for folder in (root, root / "projects/rents"):
        folder.mkdir(parents=True)
        (folder / "pyproject.toml").write_text("[tool.workbench]\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "One")
    return root


def test_the_commit_of_the_branch_that_is_checked_out(repository: Path) -> None:
    assert commit_of(repository) == Commit(git(repository, "rev-parse", "HEAD"))
    assert commit_of(repository / "projects/rents").folder == "projects/rents/"


def test_packed_references_a_detached_head_and_a_linked_worktree(repository: Path, tmp_path: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")
    git(repository, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    git(repository, "pack-refs", "--all")
    assert commit_of(repository).id == head
    assert commit_of(tmp_path / "linked" / "projects/rents") == Commit(head, "projects/rents/")
    git(tmp_path / "linked", "commit", "-q", "--allow-empty", "-m", "Two")
    assert commit_of(tmp_path / "linked").id == git(tmp_path / "linked", "rev-parse", "HEAD") != head
    git(repository, "checkout", "-q", "--detach")
    assert commit_of(repository).id == head


def test_a_project_that_the_repository_round_it_does_not_keep_has_no_commit(repository: Path) -> None:
    demo = repository / "build/demo"
    demo.mkdir(parents=True)
    (demo / "pyproject.toml").write_text("[tool.workbench]\n")
    assert commit_of(demo) == Commit()


@pytest.mark.parametrize("version", ["2", "4"])
def test_every_form_of_gits_index_is_read(repository: Path, version: str) -> None:
    git(repository, "update-index", "--index-version", version)
    assert commit_of(repository / "projects/rents").id == git(repository, "rev-parse", "HEAD")


def test_the_environment_goes_first_and_keeps_the_folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMMIT_VARIABLE, OTHER.upper())
    assert commit_of(repository / "projects/rents") == Commit(OTHER, "projects/rents/")


def test_without_a_repository_the_file_of_the_build_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(COMMIT_VARIABLE, raising=False)
    assert commit_of(tmp_path) == Commit()
    (tmp_path / COMMIT_FILE).write_text(f"{OTHER}\n")
    assert commit_of(tmp_path) == Commit(OTHER)


@pytest.mark.parametrize("text", ["main", "", "0123", "$(id)", "0123456 89abcd", "\x00" * 40])
def test_what_is_no_commit_counts_as_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.delenv(COMMIT_VARIABLE, raising=False)
    (tmp_path / COMMIT_FILE).write_text(text)
    assert commit_of(tmp_path) == Commit()


@pytest.mark.parametrize("head", ["", "ref: refs/heads/none", "ref: ../../outside", "\xff", "ref:"])
def test_a_broken_repository_is_no_reason_to_fail(repository: Path, head: str) -> None:
    (repository / ".git/HEAD").write_text(head, encoding="latin-1")
    assert commit_of(repository).id == ""
