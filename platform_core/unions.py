"""One schema for files of different ages: what partitions with different columns or types have in common.

Only a change that keeps every value is made: a missing column becomes null, a narrow number a wider one, an empty
column whatever the others hold. Anything else is an error that names the column and two partitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import polars as pl

from platform_core.columns import TEXT, column_of, type_text
from platform_core.errors import UserError

_SIGNED: tuple[type[pl.DataType], ...] = (pl.Int8, pl.Int16, pl.Int32, pl.Int64)
_UNSIGNED: tuple[type[pl.DataType], ...] = (pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)


def common_schema(schemas: Sequence[tuple[str, pl.Schema]], what: str, parts: str = "partitions") -> pl.Schema:
    """Give the schema that holds the columns of all, in the order in which they first occur.

    Args:
        schemas: The label (the partition) and schema of each file.
        what: What the files are to a reader of the error.
        parts: What each of them is.

    Raises:
        UserError: A column's types have no common type that keeps every value.

    >>> both = [("a", pl.Schema({"n": pl.Int32})), ("b", pl.Schema({"n": pl.Int64, "x": pl.String}))]
    >>> dict(common_schema(both, "bronze/rents"))
    {'n': Int64, 'x': String}
    """
    union: dict[str, pl.DataType] = {}
    seen: dict[str, str] = {}
    for label, schema in schemas:
        for name, dtype in schema.items():
            if name not in union:
                union[name], seen[name] = dtype, label
                continue
            common = common_type(union[name], dtype)
            if common is None:
                raise UserError(
                    f"The {parts} of {what} do not fit together: column {name!r} is {type_text(union[name])} in "
                    f"{seen[name]!r} but {type_text(dtype)} in {label!r}.",
                    hint=f"Give the column one type in the step, then materialise those {parts} again.",
                )
            union[name] = common
    return pl.Schema(union)


def conform(frame: pl.LazyFrame, schema: pl.Schema, union: pl.Schema) -> pl.LazyFrame:
    """Give a lazy frame of `schema` the columns, order and types of `union`."""
    return frame.select(
        column_of(name).cast(dtype) if name in schema else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in union.items()
    )


def common_type(left: pl.DataType, right: pl.DataType) -> pl.DataType | None:  # noqa: PLR0911 - one for each family
    """Give the narrowest type that holds every value of both, or None where there is none.

    >>> common_type(pl.Int8(), pl.UInt8()), common_type(pl.Int64(), pl.Float64()), common_type(pl.Null(), pl.Date())
    (Int16, None, Date)
    """
    if right in (left, pl.Null):
        return left
    if left == pl.Null:
        return right
    if isinstance(left, TEXT) and isinstance(right, TEXT):
        return pl.String()
    if left.is_integer() and right.is_integer():
        return _common_integer(left, right)
    if left.is_numeric() and right.is_numeric():
        return _common_number(left, right)
    if isinstance(left, pl.List) and isinstance(right, pl.List):
        inner = common_type(_instance(left.inner), _instance(right.inner))
        return None if inner is None else pl.List(inner)
    if isinstance(left, pl.Datetime) and isinstance(right, pl.Datetime):
        # Nanoseconds reach from 1677 to 2262 only, so they are never widened to
        small = {left.time_unit, right.time_unit} <= {"ms", "us"} and left.time_zone == right.time_zone
        return pl.Datetime("us", left.time_zone) if small else None
    return None


def _common_integer(left: pl.DataType, right: pl.DataType) -> pl.DataType | None:
    for family in (_SIGNED, _UNSIGNED):
        if type(left) in family and type(right) in family:
            return max(left, right, key=lambda dtype: family.index(type(dtype)))
    signed, unsigned = (left, right) if type(left) in _SIGNED else (right, left)
    if type(signed) not in _SIGNED or type(unsigned) not in _UNSIGNED:
        return None
    width = max(_SIGNED.index(type(signed)), _UNSIGNED.index(type(unsigned)) + 1)
    return _SIGNED[width]() if width < len(_SIGNED) else None


def _common_number(left: pl.DataType, right: pl.DataType) -> pl.DataType | None:
    if left.is_float() and right.is_float():
        return pl.Float64()
    whole, other = (left, right) if left.is_integer() else (right, left)
    narrow = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)
    # A double holds whole numbers exactly up to 53 bits
    return pl.Float64() if isinstance(whole, narrow) and other.is_float() else None


def _instance(dtype: object) -> pl.DataType:
    return cast("pl.DataType", dtype() if isinstance(dtype, type) else dtype)
