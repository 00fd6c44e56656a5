"""What is dear to make and is only read: made once in a run of the suite, by whichever of its processes asks first."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Once:
    """Folders that the processes of one run share.

    Args:
        shared: A folder of this run that every process of it knows.
    """

    shared: Path

    def __call__(self, name: str, make: Callable[[Path], object]) -> Path:
        """Give the folder of a name as `make` filled it, in this process or in another that was first.

        >>> import tempfile
        >>> once = Once(Path(tempfile.mkdtemp()))
        >>> [once("a", lambda folder: (folder / "made").touch()) == once("a", print)]
        [True]
        """
        place = self.shared / f"once-{name}"
        place.mkdir(exist_ok=True)
        made, whole = place / "made", place / "whole"
        with (place / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second waits until it is there
            if not whole.exists():
                shutil.rmtree(made, ignore_errors=True)  # what a failure left
                made.mkdir()
                make(made)
                whole.touch()
        return made
