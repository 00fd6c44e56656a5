"""Git is asked for files: commits, branches, the working tree, projects that lie deeper, and nothing that leads out."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from platform_core.errors import UsageError
from tests.workbench.review.projects import PACKAGE, Repo, Step, files, words
from workbench.review.review import review
from workbench.review.revisions import LARGEST, Repository

RAW, RENTS = Step("raw", "bronze"), Step("rents", inputs=("raw",))


def test_a_base_alone_is_compared_with_the_files_as_they_are(repo: Repo) -> None:
    base = repo.commit({**files(RAW), ".gitignore": "src/rents/defs/gold/\n"})
    repo.add({**files(RAW, RENTS), "src/rents/defs/gold/mine.py": "@gold_asset()\ndef mine(): ...\n"})
    for asked in ("main", "main..", "HEAD", base):
        found = review(repo.root, PACKAGE, asked)
        assert words(found) == {"rents": ("NEW",)}  # not added to git yet, and what git ignores is not there
        assert found.head.commit == ""
    repo.write(files(RENTS))
    assert words(review(repo.root, PACKAGE, "main")) == {"rents": ("NEW",), "raw": ("REMOVED",)}


def test_the_working_tree_and_its_commit_are_the_same(repo: Repo) -> None:
    repo.commit({**files(RAW, RENTS), "notebooks/silver.ipynb": "{}"})
    assert review(repo.root, PACKAGE, "HEAD").changes == ()
    assert review(repo.root, PACKAGE, "HEAD").notes == ()


def test_three_dots_compare_with_where_the_branches_parted(repo: Repo) -> None:
    repo.commit(files(RAW))
    repo.git("checkout", "-q", "-b", "change")
    repo.commit(files(RAW, RENTS))
    repo.git("checkout", "-q", "main")
    repo.commit(files(RAW, Step("other")))
    assert words(review(repo.root, PACKAGE, "main...change")) == {"rents": ("NEW",)}
    assert words(review(repo.root, PACKAGE, "main..change")) == {"other": ("REMOVED",), "rents": ("NEW",)}


def test_a_project_may_lie_deeper_than_its_repository(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    before, after = files(RAW), files(RAW, RENTS)
    repo.commit({f"data/rents/{path}": text for path, text in before.items()})
    repo.commit({f"data/rents/{path}": text for path, text in after.items()})
    found = review(tmp_path / "data/rents", PACKAGE, "HEAD~1..HEAD")
    assert (words(found), found.prefix) == ({"rents": ("NEW",)}, "data/rents/")
    assert words(review(tmp_path / "data/rents", PACKAGE, "HEAD~1")) == {"rents": ("NEW",)}


@pytest.mark.parametrize(
    "asked", ["nowhere", "nowhere..HEAD", "main..nowhere", "--all", "-h..HEAD", "..HEAD", "", "main:x"]
)
def test_a_revision_that_git_does_not_know_is_wrong_usage(repo: Repo, asked: str) -> None:
    repo.commit(files(RAW))
    with pytest.raises(UsageError) as raised:
        review(repo.root, PACKAGE, asked)
    assert raised.value.hint


def test_branches_without_a_common_ancestor_say_so(repo: Repo) -> None:
    repo.commit(files(RAW))
    repo.git("checkout", "-q", "--orphan", "alone")
    repo.commit(files(RENTS))
    with pytest.raises(UsageError, match="no common ancestor"):
        review(repo.root, PACKAGE, "main...alone")


def test_outside_a_repository_there_is_nothing_to_compare_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "alone").mkdir()
    with pytest.raises(UsageError, match="in no git repository"):
        review(tmp_path / "alone", PACKAGE, "main")


def test_without_git_there_is_nothing_to_compare_with(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo.root))
    with pytest.raises(UsageError, match="Git is not installed"):
        review(repo.root, PACKAGE, "main")


def test_links_and_files_that_are_too_large_are_not_followed(repo: Repo, tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("@gold_asset()\ndef secret(): ...\n")
    repo.commit(files(RAW))
    (repo.root / "src/rents/defs/bronze/secret.py").symlink_to(secret)
    (repo.root / "src/rents/defs/bronze/large.py").write_bytes(b"#" * (LARGEST + 1))
    assert review(repo.root, PACKAGE, "HEAD").changes == ()
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "links")
    assert review(repo.root, PACKAGE, "HEAD~1..HEAD").changes == ()
    repository = Repository(repo.root)
    _, tree = repository.range("HEAD")
    assert "src/rents/defs/bronze/secret.py" not in tree.ids


def test_what_both_revisions_hold_is_read_from_git_once(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit(files(*(Step(f"a{n}") for n in range(20))))
    repo.commit(files(*(Step(f"a{n}") for n in range(20)), RAW))
    asked: list[tuple[tuple[str, ...], bytes]] = []
    plain = subprocess.run

    def counted(command: tuple[str, ...], **more: Any) -> subprocess.CompletedProcess[bytes]:
        asked.append((command, more["input"]))
        return plain(command, **more)

    monkeypatch.setattr("workbench.git.subprocess.run", counted)
    review(repo.root, PACKAGE, "HEAD~1..HEAD")
    batches = [given.split() for command, given in asked if "cat-file" in command]
    assert len(asked) <= 8
    assert len({name for batch in batches for name in batch}) == sum(map(len, batches))


def test_names_that_are_no_text_are_read_and_cleaned(repo: Repo) -> None:
    repo.commit(files(RAW))
    name = b"notebooks/\xff\n[x](y).ipynb".decode("utf-8", "surrogateescape")
    repo.add({name: "{}"})
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "odd")
    found = review(repo.root, PACKAGE, "HEAD~1..HEAD")
    assert len(found.notes) == 1
    assert "[U+DCFF]" in found.notes[0]
    assert "\n" not in found.notes[0]
