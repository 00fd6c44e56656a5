"""Checks of a column or frame by its figures: null share, mean, quantile, number of rows against another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from platform_core.asset_checks.keys import frame_of
from platform_core.asset_checks.model import Check, Fused, Plan, Verdict, check_name, counted, missing, refusal
from platform_core.columns import column_of, type_text
from platform_core.errors import UsageError, UserError
from platform_core.frames import convert
from platform_core.plain_numbers import is_number

if TYPE_CHECKING:
    from platform_core.asset_checks.facts import Facts


def check_null_share(column: str, max: float, *, name: str | None = None) -> Check:  # noqa: A002 - as elsewhere
    """Give the check that at most a share of a column's rows, from 0 to 1, is null. A frame without rows passes.

    Raises:
        UsageError: It is no share.

    >>> check_null_share("fee", max=0.1).run(pl.DataFrame({"fee": [5, None]})).description
    '50.00% of fee is null, more than 10.00%.'
    """
    share = number_of("check_null_share", max)
    if not 0 <= share <= 1:
        raise UsageError("The share of check_null_share lies between 0 and 1.")
    return Check(
        name or check_name("null_share", [column]),
        f"At most {share:.2%} of {column} is null.",
        NullShare(column, share),
    )


def check_mean(
    column: str,
    min: float | None = None,  # noqa: A002 - as elsewhere
    max: float | None = None,  # noqa: A002 - as elsewhere
    *,
    name: str | None = None,
) -> Check:
    """Give the check that the mean of a column lies between two bounds. Nulls do not count; one NaN makes it fail.

    Raises:
        UsageError: There is no bound, or one is no number.

    >>> check_mean("fee", max=10).run(pl.DataFrame({"fee": [5, 25]})).description
    'The mean of fee is too high.'
    """
    bounds = bounds_of("check_mean", min, max)
    return Check(
        name or check_name("mean", [column]), f"The mean of {column} lies within bounds.", Figure(column, None, *bounds)
    )


def check_quantile(
    column: str,
    q: float,
    min: float | None = None,  # noqa: A002 - as elsewhere
    max: float | None = None,  # noqa: A002 - as elsewhere
    *,
    name: str | None = None,
) -> Check:
    """Give the check that a quantile of a column lies between two bounds: 0.5 is the median.

    It is a value of the data, the nearest to the quantile. Nulls do not count; NaN is greater than every number.

    Raises:
        UsageError: `q` lies not between 0 and 1, there is no bound, or one is no number.

    >>> check_quantile("fee", 0.5, min=10).run(pl.DataFrame({"fee": [5, 6, 90]})).description
    'The 0.5 quantile of fee is too low.'
    """
    if not 0 <= number_of("check_quantile", q) <= 1:
        raise UsageError("The quantile of check_quantile lies between 0 and 1.")
    bounds = bounds_of("check_quantile", min, max)
    return Check(
        name or check_name("quantile", [column, str(q)]),
        f"The {q:g} quantile of {column} lies within bounds.",
        Figure(column, float(q), *bounds),
    )


def check_row_change(
    to: object, max_drop: float | None = None, max_growth: float | None = None, *, name: str | None = None
) -> Check:
    """Give the check that the number of rows is not too far from that of another asset, frame or moment.

    Args:
        to: A number of rows, the name of an asset, or a frame of any kind.
        max_drop: By which share of that number there may be fewer rows: 0.1 allows a tenth.
        max_growth: By which share there may be more.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: There is no bound, or one is negative.
        UserError: `to` is neither a number, a name nor a frame.

    >>> check_row_change(100, max_drop=0.1).run(pl.DataFrame({"fee": range(50)})).description
    '50 rows after 100, too few.'
    """
    low, high = bounds_of("check_row_change", max_drop, max_growth)
    if any(bound is not None and bound < 0 for bound in (low, high)):
        raise UsageError("The bounds of check_row_change are shares from 0.")
    known = to if isinstance(to, str | int) and not isinstance(to, bool) else convert(to, "lazy")
    return Check(
        name or check_name("row_change"),
        "The number of rows is near that before.",
        RowChange(known, low, high),
        (to,) if isinstance(to, str) else (),
    )


@dataclass(frozen=True, slots=True)
class NullShare:
    """A share of nulls."""

    column: str
    high: float

    def plan(self, schema: pl.Schema) -> Plan:
        """Count nulls."""

        def judge(figures: Mapping[str, Any]) -> Verdict:
            nulls, rows = int(figures["nulls"]), int(figures["rows"])
            share = nulls / rows if rows else 0.0
            passed = nulls <= self.high * rows
            wanted = "" if passed else f", more than {self.high:.2%}"
            said = f"{share:.2%} of {self.column} is null{wanted}."
            return Verdict(passed, 0 if passed else nulls, said, {"null_share": round(share, 6), "nulls": nulls})

        def told(facts: Facts) -> Mapping[str, Any] | None:
            nulls = facts.nulls(self.column)
            return None if nulls is None else {"nulls": nulls, "rows": facts.rows}

        null = column_of(self.column).is_null()
        figures = {"nulls": column_of(self.column).null_count(), "rows": pl.len()}
        return missing([self.column], schema) or Fused(figures, judge, lambda frame: frame.filter(null), told)


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean, or a quantile where one is given, between two bounds."""

    column: str
    q: float | None
    low: float | None
    high: float | None

    def plan(self, schema: pl.Schema) -> Plan:
        """Compute it; the verdict tells no value of the data, whose mean may be one."""
        if absent := missing([self.column], schema):
            return absent
        if not schema[self.column].is_numeric():
            return refusal(f"Column {self.column} is {type_text(schema[self.column])}, which is no number.")
        what = "mean" if self.q is None else f"{self.q:g} quantile"
        column = column_of(self.column)
        # The sum of great whole numbers does not fit their type
        figure = column.cast(pl.Float64).mean() if self.q is None else column.quantile(self.q, "nearest")

        def judge(figures: Mapping[str, Any]) -> Verdict:
            value = figures["value"]
            if value is None:
                return Verdict(False, 1, f"Column {self.column} holds no number.")
            below = self.low is not None and not value >= self.low
            above = self.high is not None and not value <= self.high
            where = (
                "no number" if math.isnan(value) else "too low" if below else "too high" if above else "within bounds"
            )
            return Verdict(not (below or above), int(below or above), f"The {what} of {self.column} is {where}.")

        return Fused({"value": figure}, judge)


