"""Checks of a frame as a whole: how many rows it has, and how old its newest one is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from platform_core.asset_checks.model import Check, Fused, Plan, Verdict, check_name, counted, missing, refusal
from platform_core.columns import TEXT, column_of, type_text
from platform_core.errors import UsageError
from platform_core.plain_numbers import is_whole

if TYPE_CHECKING:
    from platform_core.asset_checks.facts import Facts

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STORED = {"ms": Fraction(1, 10**3), "us": Fraction(1, 10**6), "ns": Fraction(1, 10**9)}  # seconds
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def check_row_count(
    min: int = 1,  # noqa: A002 - the request's own word
    max: int | None = None,  # noqa: A002 - the request's own word
    *,
    name: str | None = None,
) -> Check:
    """Give the check that a frame has at least `min` rows and at most `max`; both are allowed themselves.

    Raises:
        UsageError: A bound is no whole number, or they are the wrong way round.

    >>> check_row_count(min=1, max=2).run(pl.DataFrame({"a": [1, 2, 3]})).description
    '3 rows, more than 2.'
    """
    for bound in (min, max):
        if bound is not None and (not is_whole(bound) or bound < 0):
            raise UsageError("The bounds of check_row_count are whole numbers from 0.")
    if max is not None and max < min:
        raise UsageError(f"check_row_count cannot ask for at least {min} and at most {max} rows.")
    above = "" if max is None else f" and at most {max:,}"
    return Check(name or check_name("row_count"), f"At least {min:,}{above} rows.", RowCount(min, max))


def check_freshness(
    column: str, max_age: str | timedelta, *, as_of: str | date | None = None, name: str | None = None
) -> Check:
    """Give the check that the newest date or time of a column is not too old.

    Args:
        column: Dates, times (in UTC where they have no zone), or text that begins with an ISO date.
        max_age: As `400d`, `12h`, `1w`, `30m`, or a `timedelta`.
        as_of: What to count back from, such as a report's own date; now, where it is not given.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: The age or date cannot be understood.

    >>> frame = pl.DataFrame({"decided_on": ["2025-01-01"]})
    >>> check_freshness("decided_on", "30d", as_of=datetime(2025, 3, 1)).run(frame).description
    'The newest decided_on is 59.0 days old, which is too old.'
    """
    shown = max_age if isinstance(max_age, str) else str(max_age)
    return Check(
        name or check_name("freshness", [column]),
        f"The newest {column} is at most {shown} old.",
        Freshness(column, _duration(max_age), None if as_of is None else _moment(as_of)),
    )


@dataclass(frozen=True, slots=True)
class RowCount:
    """A number of rows between two bounds."""

    low: int
    high: int | None

    def plan(self, schema: pl.Schema) -> Plan:  # the schema does not matter
        """Count."""

        def judge(figures: Mapping[str, Any]) -> Verdict:
            rows = int(figures["rows"])
            passed = rows >= self.low and (self.high is None or rows <= self.high)
            wanted = "" if passed else f", fewer than {self.low:,}" if rows < self.low else f", more than {self.high:,}"
            description = f"{counted(rows, 'row', 'rows')}{wanted}."
            return Verdict(passed, 0 if passed else 1, description, {"rows": rows})

        return Fused({"rows": pl.len()}, judge, told=lambda facts: {"rows": facts.rows})


@dataclass(frozen=True, slots=True)
class Freshness:
    """A newest date that is not too old."""

    column: str
    max_age: timedelta
    as_of: datetime | None

    def plan(self, schema: pl.Schema) -> Plan:
        """Look at the newest value."""
        if absent := missing([self.column], schema):
            return absent
        dtype, value = schema[self.column], column_of(self.column)
        if isinstance(dtype, TEXT):
            value = value.cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        elif not isinstance(dtype, pl.Date | pl.Datetime):
            return refusal(f"Column {self.column} is {type_text(dtype)}, not a date or time.")
        # As it is stored: Python's own dates end with the year 9999, and have no nanoseconds
        newest = value.max().to_physical()
        unit = _STORED[dtype.time_unit] if isinstance(dtype, pl.Datetime) else Fraction(86_400)

        def judge(figures: Mapping[str, Any]) -> Verdict:
            if figures["newest"] is None:
                return Verdict(False, 1, f"Column {self.column} holds no date.")
            age = _seconds((self.as_of or datetime.now(UTC)) - _EPOCH) - figures["newest"] * unit
            passed = age <= _seconds(self.max_age)
            days = float(age / 86_400)
            old = f"is {days:,.1f} days old" if days >= 0 else f"lies {-days:,.1f} days ahead"
            description = f"The newest {self.column} {old}{'' if passed else ', which is too old'}."
            return Verdict(passed, 0 if passed else 1, description, {"age_days": round(days, 3)})

        def told(facts: Facts) -> dict[str, Any] | None:
            ends = facts.extremes(self.column)
            return None if ends is None else {"newest": ends.to_frame().select(newest).item()}

        return Fused({"newest": newest}, judge, told=told)


def _seconds(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), 10**6)


def _duration(value: str | timedelta) -> timedelta:
    if isinstance(value, timedelta):
        return value
    parts = re.fullmatch(r"\s*(\d{1,6}(?:\.\d+)?)\s*([wdhms])\s*", value) if isinstance(value, str) else None
    if parts is None:
        raise UsageError("The greatest age cannot be understood.", hint="Write it as 400d, 12h, 1w or 30m.")
    return timedelta(**{_UNITS[parts[2]]: float(parts[1])})


def _moment(value: str | date) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise UsageError("`as_of` is not a date.", hint="Write it as 2025-03-19.") from None
    moment = found if isinstance(found, datetime) else datetime.combine(found, time())
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
