"""What is known of the columns of a frame that is in memory: nulls, least and greatest value."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any, cast

import polars as pl

from platform_core.columns import TEXT, unnamed
from platform_core.values import dataclass

_AS_THEY_ARE = (pl.Boolean, pl.Time, pl.Float32, pl.Float64, pl.Decimal)
_UNBOUNDED = (pl.Binary, pl.Null)
_WIDE = (pl.Int128, pl.UInt128)
_A_DAY = {"ms": 86_400_000, "us": 86_400_000_000}
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # of Python, from 1970 on


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """What is known of a column without reading it.

    Attributes:
        nulls: How many rows hold none; None where the file does not say.
        least: The least value, or None.
        greatest: The greatest value, or None. NaN counts for neither.
    """

    nulls: int | None
    least: Any = None
    greatest: Any = None


def frame_statistics(frame: pl.DataFrame) -> Mapping[str, ColumnStatistics] | None:
    """Give what the footer of a frame's file says of its columns (`column_statistics`), from its rows.

    Text that a footer cuts short is given whole. None where the frame holds no row, a type that a footer tells of in
    its own way, such as a span of time, or a day beyond Python's years.

    >>> frame_statistics(pl.DataFrame({"fee": [2.5, None, float("nan")], "tags": [["a"], [], None]}))
    {'fee': ColumnStatistics(nulls=1, least=2.5, greatest=2.5)}
    """
    if frame.is_empty():
        return None
    found = {}
    for column in frame:
        if column.dtype.is_nested():
            continue
        values = _ordered(unnamed(column))
        if values is None:
            return None
        found[column.name] = ColumnStatistics(column.null_count(), _bound(values.min()), _bound(values.max()))
    return found


def _ordered(column: pl.Series) -> pl.Series | None:
    """Give a column in the order and the values of a footer; None where that has others."""
    dtype = column.dtype
    if isinstance(dtype, _UNBOUNDED):
        return column.clear().cast(pl.Null)
    if isinstance(dtype, TEXT):
        return column.cast(pl.String)
    if isinstance(dtype, pl.Date):
        return column if _in_pythons_years(column, 1) else None
    if isinstance(dtype, pl.Datetime):
        if dtype.time_unit == "ns" or not _in_pythons_years(column, _A_DAY[dtype.time_unit]):
            return None
        return column if dtype.time_zone is None else column.dt.convert_time_zone("UTC")
    return column if isinstance(dtype, _AS_THEY_ARE) or (dtype.is_integer() and not isinstance(dtype, _WIDE)) else None


def _in_pythons_years(column: pl.Series, a_day: int) -> bool:
    numbers = column.to_physical()
    least, greatest = cast("int | None", numbers.min()), cast("int | None", numbers.max())
    return least is None or greatest is None or (_FIRST_DAY * a_day <= least and greatest < (_LAST_DAY + 1) * a_day)


def _bound(value: Any) -> Any:
    if isinstance(value, float):
        return None if isnan(value) else value + 0.0  # a zero may be one below zero
    return value
