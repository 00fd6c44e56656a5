"""The day on which policies are held against: it comes in from outside, so that everything else is a pure function."""

from __future__ import annotations

import time


def today() -> str:
    """Give this day, in the time zone of the machine, as in `2026-11-29`."""
    return time.strftime("%Y-%m-%d")
