"""Comparing values that a person wrote with a column, as the column's type compares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation, localcontext
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

_TEXT = (pl.String, pl.Categorical, pl.Enum)
_DIGITS = 38  # of the widest decimal

_Convert = Callable[[Any, str | None], Any]


class IncomparableError(Exception):
    """A value and a column cannot be compared; the message says why, without the value."""


def series_like(values: Iterable[Any], dtype: pl.DataType) -> pl.Series:
    """Give the values in the type to compare the column in; None and what the column can never hold is left out.

    Raises:
        IncomparableError: A value is of another sort than the column.

    >>> series_like(["2025-01-22", None], pl.Date()).to_list()
    [datetime.date(2025, 1, 22)]
    >>> series_like([1, 2.5], pl.UInt8()).to_list()
    [1]
    """
    held, convert = _comparison(dtype)
    wanted = [_converted(value, dtype, convert, None) for value in values if value is not None]
    return pl.Series([value for value in wanted if value is not None], dtype=held)


def out_of_bounds(column: str, dtype: pl.DataType, low: Any, high: Any) -> pl.Expr:
    """Give the expression that is true where a value lies outside the bounds, or is NaN.

    Raises:
        IncomparableError: The column is neither of numbers nor of dates or times, or a bound is of another sort.
    """
    if isinstance(dtype, _TEXT) or dtype == pl.Boolean:
        raise IncomparableError(f"is {dtype}, which has no range")
    held, convert = _comparison(dtype)
    value = pl.col(column).cast(held)
    bad = value.is_nan() if dtype.is_float() else pl.lit(False)
    if low is not None:
        bad = bad | (value < pl.lit(_converted(low, dtype, convert, ROUND_CEILING), dtype=held))
    if high is not None:
        bad = bad | (value > pl.lit(_converted(high, dtype, convert, ROUND_FLOOR), dtype=held))
    return bad


def _converted(value: Any, dtype: pl.DataType, convert: _Convert, rounding: str | None) -> Any:
    try:
        return convert(value, rounding)
    except (TypeError, ValueError, OverflowError, InvalidOperation):
        raise IncomparableError(f"is {dtype}, which a {type(value).__name__} cannot be compared with") from None


def _comparison(dtype: pl.DataType) -> tuple[pl.DataType, _Convert]:
    """Give the type to compare a column in, which rounds no value, and how a written value becomes one of it."""
    if isinstance(dtype, _TEXT):
        return pl.String(), lambda value, _: _of(value, str)
    if isinstance(dtype, pl.Decimal):
        scale = dtype.scale
        return pl.Decimal(_DIGITS, scale), lambda value, rounding: _number(value, rounding, scale)
    if dtype.is_integer():
        return pl.Int128(), _integer
    if isinstance(dtype, pl.Datetime):
        zone = dtype.time_zone
        return dtype, lambda value, _: _moment(value, zone)
    if dtype.is_float():
        return dtype, lambda value, _: float(_no_boolean(_of(value, int, float, Decimal)))
    for kind, convert in _BY_TYPE.items():
        if isinstance(dtype, kind):
            return dtype, convert
    raise IncomparableError(f"is {dtype}, which cannot be compared with written values")


def _integer(value: Any, rounding: str | None) -> int | None:
    found = _number(_of(value, int, float, Decimal), rounding, 0)
    return None if found is None else int(found)


def _number(value: Any, rounding: str | None, scale: int) -> Decimal | None:
    """Give a number of that many decimal places: rounded and kept in reach as a bound, else None where it has more."""
    written: int | float | str | Decimal = _no_boolean(_of(value, int, float, str, Decimal))
    number = Decimal(repr(written)) if isinstance(written, float) else Decimal(written)
    if number.is_nan():
        raise ValueError
    with localcontext(prec=200):
        step = Decimal(1).scaleb(-scale)
        limit = (10**_DIGITS - 1) * step
        within: Decimal = max(-limit, min(limit, number))
        rounded = within.quantize(step, rounding)
    return rounded if rounding is not None or rounded == number else None


def _moment(value: Any, zone: str | None) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else _of(value, date)
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if zone is None:
        if moment.tzinfo is not None:
            raise TypeError
        return moment
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))


def _day(value: Any, _: str | None) -> date:
    day: date = date.fromisoformat(value) if isinstance(value, str) else _of(value, date)
    if isinstance(day, datetime):
        raise TypeError
    return day


def _of(value: Any, *types: type) -> Any:
    if not isinstance(value, types):
        raise TypeError
    return value


def _no_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise TypeError
    return value


_BY_TYPE: dict[type[pl.DataType], _Convert] = {
    pl.Boolean: lambda value, _: _of(value, bool),
    pl.Date: _day,
    pl.Time: lambda value, _: time.fromisoformat(value) if isinstance(value, str) else _of(value, time),
    pl.Duration: lambda value, _: _of(value, timedelta),
}