@dataclass(frozen=True, slots=True, eq=False)
class RowChange:
    """A number of rows near another. Two compare as one only where they are the same object."""

    to: Any
    drop: float | None
    growth: float | None

    def plan(self, schema: pl.Schema) -> Plan:  # the schema does not matter
        """Count both."""
        try:
            before = self.to if isinstance(self.to, int) else frame_of(self.to).select(pl.len()).collect().item()
        except UserError as error:
            return refusal(error.message)

        def judge(figures: Mapping[str, Any]) -> Verdict:
            rows = int(figures["rows"])
            few = self.drop is not None and rows < before * (1 - self.drop)
            many = self.growth is not None and rows > before * (1 + self.growth)
            wanted = ", too few" if few else ", too many" if many else ""
            said = f"{counted(rows, 'row', 'rows')} after {before:,}{wanted}."
            return Verdict(not (few or many), int(few or many), said, {"rows": rows, "rows_before": before})

        return Fused({"rows": pl.len()}, judge, told=lambda facts: {"rows": facts.rows})


def bounds_of(function: str, low: Any, high: Any) -> tuple[float | None, float | None]:
    """Give two bounds as numbers; at least one must be given."""
    if low is None and high is None:
        raise UsageError(f"{function} needs at least one bound.")
    return (None if low is None else number_of(function, low)), (None if high is None else number_of(function, high))


def number_of(function: str, value: Any) -> float:
    """Give a number that a caller gave as a float.

    Raises:
        UsageError: It is none.
    """
    if not is_number(value) or math.isnan(value):
        raise UsageError(f"A bound of {function} is no number.")
    return float(value)
