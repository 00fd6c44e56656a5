"""What the executor's processes have in common: their bond to a parent, their threads, their memory."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections import Counter
from pathlib import Path

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_THREADS = Path("/proc/self/task")

# Threads that libraries start when they are imported and that a forked process does without: the allocators' make
# themselves anew, Polars' removes spilled files of its own process
_HARMLESS = {"jemalloc_bg_thd", "polars-ooc-clea"}
# Imported first where the run worker has them: their threads (OpenBLAS) have handlers for a fork
FORK_AWARE = ("numpy", "scipy.linalg")


def die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent ends, however that ends; at once where it has ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def thread_names() -> Counter[str]:
    """Give the names of this process's threads, those of Python and of the system, but the main one.

    On a system that does not tell there is one of the name `unknown`.
    """
    python = Counter(thread.name for thread in threading.enumerate() if thread is not threading.main_thread())
    if not _THREADS.is_dir():
        return Counter({"unknown": 1}) + python
    main = str(os.getpid())
    system = Counter(_name(task) for task in _THREADS.iterdir() if task.name != main)
    return system | python


def unsafe_threads(expected: Counter[str]) -> tuple[str, ...]:
    """Name the threads because of which this process must not fork: all that are neither expected nor harmless."""
    found = thread_names() - expected
    return tuple(sorted(name for name in found if name not in _HARMLESS))


def _name(task: Path) -> str:
    try:
        return (task / "comm").read_text().strip()
    except OSError:  # it has just ended
        return "jemalloc_bg_thd"


def own_memory(pid: int | str = "self") -> int:
    """Give how much memory a process holds that it shares with no other, in bytes; 0 where the system does not tell."""
    return _rollup(pid, ("Private_Clean", "Private_Dirty", "Private_Hugetlb"))


def held_memory(pid: int | str = "self") -> int:
    """Give the resident memory of a process, what it shares with others included, in bytes; 0 as above."""
    return _rollup(pid, ("Rss",))


def _rollup(pid: int | str, fields: tuple[str, ...]) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    pairs = (line.split(":") for line in lines[1:])
    return sum(int(value.split()[0]) * 1024 for name, value in pairs if name in fields)
