"""Values on their way into the columns of a warehouse: each as the column keeps it exactly, or refused.

Redshift and Snowflake round numbers and times, drop the time of a moment and read `01/02/2025` as their settings say,
all without a word.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from platform_core.errors import UserError
from platform_core.plain_numbers import is_number, is_whole

_MICROSECONDS, _SINGLE_DIGITS = 6, 6
_NUMBER = re.compile(r" *[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})? *", re.ASCII)
_DAY = re.compile(r" *([0-9]{4}-[0-9]{2}-[0-9]{2}) *", re.ASCII)
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
_ZONE = r"Z|[+-][0-9]{2}(:?[0-9]{2})?"
_MOMENT = re.compile(rf"{_DAY.pattern[:-2]}([ T]{_CLOCK}({_ZONE})?)? *", re.ASCII)
_TIME = re.compile(rf" *{_CLOCK} *", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a warehouse.

    Attributes:
        kind: `whole`, `decimal`, `double`, `single`, `text`, `date`, `moment`, `zoned`, `time`, `truth`, `bytes`, or
            `other` for what is sent as it is.
        shown: Its type, as errors name it.
        scale: How many places a decimal has, or the seconds of a time; None where it keeps all of them.
        length: How many bytes a text may have where the warehouse cuts off the blanks behind them, else None.
        is_padded: Whether it does not tell a text from the same one with blanks behind it.
    """

    kind: str
    shown: str
    scale: int | None = None
    length: int | None = None
    is_padded: bool = False

    def sent(self, name: str, value: Any) -> Any:
        """Give a value as it is bound.

        Args:
            name: The column of the frame, for an error.
            value: A value of it, as Arrow gives it to Python.

        Raises:
            UserError: The column would hold another value, or keeps none of the type. The value is not shown.

        >>> Column("decimal", "numeric(10,2)", 2).sent("fee", 1.25), Column("date", "date").sent("day", "2025-02-01")
        (Decimal('1.25'), datetime.date(2025, 2, 1))
        >>> Column("date", "date").sent("day", "01/02/2025")
        Traceback (most recent call last):
        platform_core.errors.UserError: A text of 'day' is no ISO date or time that a column of date keeps.
        hint: Read it before it is written, as with .str.to_date("%d/%m/%Y"): 01/02 may be in January there.
        """
        if value is None:
            return None
        if isinstance(value, list | tuple | dict):
            raise UserError(
                f"The column {name!r} holds lists, which cannot be written there.",
                hint="Write it as text, as with pl.struct(...).struct.json_encode().",
            )
        fit = _FITS.get(self.kind)
        if fit is None:
            return value
        try:
            found = fit(self, value)
        except (ValueError, ArithmeticError, OverflowError):  # 2025-02-30, 10^400
            found = None
        if found is not None:
            return found
        if isinstance(value, str) and self.kind in _TIMES:
            raise UserError(
                f"A text of {name!r} is no ISO date or time that a column of {self.shown} keeps.",
                hint='Read it before it is written, as with .str.to_date("%d/%m/%Y"): 01/02 may be in January there.',
            )
        raise UserError(
            f"A value of {name!r} would be rounded, cut off or read as something else in the table, which has "
            f"{self.shown} there.",
            hint="Round or cast it before it is written, so that nothing is changed unseen.",
        )


def _number(value: Any) -> Decimal | None:
    """Give a number exactly: of a double, the shortest digits that are it."""
    if isinstance(value, str):
        return Decimal(value.strip()) if _NUMBER.fullmatch(value) else None
    if isinstance(value, Decimal):
        return value
    return Decimal(repr(value)) if is_number(value) else None


def _places(number: Decimal) -> int:
    """Give how many places a number has behind the point, noughts at the end aside, however many digits it has."""
    _, digits, exponent = number.as_tuple()
    noughts = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(-int(exponent) - noughts, 0) if number else 0


def _whole(_: Column, value: Any) -> Any:
    if is_whole(value):
        return value
    number = _number(value)
    return None if number is None or number != number.to_integral_value() else int(number)


def _decimal(column: Column, value: Any) -> Any:
    if is_whole(value):
        return value
    number = _number(value)
    if number is None or not number.is_finite():
        return value if isinstance(value, float) else None  # which the warehouse refuses or keeps
    return None if column.scale is not None and _places(number) > column.scale else number


def _double(_: Column, value: Any) -> Any:
    if isinstance(value, float):
        return value
    number = _number(value)
    return None if number is None or Decimal(repr(float(number))) != number else float(number)


def _single(_: Column, value: Any) -> Any:
    number = _number(value)
    if number is None:
        return None
    near = float(number)
    kept: float = struct.unpack("<f", struct.pack("<f", near))[0]
    if isinstance(value, float):
        return value if kept == value or not number.is_finite() else None
    exact = Decimal(repr(kept)) == number or Decimal(f"{kept:.{_SINGLE_DIGITS}g}") == number
    return near if exact else None


def _text(column: Column, value: Any) -> Any:
    if isinstance(value, bytes | dt.timedelta):
        return None
    if isinstance(value, str):
        blank = value.endswith(" ")
        cut = column.length is not None and len(value.encode(errors="replace")) > column.length
        return None if blank and (cut or column.is_padded) else value
    return value


def _date(_: Column, value: Any) -> Any:
    if isinstance(value, str):
        found = _DAY.fullmatch(value)
        return dt.date.fromisoformat(found[1]) if found else None
    if isinstance(value, dt.datetime):
        moment = _utc(value)
        is_day = moment.time() == dt.time() and not getattr(moment, "nanosecond", 0)
        return moment.date() if is_day else None
    return value if isinstance(value, dt.date) else None


def _moment(column: Column, value: Any) -> Any:
    zoned = column.kind == "zoned"
    if isinstance(value, str):
        if not _MOMENT.fullmatch(value):
            return None
        found = dt.datetime.fromisoformat(value.strip())
        if not zoned and found.utcoffset():
            return None
        value = found.replace(tzinfo=None) if not zoned else found
    if isinstance(value, dt.datetime):
        moment = _utc(value)
    elif isinstance(value, dt.date):
        moment = dt.datetime(value.year, value.month, value.day)
    else:
        return None
    if not _keeps(column, moment):
        return None
    return moment.replace(tzinfo=dt.UTC) if zoned else moment


def _time(column: Column, value: Any) -> Any:
    if isinstance(value, str):
        value = dt.time.fromisoformat(value.strip()) if _TIME.fullmatch(value) else None
    return value if isinstance(value, dt.time) and value.tzinfo is None and _keeps(column, value) else None


def _truth(_: Column, value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _bytes(_: Column, value: Any) -> Any:
    return value if isinstance(value, bytes) else None


def _utc(moment: dt.datetime) -> dt.datetime:
    """Give a moment by UTC's clock, without a zone; one that has none counts as UTC's."""
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _keeps(column: Column, value: dt.datetime | dt.time) -> bool:
    """Say whether a column keeps all of the parts of a second."""
    nanoseconds = value.microsecond * 1000 + int(getattr(value, "nanosecond", 0))
    scale = _MICROSECONDS if column.scale is None else column.scale
    finest: int = 10 ** (9 - min(scale, 9))
    return nanoseconds % finest == 0


_TIMES = {"date", "moment", "zoned", "time"}
_FITS: Mapping[str, Callable[[Column, Any], Any]] = {
    "whole": _whole,
    "decimal": _decimal,
    "double": _double,
    "single": _single,
    "text": _text,
    "date": _date,
    "moment": _moment,
    "zoned": _moment,
    "time": _time,
    "truth": _truth,
    "bytes": _bytes,
}
