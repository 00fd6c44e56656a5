"""Comparing two columns of a row whose types differ, without rounding what is compared.

Polars brings both to one type first, which may round (whole numbers to floats), cut off (nanoseconds to milliseconds)
or lose (a day far away in nanoseconds is null, which would pass).
"""

from __future__ import annotations

import operator
from collections.abc import Callable

import polars as pl

from platform_core.asset_checks.values import IncomparableError
from platform_core.columns import TEXT, column_of, type_text

RELATIONS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
_NANOSECONDS = {"ms": 10**6, "us": 10**3, "ns": 1}
_DAY = 86_400 * 10**9
_CLOCKS = 2**63 - 1  # nanoseconds: some 292 years from 1970


def related(column: str, relation: str, other: str, schema: pl.Schema) -> pl.Expr:
    """Give the expression that is true where a column stands in a relation to another, and null where either is.

    Raises:
        IncomparableError: The two are of sorts that cannot be compared.

    >>> frame = pl.DataFrame({"whole": [2**53 + 1], "float": [2.0**53]})
    >>> frame.select(related("whole", "==", "float", frame.schema)).item(), frame["whole"].eq(frame["float"]).item()
    (False, True)
    """
    left, right = schema[column], schema[other]
    one, two = column_of(column), column_of(other)
    refused = IncomparableError(
        f"is {type_text(left)}, which is not compared with {other}, which is {type_text(right)}"
    )
    if pl.Object in {left, right}:
        raise refused
    if left == right or pl.Null in (left, right):
        return RELATIONS[relation](one, two)
    if left.is_temporal() or right.is_temporal():
        if not _alike(left, right):
            raise refused
        wall = pl.Date in (left, right)  # a date has no zone: it is one of the other's own clock
        return RELATIONS[relation](_nanoseconds(one, left, wall), _nanoseconds(two, right, wall))
    if isinstance(left, TEXT) and isinstance(right, TEXT) and pl.String not in (left, right):
        if relation not in {"==", "!="} and (isinstance(left, pl.Enum) or isinstance(right, pl.Enum)):
            raise refused  # each has an order of its own
        return RELATIONS[relation](one.cast(pl.String), two.cast(pl.String))
    order = _order(one, left, two, right)
    if order is None and (turned := _order(two, right, one, left)) is not None:
        order = ~(turned[0] | turned[1]), turned[1]
    if order is None:
        return RELATIONS[relation](one, two)
    return pl.when(one.is_not_null() & two.is_not_null()).then(_told(relation, *order))


def _alike(left: pl.DataType, right: pl.DataType) -> bool:
    """Say whether times of two types can be compared: one with a zone and one without cannot."""
    if isinstance(left, pl.Datetime) and isinstance(right, pl.Datetime):
        return (left.time_zone is None) == (right.time_zone is None)
    moments = isinstance(left, pl.Date | pl.Datetime) and isinstance(right, pl.Date | pl.Datetime)
    return moments or (isinstance(left, pl.Duration) and isinstance(right, pl.Duration))


def _nanoseconds(value: pl.Expr, dtype: pl.DataType, wall: bool) -> pl.Expr:
    unit = _NANOSECONDS[dtype.time_unit] if isinstance(dtype, pl.Datetime | pl.Duration) else _DAY
    count = value.to_physical().cast(pl.Int128)
    if wall and isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        # How far the clock is from UTC; Polars gives up on years that are further away than this
        near = value.to_physical().clip(-_CLOCKS // unit, _CLOCKS // unit).cast(dtype)
        count = count + near.dt.replace_time_zone(None).to_physical() - near.to_physical()
    return count * unit


def _order(one: pl.Expr, left: pl.DataType, two: pl.Expr, right: pl.DataType) -> tuple[pl.Expr, pl.Expr] | None:
    """Say where one is less and where both are the same, for numbers that Polars would round or refuse; else None."""
    if left.is_integer() and right.is_float():
        return _whole_and_float(one, left, two)
    if left.is_integer() and right == pl.UInt128:
        return _below(one, two)
    if isinstance(left, pl.Decimal) and right.is_integer():
        step = pl.lit(10**left.scale, pl.Int128)
        floor, rest = one.to_physical() // step, one.to_physical() % step
        less, same = _below(floor, two) if right == pl.UInt128 else (floor < two, floor == two)
        return less, same & (rest == 0)
    return None


def _whole_and_float(whole: pl.Expr, dtype: pl.DataType, number: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Say where a whole number is less than a float, and where it is the same; NaN is greater than every number."""
    held = pl.UInt128 if dtype == pl.UInt128 else pl.Int128
    rounded, exact = whole.cast(pl.Float64), number.cast(held, strict=False)
    near = rounded == number  # which it then is but for the rounding, or beyond all whole numbers
    same = near & (whole.cast(held) == exact).fill_null(False)
    return (rounded < number) | (near & (whole.cast(held) < exact).fill_null(True)), same


def _below(whole: pl.Expr, wide: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Say where a whole number is less than one of 128 bits without a sign, and where it is the same."""
    exact = whole.cast(pl.UInt128, strict=False)  # null where it is negative
    return (exact < wide).fill_null(True), (exact == wide).fill_null(False)


def _told(relation: str, less: pl.Expr, same: pl.Expr) -> pl.Expr:
    match relation:
        case "<":
            return less
        case "<=":
            return less | same
        case "==":
            return same
        case "!=":
            return ~same
        case ">=":
            return ~less
    return ~(less | same)
