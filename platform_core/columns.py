"""Columns by exactly their name, whatever it is (Polars takes `*` and `^...$` for patterns), and the types of texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
import polars.selectors as cs

TEXT = (pl.String, pl.Categorical, pl.Enum)  # the types of texts


def column_of(name: str) -> pl.Expr:
    """Give the column of exactly this name.

    >>> pl.DataFrame({"^a$": [1], "a": [2]}).select(column_of("^a$")).columns
    ['^a$']
    """
    return cs.by_name(name).as_expr() if name == "*" or is_pattern(name) else pl.col(name)


def unnamed(column: pl.Series) -> pl.Series:
    """Give a column without its name: Polars takes `^a$` for a pattern in a Series' own methods too.

    >>> unnamed(pl.Series("^a$", ["x"])).str.to_uppercase().to_list()
    ['X']
    """
    return column.alias("")


def is_pattern(name: str) -> bool:
    """Say whether Polars takes a name for a pattern of names."""
    return name.startswith("^") and name.endswith("$")


def type_text(dtype: Any) -> str:
    """Give a Polars type in Polars' own words, without the categories of an Enum, which are values.

    >>> type_text(pl.Struct({"status": pl.Enum(["open"])}))
    "Struct({'status': Enum})"
    """
    if isinstance(dtype, pl.Enum):
        return "Enum"
    if isinstance(dtype, pl.List):
        return f"List({type_text(dtype.inner)})"
    if isinstance(dtype, pl.Array):
        return f"Array({type_text(dtype.inner)}, shape=({dtype.size},))"
    if isinstance(dtype, pl.Map):
        return f"Map({type_text(dtype.key)}, {type_text(dtype.value)})"
    if isinstance(dtype, pl.Struct):
        return "Struct({" + ", ".join(f"{field.name!r}: {type_text(field.dtype)}" for field in dtype.fields) + "})"
    return str(dtype)


def parts_of(dtype: Any) -> Iterator[Any]:
    """Give a type and every type within it.

    >>> list(parts_of(pl.List(pl.Struct({"a": pl.Date}))))
    [List(Struct({'a': Date})), Struct({'a': Date}), Date]
    """
    yield dtype
    inner = [getattr(dtype, part, None) for part in ("inner", "key", "value")]
    for part in (*inner, *(field.dtype for field in getattr(dtype, "fields", ()))):
        if part is not None:
            yield from parts_of(part)
