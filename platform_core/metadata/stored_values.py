"""The values of a Parquet column, as its footer stores them and as Python has them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from platform_core.values import dataclass

_BOOLEAN, _INT32, _INT64, _FLOAT, _DOUBLE, _BYTES, _FIXED = 0, 1, 2, 4, 5, 6, 7
_TEXT, _DECIMAL, _DATE, _TIME, _MOMENT, _INTEGER = 1, 5, 6, 7, 8, 10
_Told = Mapping[int, Any]
_MILLI: _Told = {2: {1: {}}}
_MICRO: _Told = {2: {2: {}}}
# What writers tell of a type in the older way, as they do in the newer one
_CONVERTED: dict[int, tuple[int, _Told]] = {
    0: (_TEXT, {}),
    6: (_DATE, {}),
    7: (_TIME, _MILLI),
    8: (_TIME, _MICRO),
    9: (_MOMENT, {1: True, **_MILLI}),
    10: (_MOMENT, {1: True, **_MICRO}),
    **dict.fromkeys(range(11, 15), (_INTEGER, {2: False})),
}
_A_MICRO = {1: 1000, 2: 1}
_EPOCH = datetime(1970, 1, 1)
_EXACT = Context(prec=100)


@dataclass(frozen=True, slots=True)
class StoredValues:
    """How the values of a column are stored.

    Attributes:
        read: Gives what is stored as something that is ordered as the values are.
        value: Gives the value of that.
        signed: Whether it is ordered as numbers with a sign are.
    """

    read: Callable[[bytes], Any]
    value: Callable[[Any], Any] = lambda read: read
    signed: bool = True

    def chosen(self, choose: Callable[[Iterable[Any]], Any], found: Iterable[bytes]) -> Any:
        """Give the least or the greatest of some stored values; None where Python has no such value."""
        try:
            read = [self.read(one) for one in found]
            # NaN has no place in the order
            return None if any(one != one for one in read) else self.value(choose(read))  # noqa: PLR0124 - NaN alone is not
        except (ValueError, OverflowError, struct.error):
            return None


def stored_values(element: _Told) -> StoredValues | None:
    """Say how a column's values are stored, from its element of the schema; None where its values are bytes.

    >>> how = stored_values({1: 1, 6: 6})
    >>> how.chosen(max, [bytes([9, 0, 0, 0]), bytes([1, 0, 0, 0])])
    datetime.date(1970, 1, 10)
    """
    physical, (logical, about) = element[1], _logical(element)
    if logical == _DECIMAL:
        order = "little" if physical in {_INT32, _INT64} else "big"
        scale = about.get(1, 0)
        return StoredValues(
            lambda stored: int.from_bytes(stored, order, signed=True),  # type: ignore[arg-type] # one of the two
            lambda number: Decimal(number).scaleb(-scale, _EXACT),
        )
    if physical == _BOOLEAN:
        return StoredValues(lambda stored: bool(stored[0]))
    if physical in {_FLOAT, _DOUBLE}:
        form = "<f" if physical == _FLOAT else "<d"
        # A writer may write zero as -0.0
        return StoredValues(lambda stored: struct.unpack(form, stored)[0] + 0.0)
    if physical in {_INT32, _INT64}:
        return _of_integers(logical, about)
    return StoredValues(bytes.decode, signed=False) if (physical, logical) == (_BYTES, _TEXT) else None


def _logical(element: _Told) -> tuple[int | None, _Told]:
    """Give the logical type of a column, and what it says of itself."""
    for logical, about in element.get(10, {}).items():
        return logical, about
    if element.get(6) == 5:
        return _DECIMAL, {1: element.get(7, 0)}
    return _CONVERTED.get(element.get(6, -1), (None, {}))


def _of_integers(logical: int | None, about: _Told) -> StoredValues:
    signed = logical != _INTEGER or bool(about.get(2))

    def read(stored: bytes) -> int:
        return int.from_bytes(stored, "little", signed=signed)

    if logical == _DATE:
        return StoredValues(read, lambda number: date(1970, 1, 1) + timedelta(number))
    if logical in {_TIME, _MOMENT}:
        unit = next(iter(about[2]))
        zone = ZoneInfo("UTC") if logical == _MOMENT and about.get(1) else None

        def moment(number: int) -> Any:
            micro, nano = divmod(number, 1000) if unit == 3 else (number * _A_MICRO[unit], 0)
            found = (_EPOCH + timedelta(microseconds=micro)).replace(tzinfo=zone)
            if logical == _TIME:
                return found.time()
            return found if not nano else _exactly(found, nano)

        return StoredValues(read, moment)
    return StoredValues(read, signed=signed)


def _exactly(moment: datetime, nano: int) -> str:
    """Give a moment as text, with the nanoseconds that Python's own moments do not have."""
    text = str(moment.replace(microsecond=0))
    return f"{text[:19]}.{moment.microsecond * 1000 + nano:09d}{text[19:]}"
