"""How often Python looks for circles of garbage while `promote` or `workbench` works."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_USUAL = gc.get_threshold()
_MANY = 400_000  # objects made between two looks for circles, some 40 MB of them at most; Python's own is 700


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let Python look for circles of garbage seldom: trees and findings hold none, and are many."""
    usual = gc.get_threshold()
    gc.set_threshold(max(_MANY, usual[0]) if usual[0] else 0, *usual[1:])
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()  # what lives on is old now: it is looked through with all that is, and not at once
        gc.set_threshold(*usual)


@contextmanager
def collected_as_usual() -> Iterator[None]:
    """Let Python look as often as it does by itself while code of others runs, which may leave large frames in circles.

    What is there before is code and definitions, which stay: they are left out of these looks. What the others left is
    looked for once more at the end.

    >>> with seldom_collected(), collected_as_usual():
    ...     gc.get_threshold() == _USUAL
    True
    """
    ours = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_USUAL)
    try:
        yield
    finally:
        gc.set_threshold(*ours)
        gc.collect()
        gc.unfreeze()


def leave_uncollected() -> None:
    """Leave all that is there out of the look for circles that Python takes as the process ends: a tenth of a second.

    So this is for a process of ours, when all that holds anything open is closed.
    """
    gc.freeze()


def end_at_once(code: int) -> None:
    """End the process now, with no last look for circles and no taking apart of modules: a twentieth of a check's time.

    What stands in a `finally`, or waits for the end, is left undone, so this is for work that holds nothing open. A
    process that a tool follows (a debugger, a measure of coverage) ends as any other.
    """
    if sys.gettrace() is None and sys.getprofile() is None:
        with suppress(OSError, ValueError):  # whoever read has gone
            sys.stdout.flush()
        os._exit(code)
