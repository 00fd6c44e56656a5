"""What runs inside the kernel of a run whose state is to be kept: it waits for a while, and never outlives its keeper.

The driver calls these by silent requests, so they add no name to the notebook's and count as no cell.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from typing import Any

_BESIDE = frozenset({"In", "Out", "exit", "quit", "get_ipython", "open"})


class _State:
    driver = 0  # the process that runs the notebook
    until: float | None = None  # on the monotonic clock; None while a driver is at work
    names: dict[str, Any] = {}  # noqa: RUF012 - the one state of the one kernel of this process


def guard(driver: int, every: float = 1.0) -> None:
    """End this kernel, with what it started, when its driver is gone or, while it is kept, when its time is over.

    Args:
        driver: The number of the process that runs the notebook.
        every: Seconds between two looks.
    """
    _State.driver = driver
    never = threading.Event()

    def watch() -> None:
        while not never.wait(every):
            until = _State.until
            if not _lives(_State.driver) if until is None else time.monotonic() > until:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(os.getpgid(0), signal.SIGKILL)
                os._exit(1)

    threading.Thread(target=watch, daemon=True, name="workbench-guard").start()


def remember() -> None:
    """Note what every name of the notebook stands for, before a cell runs."""
    _State.names = {name: value for name, value in _names().items() if _ours(name)}


def keep(seconds: float) -> None:
    """Wait for a driver that goes on; names stand for what they did before the cell that failed.

    An object that the cell changed in place stays changed: only names are put back.
    """
    names = _names()
    for name in [name for name in names if _ours(name) and name not in _State.names]:
        del names[name]
    names.update(_State.names)
    _State.until = time.monotonic() + seconds


def take_over(driver: int) -> None:
    """Go on under a new driver."""
    _State.driver, _State.until = driver, None


def _ours(name: str) -> bool:
    return not name.startswith("_") and name not in _BESIDE


def _names() -> dict[str, Any]:
    from IPython import get_ipython  # noqa: PLC0415 - IPython is there in a kernel

    names: dict[str, Any] = get_ipython().user_ns
    return names


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
