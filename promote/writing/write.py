"""Write what was generated: all of it or nothing, whatever happens in between.

`commit` writes and removes files in one move; after a kill, `recover`, which every command calls first, rolls the
write forward or back. A path that leads out of the project is refused here too, whoever asked for it.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from promote.findings import FindingError
from promote.model import Finding, GeneratedFile, Location
from promote.writing import journal
from promote.writing.journal import FOLDER

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BY_HAND = "Look at the files with `git status`, restore what is wrong, and delete the folder .workbench."


class WriteError(FindingError):
    """Files could not be written; the project is as it was."""


def commit(
    project: Path,
    files: Sequence[GeneratedFile],
    removals: Sequence[str] = (),
    *,
    moves: Sequence[tuple[str, str]] = (),
    seen: Mapping[str, bytes | None] | None = None,
    say: Callable[[str], None] | None = None,
) -> tuple[str, ...]:
    """Write files and remove others, all or nothing.

    Args:
        project: The project's root.
        files: What to write. A file that has these bytes already is not touched.
        removals: Paths, relative to the project, of files to remove; one that is not there is no error.
        moves: Files or folders to rename, from and to; what lies at the new place already stays, and so does the old.
        seen: The bytes that files had when it was decided to overwrite them (None: no file). One that has others now
            was edited meanwhile, and nothing is written.
        say: Is told whom we wait for where another promote is writing.

    Returns:
        The paths that changed, sorted.

    Raises:
        WriteError: A path leads out of the project (PR404), a file changed meanwhile (PR609), or the disk did not let
            us (PR608). The project is as it was.
    """
    root = project.resolve()
    wanted: dict[str, bytes | None] = dict.fromkeys(removals)
    wanted |= {file.path: file.content for file in files}
    _check_paths(root, [*wanted, *(path for move in moves for path in move), FOLDER])
    try:
        if not _changed(root, wanted) and not _pending(root, moves):
            return ()
        with journal.locked(root, say or _say):
            _recover(root)
            _check_seen(root, seen or {})
            changed, pending = _changed(root, wanted), _pending(root, moves)
            if changed or pending:
                _write(root, changed, pending)
    except OSError as error:
        raise _failed(error, root) from error
    return tuple(sorted(changed))


def recover(project: Path, say: Callable[[str], None] | None = None) -> str | None:
    """Make good a write that was killed: give a sentence that says what was done, None where nothing was left.

    Raises:
        WriteError: What was left cannot be read or put right (PR607).
    """
    root = project.resolve()
    if not journal.is_left(root):
        return None
    _check_paths(root, [FOLDER])
    try:
        with journal.locked(root, say or _say):
            return _recover(root)
    except OSError as error:
        raise _failed(error, root) from error


def _write(root: Path, changed: Mapping[str, bytes | None], moves: Sequence[tuple[str, str]]) -> None:
    try:
        staged = journal.stage(root, changed, moves)
    except OSError:
        journal.cancel(root)
        raise
    try:
        journal.apply(root, staged)
    except OSError:
        journal.undo(root, staged)
        raise


def _recover(root: Path) -> str | None:
    if not journal.is_left(root):
        return None
    try:
        left, undo = journal.load(root)
    except ValueError:
        left, undo = None, True
    if left is None and not undo:
        journal.discard(root)
        return f"What an interrupted write had left in {FOLDER} was removed; no other file needed putting right."
    if left is None:
        message = "An interrupted write left a journal that cannot be read."
        raise WriteError(Finding("PR607", "error", message, Location(f"{FOLDER}/journal.json"), _BY_HAND))
    moved = (path for move in left.moves for path in move)
    _check_paths(root, [*(entry.path for entry in left.entries), *left.folders, *moved])
    edited = [entry.path for entry in left.entries if _digest(root, entry.path) not in (entry.old, entry.new)]
    count = f"{len(left.entries)} {'file' if len(left.entries) == 1 else 'files'}"
    if undo or edited:
        journal.undo(root, left)
        kept = f" {edited[0]} was edited since and is kept." if edited else ""
        return f"An earlier write of {count} was interrupted; it was rolled back.{kept}"
    journal.apply(root, left)
    return f"An earlier write of {count} was interrupted; it was completed."


def _changed(root: Path, wanted: Mapping[str, bytes | None]) -> dict[str, bytes | None]:
    return {path: content for path, content in wanted.items() if journal.read_or_none(root / path) != content}


def _pending(root: Path, moves: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(old, new) for old, new in moves if (root / old).exists() and not (root / new).exists()]


def _digest(root: Path, path: str) -> str | None:
    return journal.digest(journal.read_or_none(root / path))


def _check_seen(root: Path, seen: Mapping[str, bytes | None]) -> None:
    for path, content in sorted(seen.items()):
        if journal.read_or_none(root / path) != content:
            message = "The file was edited while promote was at work, so nothing was written."
            raise WriteError(
                Finding("PR609", "error", message, Location(path), "Look at the edit, then promote again.")
            )


def _check_paths(root: Path, paths: Sequence[str]) -> None:
    for path in paths:
        parts = PurePosixPath(path).parts
        plain = path == "/".join(parts) and not path.startswith("/") and "\\" not in path and "\0" not in path
        ours = path == FOLDER or parts[:1] not in ((FOLDER,), (".git",))
        if not (parts and plain and ours) or ".." in parts or not _stays_inside(root, path):
            message = "A file was to be written outside the project's own folders."
            hint = "Remove the symbolic link on its path, if there is one."
            raise WriteError(Finding("PR404", "error", message, Location(ascii(path)[1:-1]), hint))


def _stays_inside(root: Path, path: str) -> bool:
    try:
        return (root / path).resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop of symbolic links is a RuntimeError before Python 3.13
        return False


def _failed(error: OSError, root: Path) -> WriteError:
    if error.errno in _NO_ROOM:
        message, hint = "There is no room on the disk to write the files.", "Make room, then promote again."
    else:
        reason = error.strerror or type(error).__name__
        message, hint = f"The files could not be written: {reason}.", "Check the permissions of the project's folders."
    path = ""
    if isinstance(error.filename, str | Path) and Path(error.filename).is_relative_to(root):
        path = Path(error.filename).relative_to(root).as_posix()
    done = " The next command of ours finishes what was begun." if journal.is_left(root) else ""
    return WriteError(Finding("PR608", "error", f"{message}{done or ' Nothing was changed.'}", Location(path), hint))


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")
