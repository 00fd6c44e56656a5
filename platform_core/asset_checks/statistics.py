"""Checks of a column or frame by its figures: null share, mean, quantile, number of rows against another, drift."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from platform_core.asset_checks.keys import frame_of
from platform_core.asset_checks.model import Check, Fused, Plan, Verdict, check_name, counted, missing, refusal
from platform_core.errors import UsageError, UserError
from platform_core.frames import convert

if TYPE_CHECKING:
    from platform_core.asset_checks.facts import Facts

_CUTS = 10
_MOST_GROUPS = 20
_LEAST_SHARE = 1e-4  # of an empty group, so that its logarithm is finite


def check_null_share(column: str, max: float, *, name: str | None = None) -> Check:  # noqa: A002 - as elsewhere
    """Give the check that at most a share of a column's rows, from 0 to 1, is null. A frame without rows passes.

    Raises:
        UsageError: It is no share.
    """
    share = _number("check_null_share", max)
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
    """
    bounds = _bounds("check_mean", min, max)
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
    """
    if not 0 <= _number("check_quantile", q) <= 1:
        raise UsageError("The quantile of check_quantile lies between 0 and 1.")
    bounds = _bounds("check_quantile", min, max)
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
    """
    low, high = _bounds("check_row_change", max_drop, max_growth)
    if any(bound is not None and bound < 0 for bound in (low, high)):
        raise UsageError("The bounds of check_row_change are shares from 0.")
    known = to if isinstance(to, str | int) and not isinstance(to, bool) else convert(to, "lazy")
    return Check(
        name or check_name("row_change"),
        "The number of rows is near that before.",
        RowChange(known, low, high),
        (to,) if isinstance(to, str) else (),
    )


