"""A temporary folder that is ours alone and that goes in the end, even if only our successor removes it.

Its owner holds a lock on it while it lives. A folder of ours that nobody holds was left by a process that was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PREFIX = "workbench-stage-"
_LOCK = "lock"


class Scratch:
    """A new temporary folder, readable by its owner alone; what dead owners left in the same place is removed.

    >>> with Scratch() as folder:
    ...     _ = (folder / "part").write_text("x")
    >>> folder.exists()
    False
    """

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        self.path, self._lock = _new()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the folder and all in it, read-only folders too."""
        _remove(self.path)
        with contextlib.suppress(OSError):
            os.close(self._lock)


def _new() -> tuple[Path, int]:
    """Make and lock a folder. Before it is locked, another's `_sweep` may take it: try anew."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if _locked(lock) and os.fstat(lock).st_nlink:
                return path, lock
            os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sweep(folder: Path) -> None:
    for left in sorted(folder.glob(f"{_PREFIX}*")):
        with contextlib.suppress(OSError):  # gone meanwhile
            about = left.lstat()
            if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
                continue  # another's, or a link to what is none of ours
            try:
                lock = os.open(left / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                left.rmdir()  # whose owner was killed before it was locked, or with the lock as the last thing in it
                continue
            if _locked(lock):  # else its owner lives
                _remove(left)
            os.close(lock)


def _remove(folder: Path) -> None:
    """Remove a folder, its lock last: while anything else is in it, the next to sweep can tell whose it was."""
    with contextlib.suppress(OSError):  # what stays for this is tried once more below
        folder.chmod(stat.S_IRWXU)
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, onerror=_force)
            elif entry.name != _LOCK:
                entry.unlink()
    shutil.rmtree(folder, onerror=_force)


def _force(remove: Callable[..., Any], path: str, error: object) -> None:
    """Try once more after making the folder writable, since a notebook may have made it read-only."""
    with contextlib.suppress(OSError):
        for place in (Path(path).parent, Path(path)):
            if not place.is_symlink():
                place.chmod(stat.S_IRWXU)
        if remove is os.unlink or remove is os.rmdir:
            remove(path)
        else:
            shutil.rmtree(path, ignore_errors=True)
