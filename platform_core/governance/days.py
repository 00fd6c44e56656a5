"""The day that policies are held against: it comes in from outside, so that everything else is a pure function."""

from __future__ import annotations

import time

from platform_core.errors import UsageError
from platform_core.governance.classification import checked_date


def today() -> str:
    """Give this day, in the time zone of the machine, as in `2026-11-29`."""
    return time.strftime("%Y-%m-%d")


def day(told: str | None) -> str:
    """Give the day that was told, else today.

    Raises:
        UsageError: It is none.

    >>> day("2026-11-29")
    '2026-11-29'
    """
    try:
        return today() if told is None else checked_date(told)
    except ValueError:
        raise UsageError("That is no day.", hint="Write it as in 2026-11-29.") from None
