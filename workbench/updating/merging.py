"""What becomes of each file when a later template meets a team's edits: git merges lines, and nothing is guessed."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platform_core.errors import Fault, UserError

What = Literal["updated", "added", "removed", "kept", "conflict"]
_LABELS = ("yours", "the template before", "the template now")


@dataclass(frozen=True, slots=True)
class Change:
    """What an update does to one file.

    Attributes:
        path: The file, from the project's folder.
        what: `kept` where the template changed something and the team's file stays as it is.
        why: A few words where it is not plain.
        content: The bytes to write; None where nothing is, or where the file goes.
    """

    path: str
    what: What
    why: str = ""
    content: bytes | None = None


def changes(before: Mapping[str, str], now: Mapping[str, str], ours: Callable[[str], bytes | None]) -> Iterator[Change]:
    """Give what an update does, in the order of paths; a file that stays as it is gives nothing.

    Args:
        before: What the template gave when the project last had it.
        now: What it gives today.
        ours: Gives the bytes of the team's file, None where there is none.
    """
    for path in sorted({*before, *now}):
        if before.get(path) != now.get(path):
            change = _change(path, _bytes(before.get(path)), _bytes(now.get(path)), ours(path))
            if change is not None:
                yield change


def _change(path: str, before: bytes | None, now: bytes | None, ours: bytes | None) -> Change | None:
    if ours is not None and b"\r\n" in ours and b"\n" not in ours.replace(b"\r\n", b""):
        before, now = _with_crlf(before), _with_crlf(now)  # the team's own ends of lines stay
    if ours == now:
        return None
    if now is None:
        return (
            Change(path, "removed")
            if ours == before
            else Change(path, "kept", "the template dropped it; you changed it")
        )
    if ours is None:
        return Change(path, "added", content=now) if before is None else Change(path, "kept", "you removed it")
    if ours == before:
        return Change(path, "updated", content=now)
    clean, merged = merged_lines(ours, before or b"", now)
    return Change(path, "updated" if clean else "conflict", "with your edits" if clean else "", merged)


def merged_lines(ours: bytes, before: bytes, now: bytes) -> tuple[bool, bytes]:
    r"""Merge two sides of a text by git; say whether it went without a conflict, and give the text.

    Raises:
        UserError: git is not there.
        Fault: It cannot merge them.

    >>> merged_lines(b"a\nb\nc\nmine\n", b"a\nb\nc\n", b"A\nb\nc\n")
    (True, b'A\nb\nc\nmine\n')
    """
    with tempfile.TemporaryDirectory(prefix="workbench-merge-") as folder:
        paths = [Path(folder, name) for name in ("yours", "before", "now")]
        for path, content in zip(paths, (ours, before, now), strict=True):
            path.write_bytes(content)
        labels = [part for label in _LABELS for part in ("-L", label)]
        command = ["git", "merge-file", "-p", "--diff3", *labels, *map(str, paths)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell, and the program is git
        except OSError:
            raise UserError("git is not on this machine, and merges what both sides changed.") from None
    if not 0 <= done.returncode < 128:
        raise Fault(f"git could not merge a file of the template ({done.returncode}).")
    return done.returncode == 0, done.stdout


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8")


def _with_crlf(content: bytes | None) -> bytes | None:
    return None if content is None else content.replace(b"\n", b"\r\n")
