"""Asking git, as a process and without a shell."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import which

from platform_core.errors import UsageError


def run_git(
    root: Path, *arguments: str, given: bytes = b"", environment: Mapping[str, str] | None = None
) -> bytes | None:
    """Give what git writes in a folder, None where it fails or is not there.

    Args:
        root: The folder.
        arguments: The command's own.
        given: What it reads.
        environment: The process's environment in place of this one's.
    """
    command = ("git", "--no-pager", "-c", "core.fsmonitor=false", "-C", str(root), *arguments)
    try:
        done = subprocess.run(command, capture_output=True, check=False, input=given, env=environment)  # noqa: S603 - no shell, and the program is git
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def no_repository(root: Path) -> tuple[str, str]:
    """Say why git tells nothing of a folder, and what to do about it."""
    if which("git") is None:
        return "git is not installed", "Install git."
    above = next((one for one in (root, *root.parents) if (one / ".git").exists()), None)
    if above is None:
        return "the project is in no git repository", "git init"
    command = ("git", "-C", str(root), "rev-parse", "--git-dir")
    said = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}).stderr  # noqa: S603 - no shell, and the program is git
    if b"safe.directory" in said:
        return "git trusts the project's repository to another account", (
            f"git config --global --add safe.directory {shlex.quote(str(above))}"
        )
    return "git cannot read the project's repository", "Run `git status` and see what it says."


def refused(root: Path, so: str) -> UsageError:
    """Give the error that git tells nothing of a folder, and what follows from that."""
    said, mend = no_repository(root)
    hint = mend if mend.endswith(".") else f"Run `{mend}`."
    return UsageError(f"{said[0].upper()}{said[1:]}, so {so}.", hint=hint)


def read_blobs(root: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Give the content of git's objects by name; one that is no file's content is left out."""
    output = run_git(root, "cat-file", "--batch", given="\n".join(names).encode("ascii") + b"\n") if names else None
    return dict(_blobs(output or b""))


def names_in(listing: bytes | None) -> list[str]:
    """Give the paths of a listing that git ended with NUL each."""
    return [name.decode("utf-8", "surrogateescape") for name in (listing or b"").split(b"\0") if name]


def _blobs(output: bytes) -> Iterator[tuple[str, bytes]]:
    """Take what `git cat-file --batch` writes apart: a line of name, kind and size, then the content and a line end."""
    at = 0
    while (end := output.find(b"\n", at)) >= 0:
        name, kind, size = (*output[at:end].split(), b"", b"")[:3]
        at = end + 1
        if not size.isdigit():  # a missing object has a line alone
            continue
        content = output[at : at + int(size)]
        at += int(size) + 1
        if kind == b"blob":
            yield name.decode("ascii"), content
