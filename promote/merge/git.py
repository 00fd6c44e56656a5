"""Asking git, as a process and without a shell: which files differ from a revision, and what a file was before."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from platform_core.errors import UsageError


def changed_since(root: Path, revision: str) -> frozenset[str]:
    """Give the paths under `root` that differ from a revision, those that nobody has added to git with them.

    Raises:
        UsageError: There is no git, no repository, or no such revision.
    """
    if _run(root, "rev-parse", "--git-dir") is None:
        raise UsageError(
            "The project is in no git repository, so nothing can be told of --changed.", hint="Leave --changed out."
        )
    if _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}") is None:
        hint = "Name a branch, a tag or a commit; in CI, fetch it first (fetch-depth: 0)."
        raise UsageError(f"Git knows no revision {revision!a}.", hint=hint)
    commit = _text(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    differing = _text(root, "diff", "--name-only", "--no-renames", "--no-ext-diff", "--relative", "-z", commit, "--")
    new = _text(root, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(path for path in (*differing.split("\0"), *new.split("\0")) if path)


def versions(root: Path, path: str, most: int) -> Iterator[str]:
    """Give what a file was in earlier commits, the latest first; nothing where git cannot tell."""
    log = _run(root, "log", f"-{most}", "--format=%H", "--", path)
    for commit in (log or b"").decode("ascii", "replace").split():
        content = _run(root, "show", f"{commit}:./{path}")
        if content is not None:
            yield content.decode("utf-8", "replace")


def tracked(root: Path) -> frozenset[str] | None:
    """Give the paths under `root` that the last commit holds; None where there is no repository or no commit."""
    said = _run(root, "ls-tree", "-r", "--name-only", "-z", "HEAD")
    return None if said is None else frozenset(path for path in said.decode("utf-8", "replace").split("\0") if path)


def last_authors(root: Path, paths: Sequence[str]) -> dict[str, str]:
    """Give who made the last commit of each path, merges aside; nothing where git cannot tell (a shallow clone)."""
    if not paths or (_run(root, "rev-parse", "--is-shallow-repository") or b"").strip() != b"false":
        return {}
    changed = set((_run(root, "diff", "--name-only", "--relative", "-z", "HEAD", "--") or b"").decode().split("\0"))
    found: dict[str, str] = {}
    for path in paths:
        said = _run(root, "log", "-1", "--no-merges", "--format=%aN <%aE>", "--", path)
        if said and said.strip() and path not in changed:
            found[path] = said.decode("utf-8", "replace").strip()
    return found


def _text(root: Path, *arguments: str) -> str:
    output = _run(root, *arguments)
    if output is None:
        raise UsageError("Git could not tell what differs.", hint="Run `git status` and see what it says.")
    return output.decode("utf-8", "surrogateescape")


def _run(root: Path, *arguments: str) -> bytes | None:
    """Give what git writes, None where it fails or is not there."""
    command: Sequence[str] = ("git", "--no-pager", "--no-optional-locks", "-C", str(root), *arguments)
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - no shell, and the program is git
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
