"""Writing a file so that its place holds the old content or the new, whole, whatever happens in between.

The new content is written to a temporary file in the same folder, flushed to the disk and renamed over the old. The
temporary file is locked while its writer lives, so the next writer in the folder can tell one that a killed process
left behind, and removes it. POSIX only (`flock`).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".write-"
_SUFFIX = ".part"


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary path to write to; it takes the target's place when the block ends without an error.

    Folders above the target are made. What an earlier writer was killed over in the same folder is removed first.
    Several writers at once are safe: the last to end wins, and every reader sees a whole file.

    Raises:
        OSError: The folder cannot be written, or the disk is full. The target is as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder, "new", "a.txt")) as path:
    ...         _ = path.write_text("whole")
    ...     Path(folder, "new", "a.txt").read_text(), [p.name for p in Path(folder, "new").iterdir()]
    ('whole', ['a.txt'])
    """
    folder = target.parent
    folder.mkdir(parents=True, exist_ok=True)
    clean(folder)
    path, descriptor = _new_temporary(folder)
    try:
        yield path
        os.fsync(descriptor)
        path.replace(target)
        _sync_folder(folder)
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def clean(folder: Path) -> None:
    """Remove the temporary files in a folder whose writers are dead; those still being written stay."""
    for left in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
        try:
            descriptor = os.open(left, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:  # gone meanwhile, or not ours to open
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink(missing_ok=True)
        except BlockingIOError:
            pass  # its writer lives
        finally:
            os.close(descriptor)


def _new_temporary(folder: Path) -> tuple[Path, int]:
    """Make and lock a temporary file. Between making and locking, another writer's `clean` may take it: try anew."""
    while True:
        path = folder / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_nlink == 1:
                return path, descriptor
        except BlockingIOError:
            pass  # a cleaner holds it and is about to remove it
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
