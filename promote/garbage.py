"""How often Python looks for circles of garbage while `promote` works."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000  # objects made between two looks for circles; Python's own is 700


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let Python look for circles of garbage seldom: trees and findings hold none, and are many."""
    usual = gc.get_threshold()
    gc.set_threshold(max(_MANY, usual[0]) if usual[0] else 0, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def end_uncollected() -> None:
    """Let a process that is about to end do so without a last look for circles, a tenth of the time of a check.

    What lies in a circle is then never told that it goes, so this is for work that holds nothing open.
    """
    gc.freeze()
