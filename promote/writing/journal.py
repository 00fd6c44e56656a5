"""The journal of one write: what is to change, kept on the disk so that a kill at any moment can be made good.

New contents and copies of the old are staged under `.workbench/staged`, then `journal.json` appears there by one
rename. From that moment the write is rolled forward, whoever does it; before it, nothing in the project was touched.
A write that fails half-way turns the journal into `undo.json`, and is rolled back. Every step may be repeated.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from platform_core.values import dataclass

try:  # hashlib loads the whole of OpenSSL first
    from _sha256 import sha256  # type: ignore[import-not-found]  # no stub tells of it
except ImportError:  # a Python that keeps it elsewhere
    from hashlib import sha256

FOLDER = ".workbench"
_JOURNAL, _UNDO, _STAGED, _LOCK = "journal.json", "undo.json", "staged", "lock"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its path in the project, and digests of its content before and after; None where there is no file."""

    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Journal:
    """All files of one write, the folders that it makes, and the files and folders that it renames as they are.

    `moves` are pairs of paths, from and to: data too large to be staged. Only one of the two is ever there.
    """

    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    moves: tuple[tuple[str, str], ...] = ()


@contextmanager
def locked(root: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the project's lock, so that two writes never interleave; `say` is told whom we wait for."""
    (root / FOLDER).mkdir(exist_ok=True)
    descriptor = os.open(root / FOLDER / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            say(f"Waiting for another promote (process {holder or 'unknown'}) to finish writing.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        with suppress(OSError):  # on a full disk the name of the holder is no loss
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        with suppress(OSError):  # nothing was written through it but the holder's name
            os.close(descriptor)


def is_left(root: Path) -> bool:
    """Tell whether an interrupted write left anything behind."""
    return any((root / FOLDER / name).exists() for name in (_UNDO, _JOURNAL, _STAGED))


def stage(root: Path, contents: Mapping[str, bytes | None], moves: Sequence[tuple[str, str]] = ()) -> Journal:
    """Stage new contents by path (None removes a file) and renames, and let the journal appear.

    Raises:
        OSError: Something could not be written; `cancel` takes away what was staged.
    """
    discard(root)
    _write(root / FOLDER / ".gitignore", b"*\n")
    staged = root / FOLDER / _STAGED
    staged.mkdir()
    entries: list[Entry] = []
    for number, (path, content) in enumerate(sorted(contents.items())):
        target = root / path
        before = read_or_none(target)
        mode = stat.S_IMODE(target.stat().st_mode) if before is not None else None
        if before is not None:
            _write(staged / f"{number}.old", before, mode)
        if content is not None:
            _write(staged / f"{number}.new", content, mode)
        entries.append(Entry(path, digest(before), digest(content)))
    made = [*(path for path, content in contents.items() if content is not None), *(new for _, new in moves)]
    journal = Journal(tuple(entries), _missing_folders(root, made), tuple(moves))
    _write(staged / _JOURNAL, _written(journal).encode("utf-8"))
    _sync(staged)
    (staged / _JOURNAL).replace(root / FOLDER / _JOURNAL)
    _sync(root / FOLDER)
    return journal


def _written(journal: Journal) -> str:
    entries = [{"path": one.path, "old": one.old, "new": one.new} for one in journal.entries]
    return json.dumps({"entries": entries, "folders": journal.folders, "moves": journal.moves}, indent=1)


def apply(root: Path, journal: Journal) -> None:
    """Bring every file to its new content, and forget the journal."""
    for folder in journal.folders:
        (root / folder).mkdir(exist_ok=True)
    for number, entry in enumerate(journal.entries):
        staged = root / FOLDER / _STAGED / f"{number}.new"
        if entry.new is None:
            (root / entry.path).unlink(missing_ok=True)
        elif staged.exists():
            staged.replace(root / entry.path)
    for old, new in journal.moves:
        _rename(root / old, root / new)
    _finish(root, journal, _JOURNAL)


def undo(root: Path, journal: Journal) -> None:
    """Bring every file back to its old content, and forget the journal. A file edited since is left as it is."""
    with suppress(FileNotFoundError):  # an undo that was itself interrupted
        (root / FOLDER / _JOURNAL).replace(root / FOLDER / _UNDO)
    for old, new in reversed(journal.moves):
        _rename(root / new, root / old)
    for number, entry in enumerate(journal.entries):
        target = root / entry.path
        if digest(read_or_none(target)) != entry.new or entry.new == entry.old:
            continue
        if entry.old is None:
            target.unlink(missing_ok=True)
        else:
            (root / FOLDER / _STAGED / f"{number}.old").replace(target)
    for folder in reversed(journal.folders):
        with suppress(OSError):  # never made, or somebody put a file there
            (root / folder).rmdir()
    _finish(root, journal, _UNDO)


def cancel(root: Path) -> None:
    """Forget a journal of which nothing was applied. It goes first: without it, what is staged means nothing."""
    (root / FOLDER / _JOURNAL).unlink(missing_ok=True)
    discard(root)


def discard(root: Path) -> None:
    """Remove what was staged. What cannot be removed now is removed by the next write."""
    staged = root / FOLDER / _STAGED
    with suppress(OSError):
        for file in sorted(staged.iterdir()):
            file.unlink()
        staged.rmdir()


def load(root: Path) -> tuple[Journal | None, bool]:
    """Give the journal that an interrupted write left, None where there is none, and whether it is to be undone.

    Raises:
        ValueError: The file is no journal of ours.
    """
    for name in (_UNDO, _JOURNAL):
        raw = read_or_none(root / FOLDER / name)
        if raw is not None:
            return _parsed(raw), name == _UNDO
    return None, False


def read_or_none(path: Path) -> bytes | None:
    """Give a file's bytes, None where there is no file."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def digest(content: bytes | None) -> str | None:
    """Give the digest that the journal knows a content by."""
    return None if content is None else str(sha256(content).hexdigest())


def _parsed(raw: bytes) -> Journal:
    try:
        content = json.loads(raw)
        entries = tuple(Entry(**entry) for entry in content["entries"])
        folders = tuple(content["folders"])
        moves = tuple((old, new) for old, new in content.get("moves", ()))
    except (TypeError, KeyError, ValueError, RecursionError):
        raise ValueError("no journal") from None
    texts = [*folders, *(entry.path for entry in entries), *(path for move in moves for path in move)]
    digests = [value for entry in entries for value in (entry.old, entry.new) if value is not None]
    if not all(isinstance(text, str) for text in (*texts, *digests)):
        raise ValueError("no journal")
    return Journal(entries, folders, moves)


def _rename(source: Path, target: Path) -> None:
    """Rename a file or folder once: where it was renamed already, or something has taken its place, nothing is done."""
    if source.exists() and not target.exists():
        source.rename(target)


def _missing_folders(root: Path, made: Iterable[str]) -> tuple[str, ...]:
    """Give the folders to make, each after the one that holds it."""
    missing: dict[str, None] = {}
    for path in sorted(made):
        above = [folder for folder in Path(path).parents if folder != Path() and not (root / folder).exists()]
        missing |= {folder.as_posix(): None for folder in reversed(above)}
    return tuple(missing)


def _finish(root: Path, journal: Journal, name: str) -> None:
    touched = {root / entry.path for entry in journal.entries} | {root / folder for folder in journal.folders}
    touched |= {root / path for move in journal.moves for path in move}
    for folder in sorted({path.parent for path in touched}):
        if folder.exists():
            _sync(folder)
    (root / FOLDER / name).unlink()
    with suppress(OSError):  # the write is done; at worst a power cut brings back a journal that has nothing to do
        _sync(root / FOLDER)
    discard(root)


def _write(path: Path, content: bytes, mode: int | None = None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if mode is not None:
            os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
