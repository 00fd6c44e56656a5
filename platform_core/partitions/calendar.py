"""Partitions by day, week and month: Dagster's own, with dates checked and written in one form."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import dagster as dg

from platform_core.errors import UserError
from platform_core.suggest import meant, nearest

_Definition = TypeVar(
    "_Definition", dg.DailyPartitionsDefinition, dg.WeeklyPartitionsDefinition, dg.MonthlyPartitionsDefinition
)


def daily_partitions(
    start: str | date, end: str | date | None = None, *, timezone: str = "UTC", end_offset: int = 0
) -> dg.DailyPartitionsDefinition:
    """Give one partition for each day, keyed `2025-01-22`.

    Args:
        start: The first day.
        end: The day after the last; without it the days go on.
        timezone: The time zone in which days begin, such as `Europe/London`.
        end_offset: How many days past the last whole one there are: 1 includes today.

    Raises:
        UserError: A date is not written as `2025-01-22`, the end is not after the start, or there is no such zone.

    >>> daily_partitions("2025-01-01", "2025-01-03").get_partition_keys()
    ['2025-01-01', '2025-01-02']
    """
    return _definition(dg.DailyPartitionsDefinition, start, end, timezone=timezone, end_offset=end_offset)


def weekly_partitions(
    start: str | date,
    end: str | date | None = None,
    *,
    timezone: str = "UTC",
    first_day: int = 1,
    end_offset: int = 0,
) -> dg.WeeklyPartitionsDefinition:
    """Give one partition for each week, keyed by its first day.

    Args:
        start: Weeks count from the first one that begins on or after this day.
        end: No week begins on or after this day; one that is not over by then is left out.
        timezone: The time zone in which days begin.
        first_day: The day a week begins on: 0 is Sunday, 1 Monday, 6 Saturday.
        end_offset: How many weeks past the last whole one there are.

    Raises:
        UserError: A date is not written as `2025-01-22`, the end is not after the start, or there is no such weekday
            or zone.

    >>> weekly_partitions("2025-01-01", "2025-01-20").get_partition_keys()
    ['2025-01-06', '2025-01-13']
    """
    if isinstance(first_day, bool) or first_day not in range(7):
        raise UserError(f"A week cannot begin on day {first_day}.", hint="0 is Sunday, 1 Monday, 6 Saturday.")
    return _definition(
        dg.WeeklyPartitionsDefinition, start, end, timezone=timezone, day_offset=first_day, end_offset=end_offset
    )


def monthly_partitions(
    start: str | date, end: str | date | None = None, *, timezone: str = "UTC", end_offset: int = 0
) -> dg.MonthlyPartitionsDefinition:
    """Give one partition for each month, keyed by its first day.

    Months count from the first one that begins on or after `start`; one that is not over by `end` is left out.

    Raises:
        UserError: A date is not written as `2025-01-22`, the end is not after the start, or there is no such zone.

    >>> monthly_partitions("2025-01-01", "2025-03-01").get_partition_keys()
    ['2025-01-01', '2025-02-01']
    """
    return _definition(dg.MonthlyPartitionsDefinition, start, end, timezone=timezone, end_offset=end_offset)


def _definition(
    kind: type[_Definition], start: str | date, end: str | date | None, *, timezone: str, **options: Any
) -> _Definition:
    first, last = first_and_last(start, end)
    return kind(start_date=first, end_date=last, timezone=zone(timezone), **options)


def zone(name: str) -> str:
    """Give the name of a time zone that there is.

    Raises:
        UserError: There is none of that name.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        near = nearest(str(name), available_timezones())
        hint = "Write it as Europe/London, or UTC." if near is None else meant(near)
        raise UserError(f"There is no time zone {name!r}.", hint=hint) from None
    return name


def first_and_last(start: str | date, end: str | date | None) -> tuple[str, str | None]:
    """Give the days between which partitions lie, in the one form that Dagster reads.

    Raises:
        UserError: One is no date, or the end is not after the start.
    """
    first, last = day(start), None if end is None else day(end)
    if last is not None and last <= first:
        raise UserError(f"Partitions from {first} cannot end by {last}.", hint="Name the day after the last partition.")
    return first.isoformat(), None if last is None else last.isoformat()


def day(value: str | date) -> date:
    """Give a day, however it was written.

    Raises:
        UserError: It is none.
    """
    try:
        return date.fromisoformat(value) if isinstance(value, str) else date(value.year, value.month, value.day)
    except (ValueError, AttributeError):
        raise UserError(f"{value!r} is not a date.", hint="Write it as 2025-01-22.") from None
