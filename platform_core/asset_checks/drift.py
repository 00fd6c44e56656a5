"""A check that a column is spread as another is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from platform_core.asset_checks.keys import frame_of
from platform_core.asset_checks.model import Check, Fused, Plan, Verdict, check_name, missing, refusal
from platform_core.asset_checks.statistics import number_of
from platform_core.columns import TEXT, column_of, type_text
from platform_core.errors import UsageError, UserError
from platform_core.frames import convert

_CUTS = 10
_MOST_GROUPS = 20
_LEAST_SHARE = 1e-4  # of an empty group, so that its logarithm is finite


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

    >>> before, after = (pl.DataFrame({"fee": [0.0] * 80 + [9.0] * 20}), pl.DataFrame({"fee": [0.0] * 20 + [9.0] * 80}))
    >>> check_drift("fee", before).run(after).description
    'The stability index of fee is 1.664, a shift.'
    """
    if not (limit := number_of("check_drift", max)) >= 0:
        raise UsageError("The bound of check_drift is a number from 0.")
    known = to if isinstance(to, str) else convert(to, "lazy")
    return Check(
        name or check_name("drift", [column]),
        f"{column} is spread as before.",
        Drift(column, known, to_column or column, limit),
        (to,) if isinstance(to, str) else (),
    )


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
            ours, theirs = type_text(schema[self.column]), type_text(dtype)
            return refusal(f"Column {self.column} is {ours}, {self.to_column} of the other is {theirs}.")
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
        value = column_of(column).to_physical().cast(pl.Float64).fill_nan(None)
        cuts = frame.select(value.quantile(i / _CUTS, "nearest").alias(str(i)) for i in range(1, _CUTS))
        found = sorted({cut for cut in cuts.collect().row(0) if cut is not None})
        return lambda name: _counts_between(name, found)
    text = column_of(column).cast(pl.String)
    common = frame.select(text.alias("v")).drop_nulls().group_by("v").len().sort(["len", "v"], descending=True)
    values = common.head(_MOST_GROUPS).collect()["v"].to_list()
    return lambda name: _counts_of(name, values)


def _counts_between(name: str, cuts: list[float]) -> dict[str, pl.Expr]:
    value = column_of(name).to_physical().cast(pl.Float64)
    group = pl.sum_horizontal(*[(value > cut).cast(pl.Int32) for cut in cuts], pl.lit(0, pl.Int32))
    number = value.is_not_null() & value.is_not_nan()
    counts = {str(place): (number & (group == place)).sum() for place in range(len(cuts) + 1)}
    return counts | {"nulls": value.is_null().sum(), "nan": value.is_nan().sum()}


def _counts_of(name: str, values: list[str]) -> dict[str, pl.Expr]:
    text = column_of(name).cast(pl.String)
    counts = {f"{place}": (text == value).sum() for place, value in enumerate(values)}
    rest = ~text.is_in(pl.Series(values, dtype=pl.String).implode())
    return counts | {"rest": rest.sum(), "nulls": text.is_null().sum()}


def _sort_of(dtype: pl.DataType) -> str | None:
    if dtype.is_numeric():
        return "number"
    if dtype.is_temporal():  # times of two units or zones are stored as other numbers
        return f"time: {dtype}"
    return "text" if isinstance(dtype, (*TEXT, pl.Boolean)) else None
