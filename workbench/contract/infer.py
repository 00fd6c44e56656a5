"""A first contract from an asset's data: names, types, nulls, uniqueness, signs; no value of the data but of codes.

The only values that a contract holds are those of a text column with few of them, each in many rows, and only where
neither the column's name nor its values look personal. What looks personal is marked, so that samples hide it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from platform_core.asset_checks.distinct import code_of, confirmed, repeated
from platform_core.columns import column_of
from platform_core.governance import pii

_MOST_CODES = 12
_LOOKED_AT = 10_000  # rows that the detector of personal data reads
_LEAST_ROWS = 20  # in which a value has to stand to be taken for a code
_FREE_WORDS = frozenset({"note", "notes", "comment", "comments", "remark", "remarks", "text", "reason", "description"})


@dataclass(frozen=True, slots=True)
class Field:
    """What a contract says of a column.

    Attributes:
        name: The column.
        dtype: Its Polars type.
        nullable: Whether a null or NaN was seen, or nothing but an empty frame.
        unique: Whether no two rows share a value.
        not_negative: Whether it is a number and none is below zero.
        codes: The values that a column of codes holds, sorted; empty where it is none.
        personal: Whether its name or its values look personal.
    """

    name: str
    dtype: pl.DataType
    nullable: bool
    unique: bool
    not_negative: bool
    codes: tuple[str, ...]
    personal: bool


def infer(frame: pl.LazyFrame) -> tuple[Field, ...]:
    """Give a field for each column of a frame, from two or three scans of it and one for each column that may be a key.

    >>> [field.unique for field in infer(pl.LazyFrame({"permit": [1, 2], "fee": [0.5, 0.5]}))]
    [True, False]
    """
    schema = frame.collect_schema()
    if not len(schema):
        return ()
    figures = [pl.len().alias("rows")]
    for place, (name, dtype) in enumerate(schema.items()):
        column = column_of(name)
        # To pandera, NaN is null too
        missing = column.is_null() | column.is_nan() if dtype.is_float() else column.is_null()
        figures.append(missing.sum().alias(f"nulls {place}"))
        if dtype.is_numeric():
            figures.append((~(column >= 0)).any().alias(f"negative {place}"))
        if isinstance(dtype, pl.String):
            figures.append(column.approx_n_unique().alias(f"different {place}"))
    told = frame.select(figures).collect(engine="streaming").row(0, named=True)
    rows = told["rows"]
    looking = pii.personal(frame, sample=_LOOKED_AT)
    fields = []
    for place, (name, dtype) in enumerate(schema.items()):
        held = rows - told[f"nulls {place}"]
        personal = name in looking
        free = not _words(name).isdisjoint(_FREE_WORDS)  # what a person wrote may say anything of another
        different = told.get(f"different {place}", 0)
        fields.append(
            Field(
                name=name,
                dtype=dtype,
                nullable=held < rows or not rows,
                unique=bool(held == rows > 1) and _may_be_key(dtype) and _is_unique(frame, name, schema),
                not_negative=held > 0 and told.get(f"negative {place}") is False,
                codes=_codes(frame, name) if 0 < different <= 2 * _MOST_CODES and not personal | free else (),
                personal=personal,
            )
        )
    return tuple(fields)


def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name))


def _may_be_key(dtype: pl.DataType) -> bool:
    return dtype.is_integer() or isinstance(dtype, pl.String)


def _is_unique(frame: pl.LazyFrame, column: str, schema: pl.Schema) -> bool:
    code = code_of([column], schema, None)
    found = repeated(frame.select(code.expression).collect(engine="streaming").to_series(), 1)
    return not found.rows or (not code.exact and confirmed(frame, [column], code, [found]) == (0, 0))


def _codes(frame: pl.LazyFrame, column: str) -> tuple[str, ...]:
    code = frame.select(code=column_of(column)).drop_nulls()
    counts = code.group_by("code").agg(rows=pl.len()).collect(engine="streaming")
    if len(counts) > _MOST_CODES or not len(counts) or counts["rows"].min() < _LEAST_ROWS:  # type: ignore[operator] # counts
        return ()
    return tuple(sorted(counts["code"]))
