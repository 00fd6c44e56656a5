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
_NEW = "workbench-new-"
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
        # Made under another name and locked before it gets the name that sweeping looks for
        made = Path(tempfile.mkdtemp(prefix=_NEW)).resolve()
        self._lock = os.open(made / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = made.rename(made.with_name(_PREFIX + made.name.removeprefix(_NEW)))

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the folder and all in it, read-only folders too."""
        _remove(self.path)
        with contextlib.suppress(OSError):
            os.close(self._lock)


def _sweep(folder: Path) -> None:
    for left in sorted(folder.glob(f"{_PREFIX}*")):
        try:
            lock = os.open(left / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:  # gone meanwhile, or another user's
            continue
        try:
            if os.fstat(lock).st_uid == os.getuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(left)
        except BlockingIOError:
            pass  # its owner lives
        finally:
            os.close(lock)


def _remove(folder: Path) -> None:
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
