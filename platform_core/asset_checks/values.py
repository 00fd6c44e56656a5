"""Comparing values that a person wrote with a column, as the column's type compares."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation, localcontext
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from platform_core.columns import TEXT, column_of, type_text

_TIMES = (pl.Date, pl.Datetime, pl.Time, pl.Duration)
_DIGITS = 38  # of the widest decimal
_MICROSECOND = timedelta(microseconds=1)
_PER_MICROSECOND = {"ms": Decimal("0.001"), "us": Decimal(1), "ns": Decimal(1000)}

_Convert = Callable[[Any, str | None], Any]


class IncomparableError(Exception):
    """A value and a column cannot be compared; the message says why, without the value."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a column is compared with written values.

    Attributes:
        held: The type to compare in. It rounds no value of the column.
        convert: Gives a written value as one of that type. A number comes rounded as is asked, as a bound, and is plus
            or minus infinity where it lies beyond all that the type can hold; unrounded, it is None where the type
            cannot hold it.
        stored: Whether the numbers are compared that dates, times and spans are stored as.
    """

    held: pl.DataType
    convert: _Convert
    stored: bool = False

    def of(self, column: str) -> pl.Expr:
        """Give the column as it is compared."""
        value = column_of(column)
        return value.to_physical() if self.stored else value.cast(self.held)


def accepted(column: str, dtype: pl.DataType, values: Iterable[Any]) -> pl.Expr:
    """Give the expression that is true where a value is one of those written; None among them says nothing.

    Raises:
        IncomparableError: A value is of another sort than the column.

    >>> pl.DataFrame({"n": [1, 3]}).select(accepted("n", pl.Int64(), [1, 2.5])).to_series().to_list()
    [True, False]
    """
    how = _comparison(dtype)
    wanted = [_converted(value, dtype, how.convert, None) for value in values if value is not None]
    return how.of(column).is_in(pl.Series([v for v in wanted if v is not None], dtype=how.held).implode())


def out_of_bounds(column: str, dtype: pl.DataType, low: Any, high: Any) -> pl.Expr:
    """Give the expression that is true where a value lies outside the bounds, or is NaN.

    Raises:
        IncomparableError: The column is neither of numbers nor of dates or times, or a bound is of another sort.
    """
    if isinstance(dtype, TEXT) or dtype == pl.Boolean:
        raise IncomparableError(f"is {type_text(dtype)}, which has no range")
    how = _comparison(dtype)
    value = how.of(column)
    bad = value.is_nan() if dtype.is_float() else pl.lit(False)
    for written, rounding, outside, beyond in (
        (low, ROUND_CEILING, operator.lt, math.inf),
        (high, ROUND_FLOOR, operator.gt, -math.inf),
    ):
        bound = None if written is None else _converted(written, dtype, how.convert, rounding)
        if isinstance(bound, float) and not dtype.is_float():  # no value reaches it, or every one does
            bad = bad | value.is_not_null() if bound == beyond else bad
        elif bound is not None:
            bad = bad | outside(value, pl.lit(bound, dtype=how.held))
    return bad


def _converted(value: Any, dtype: pl.DataType, convert: _Convert, rounding: str | None) -> Any:
    try:
        return convert(value, rounding)
    except (TypeError, ValueError, OverflowError, InvalidOperation):
        raise IncomparableError(
            f"is {type_text(dtype)}, which a {type(value).__name__} cannot be compared with"
        ) from None


def _comparison(dtype: pl.DataType) -> Comparison:
    if isinstance(dtype, TEXT):
        return Comparison(pl.String(), _text)
    if isinstance(dtype, pl.Decimal):
        ends = (1 - 10**_DIGITS, 10**_DIGITS - 1)
        return Comparison(pl.Decimal(_DIGITS, dtype.scale), partial(_number, scale=dtype.scale, ends=ends))
    if dtype.is_integer():
        return Comparison(dtype, partial(_integer, ends=_ends(dtype)))
    if isinstance(dtype, _TIMES):
        held = pl.Int32() if isinstance(dtype, pl.Date) else pl.Int64()

        def count(value: Any, rounding: str | None) -> Any:
            return _integer(_count(value, dtype), rounding, _ends(held))

        return Comparison(held, count, stored=True)
    if dtype.is_float():
        return Comparison(dtype, lambda value, _: float(_no_boolean(_of(value, int, float, Decimal))))
    if dtype == pl.Boolean:
        return Comparison(dtype, lambda value, _: _of(value, bool))
    raise IncomparableError(f"is {type_text(dtype)}, which cannot be compared with written values")


def _text(value: Any, _: str | None) -> str | None:
    """Give a text; None for one that is no Unicode, which no column holds."""
    text: str = _of(value, str)
    return text if text == text.encode(errors="replace").decode() else None


def _ends(dtype: pl.DataType) -> tuple[int, int]:
    """Give the least and the greatest whole number of a type.

    >>> _ends(pl.UInt8()), _ends(pl.Int16())
    ((0, 255), (-32768, 32767))
    """
    bits = int(str(dtype).removeprefix("U").removeprefix("Int"))
    return (0, (1 << bits) - 1) if dtype.is_unsigned_integer() else (-(1 << bits - 1), (1 << bits - 1) - 1)


def _integer(value: Any, rounding: str | None, ends: tuple[int, int]) -> int | float | None:
    found = _number(_of(value, int, float, Decimal), rounding, 0, ends)
    return int(found) if isinstance(found, Decimal) else found


def _number(value: Any, rounding: str | None, scale: int, ends: tuple[int, int]) -> Decimal | float | None:
    """Give a number of that many decimal places; `ends` are counted in the last of them."""
    written: int | float | str | Decimal = _no_boolean(_of(value, int, float, str, Decimal))
    number = Decimal(repr(written)) if isinstance(written, float) else Decimal(written)
    if number.is_nan():
        raise ValueError
    step = Decimal(1).scaleb(-scale)
    with localcontext(prec=200):
        low, high = (end * step for end in ends)
        if not low <= number <= high:
            return None if rounding is None else -math.inf if number < low else math.inf
        rounded = number.quantize(step, rounding)
    return rounded if rounding is not None or rounded == number else None


def _count(value: Any, dtype: pl.DataType) -> Decimal:
    """Give a date, time or span as the count of units that a column of the type stores, with its fraction."""
    if isinstance(dtype, pl.Date):
        day = date.fromisoformat(value) if isinstance(value, str) else _of(value, date)
        if isinstance(day, datetime):
            raise TypeError
        return Decimal(day.toordinal() - date(1970, 1, 1).toordinal())
    if isinstance(dtype, pl.Datetime):
        span = _moment(value, dtype.time_zone) - datetime(1970, 1, 1, tzinfo=UTC)
        return (span // _MICROSECOND) * _PER_MICROSECOND[dtype.time_unit]
    if isinstance(dtype, pl.Duration):
        length: timedelta = _of(value, timedelta)
        return (length // _MICROSECOND) * _PER_MICROSECOND[dtype.time_unit]
    clock: time = time.fromisoformat(value) if isinstance(value, str) else _of(value, time)
    if clock.tzinfo is not None:
        raise TypeError
    return ((datetime.combine(date.min, clock) - datetime.min) // _MICROSECOND) * _PER_MICROSECOND["ns"]


def _moment(value: Any, zone: str | None) -> datetime:
    """Give a written moment with its zone; one without stands in the column's, or in UTC where that has none."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else _of(value, date)
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if moment.tzinfo is not None:
        if zone is None:
            raise TypeError
        return moment
    return moment.replace(tzinfo=UTC if zone is None else ZoneInfo(zone))


def _of(value: Any, *types: type) -> Any:
    if not isinstance(value, types):
        raise TypeError
    return value


def _no_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise TypeError
    return value