def check_drift(
    column: str,
    to: object,
    max: float = 0.2,  # noqa: A002 - as elsewhere
    *,
    to_column: str | None = None,
    name: str | None = None,
) -> Check:
    """Give the check that a column is spread as another asset's is, by the population stability index.

    Numbers, dates and times are put into ten groups that hold equal shares of the other column, text and booleans into
    its twenty commonest values and the rest; nulls and NaN have groups of their own. The index is the sum over groups
    of (share - other share) * ln(share / other share). Below 0.1 is usually called stable, above 0.25 a shift.

    Args:
        column: The column.
        to: The name of the other asset, or a frame of any kind.
        max: The greatest index allowed.
        to_column: The other column, where it is called otherwise.
        name: The check's name, where the usual one will not do.

    Raises:
        UsageError: The bound is no number from 0.
        UserError: `to` is neither a name nor a frame.
    """
    if not (limit := _number("check_drift", max)) >= 0:
        raise UsageError("The bound of check_drift is a number from 0.")
    known = to if isinstance(to, str) else convert(to, "lazy")
    return Check(
        name or check_name("drift", [column]),
        f"{column} is spread as before.",
        Drift(column, known, to_column or column, limit),
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

        null = pl.col(self.column).is_null()
        figures = {"nulls": pl.col(self.column).null_count(), "rows": pl.len()}
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
            return refusal(f"Column {self.column} is {schema[self.column]}, which is no number.")
        what = "mean" if self.q is None else f"{self.q:g} quantile"
        column = pl.col(self.column)
        figure = column.mean() if self.q is None else column.quantile(self.q, "nearest")

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


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """A spread like another column's. Two compare as one only where they are the same object."""

    column: str
    to: Any
    to_column: str
    high: float

    def plan(self, schema: pl.Schema) -> Plan:
        """Group the other column, and count the rows of this one by the same groups."""
        if absent := missing([self.column], schema):
            return absent
        try:
            other = frame_of(self.to)
        except UserError as error:
            return refusal(error.message)
        dtype = other.collect_schema().get(self.to_column)
        if dtype is None:
            return refusal(f"The other frame has no column {self.to_column}.", missing_columns=[self.to_column])
        grouped = _groups(other, self.to_column, dtype)
        if grouped is None or _sort_of(dtype) != _sort_of(schema[self.column]):
            return refusal(f"Column {self.column} is {schema[self.column]}, {self.to_column} of the other is {dtype}.")
        before = other.select(e.alias(n) for n, e in grouped(self.to_column).items()).collect().row(0, named=True)

        def judge(figures: Mapping[str, Any]) -> Verdict:
            index = stability(before, figures)
            if index is None:
                return Verdict(False, 1, f"There is nothing to compare: {self.column} or the other column has no rows.")
            passed = index <= self.high
            said = f"The stability index of {self.column} is {index:.3f}{'' if passed else ', a shift'}."
            return Verdict(passed, 0 if passed else 1, said, {"stability_index": round(index, 6)})

        return Fused(grouped(self.column), judge)


def stability(before: Mapping[str, int], now: Mapping[str, int]) -> float | None:
    """Give the population stability index of two counts by group, or None where either counts nothing.

    >>> round(stability({"a": 50, "b": 50}, {"a": 90, "b": 10}), 3), stability({"a": 0}, {"a": 1})
    (0.879, None)
    """
    total, total_now = sum(before.values()), sum(now.values())
    if not total or not total_now:
        return None
    shares = [(max(before[g] / total, _LEAST_SHARE), max(now[g] / total_now, _LEAST_SHARE)) for g in before]
    return sum((new - old) * math.log(new / old) for old, new in shares)


def _groups(frame: pl.LazyFrame, column: str, dtype: pl.DataType) -> Callable[[str], dict[str, pl.Expr]] | None:
    """Give how to count a column by groups that the values of a frame decide; None for a type without any."""
    sort = _sort_of(dtype)
    if sort is None:
        return None
    if sort != "text":
        value = pl.col(column).to_physical().cast(pl.Float64).fill_nan(None)
        cuts = frame.select(value.quantile(i / _CUTS, "nearest").alias(str(i)) for i in range(1, _CUTS))
        found = sorted({cut for cut in cuts.collect().row(0) if cut is not None})
        return lambda name: _counts_between(name, found)
    text = pl.col(column).cast(pl.String)
    common = frame.select(text.alias("v")).drop_nulls().group_by("v").len().sort(["len", "v"], descending=True)
    values = common.head(_MOST_GROUPS).collect()["v"].to_list()
    return lambda name: _counts_of(name, values)


def _counts_between(name: str, cuts: list[float]) -> dict[str, pl.Expr]:
    value = pl.col(name).to_physical().cast(pl.Float64)
    group = pl.sum_horizontal(*[(value > cut).cast(pl.Int32) for cut in cuts], pl.lit(0, pl.Int32))
    number = value.is_not_null() & value.is_not_nan()
    counts = {str(place): (number & (group == place)).sum() for place in range(len(cuts) + 1)}
    return counts | {"nulls": value.is_null().sum(), "nan": value.is_nan().sum()}


def _counts_of(name: str, values: list[str]) -> dict[str, pl.Expr]:
    text = pl.col(name).cast(pl.String)
    counts = {f"{place}": (text == value).sum() for place, value in enumerate(values)}
    rest = ~text.is_in(pl.Series(values, dtype=pl.String).implode())
    return counts | {"rest": rest.sum(), "nulls": text.is_null().sum()}


def _sort_of(dtype: pl.DataType) -> str | None:
    if dtype.is_numeric():
        return "number"
    if dtype.is_temporal():  # times of two units or zones are stored as other numbers
        return f"time: {dtype}"
    return "text" if isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Boolean) else None


def _bounds(function: str, low: Any, high: Any) -> tuple[float | None, float | None]:
    if low is None and high is None:
        raise UsageError(f"{function} needs at least one bound.")
    return (None if low is None else _number(function, low)), (None if high is None else _number(function, high))


def _number(function: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise UsageError(f"A bound of {function} is no number.")
    return float(value)
