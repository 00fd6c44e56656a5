"""Partitions by fiscal year, as the United Kingdom has two of: the tax year and government's financial year."""

from __future__ import annotations

from datetime import date

import dagster as dg

from platform_core.errors import UserError
from platform_core.partitions.calendar import day, first_and_last, zone

# Month and day on which a year begins
_TAX = (4, 6)
_FINANCIAL = (4, 1)


def tax_year_partitions(
    start: str | date, end: str | date | None = None, *, timezone: str = "Europe/London", end_offset: int = 0
) -> dg.TimeWindowPartitionsDefinition:
    """Give one partition for each tax year: from 6 April to 5 April, keyed by its first day.

    Args:
        start: Years count from the first one that begins on or after this day.
        end: No year begins on or after this day; one that is not over by then is left out.
        timezone: The time zone in which days begin.
        end_offset: How many years past the last whole one there are: 1 includes the present year.

    Raises:
        UserError: A date is not written as `2025-01-22`, or the end is not after the start.

    >>> tax_year_partitions("2023-04-06", "2025-04-06").get_partition_keys()
    ['2023-04-06', '2024-04-06']
    """
    return _years(_TAX, start, end, timezone, end_offset)


def financial_year_partitions(
    start: str | date, end: str | date | None = None, *, timezone: str = "Europe/London", end_offset: int = 0
) -> dg.TimeWindowPartitionsDefinition:
    """Give one partition for each financial year of government: from 1 April to 31 March, keyed by its first day.

    The arguments are those of `tax_year_partitions`.

    Raises:
        UserError: A date is not written as `2025-01-22`, or the end is not after the start.

    >>> financial_year_partitions("2023-04-01", "2025-04-01").get_partition_keys()
    ['2023-04-01', '2024-04-01']
    """
    return _years(_FINANCIAL, start, end, timezone, end_offset)


def year_label(key: str | date) -> str:
    """Give the name that people use for the fiscal year that begins on a day.

    Raises:
        UserError: Neither a tax year nor a financial year begins on it.

    >>> year_label("2024-04-06"), year_label("1999-04-01")
    ('2024-25', '1999-00')
    """
    begins = day(key)
    if (begins.month, begins.day) not in {_TAX, _FINANCIAL}:
        raise UserError(
            f"No fiscal year begins on {begins}.", hint="A tax year begins on 6 April, a financial year on 1 April."
        )
    return f"{begins.year}-{(begins.year + 1) % 100:02}"


def _years(
    begins: tuple[int, int], start: str | date, end: str | date | None, timezone: str, end_offset: int
) -> dg.TimeWindowPartitionsDefinition:
    first, last = first_and_last(start, end)
    month, number = begins
    return dg.TimeWindowPartitionsDefinition(
        start=first,
        end=last,
        cron_schedule=f"0 0 {number} {month} *",
        fmt="%Y-%m-%d",
        timezone=zone(timezone),
        end_offset=end_offset,
    )
