"""The commit that the code of a project is of, told without running git.

The environment variable `WORKBENCH_COMMIT` goes first, then the repository that the project lies in, then a file
`.commit` beside the project's pyproject.toml, for images that are built without the repository.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

COMMIT_VARIABLE = "WORKBENCH_COMMIT"
COMMIT_FILE = ".commit"

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_PATHS_IN_FULL = (2, 3)  # versions of git's index that hold each path as it is


class Commit(NamedTuple):
    """A commit, empty where nobody knows it, and the project's folder in the repository (such as `data/`)."""

    id: str = ""
    folder: str = ""


def commit_of(project: Path) -> Commit:
    """Give the commit of a project's code. Files may have been edited since: only git could tell, and it is not asked.

    A variable or a file that holds no commit counts as unknown.
    """
    found = _of_repository(project)
    if told := os.environ.get(COMMIT_VARIABLE):
        return Commit(_checked(told), found.folder)
    return found if found.id else Commit(_checked(_text(project / COMMIT_FILE)))


def _of_repository(project: Path) -> Commit:
    project = project.resolve()
    for folder in (project, *project.parents):
        at = folder / ".git"
        if at.exists():
            git = at if at.is_dir() else folder / _text(at).removeprefix("gitdir:").strip()
            inside = project.relative_to(folder).as_posix()
            prefix = "" if inside == "." else f"{inside}/"
            return Commit(_head(git), prefix) if _holds(git, f"{prefix}pyproject.toml") else Commit()
    return Commit()


def _head(git: Path) -> str:
    head = _text(git / "HEAD").strip()
    if not head.startswith("ref:"):
        return _checked(head)
    name = head.removeprefix("ref:").strip()
    shared = git / (_text(git / "commondir").strip() or ".")  # of a linked worktree
    for place in (git, shared):
        if commit := _checked(_text(place / name)):
            return commit
    lines = (line.split(" ", 1) for line in _text(shared / "packed-refs").splitlines() if line[:1] not in {"#", "^"})
    return next((_checked(line[0]) for line in lines if line[1:] == [name]), "")


def _holds(git: Path, path: str) -> bool:
    """Whether git keeps a file: a project may lie in a folder that the repository round it ignores."""
    try:
        index = (git / "index").read_bytes()
    except OSError:
        return False
    name = os.fsencode(path)
    entry = min(len(name), 0xFFF).to_bytes(2) + name + b"\0"  # the length stands before the path
    return entry in index or int.from_bytes(index[4:8]) not in _PATHS_IN_FULL


def _checked(text: str) -> str:
    found = text.strip().lower()
    return found if _COMMIT.fullmatch(found) else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
