"""Keys as numbers of 64 bits, and how many of them stand there more than once.

A key that packs into 64 bits becomes a number of its own: two are the same exactly where the keys are. Any other key
becomes its hash: where no hash stands there twice, no key does, and that is proven; where one does, the rows that share
it are compared themselves. Each row costs eight bytes, and as many again while they are sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from platform_core.asset_checks.facts import Facts
from platform_core.columns import column_of, unnamed

_ODD = 0x9E3779B97F4A7C15
_BITS = 63  # of a signed number
_TABLE = 8  # a table of one byte for each possible key may be as large as the keys themselves
_SMALL = 1 << 16
_STEP = 1 << 20
_HELD = 5_000_000
_NARROW = (pl.Date, pl.Datetime, pl.Time, pl.Duration)


Numbers = npt.NDArray[Any]  # whole numbers of any width


@dataclass(frozen=True, slots=True)
class Code:
    """How a key becomes a number.

    Attributes:
        expression: Gives the number, or null where a single column is null.
        exact: Whether two keys with one number are the same key. Hashes are not.
    """

    expression: pl.Expr
    exact: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """What stands there more than once.

    Attributes:
        rows: How many rows share their code with another.
        groups: How many codes they share.
        codes: Those codes, sorted; null is left out.
        sizes: How many rows each of them has.
        first: The codes of the first rows in question, null among them.
    """

    rows: int
    groups: int
    codes: Numbers
    sizes: npt.NDArray[np.int64]
    first: pl.Series


def code_of(columns: Sequence[str], schema: pl.Schema, facts: Facts | None) -> Code:
    """Choose how the keys of some columns become numbers: packed where that is known to be exact, else hashed."""
    if len(columns) == 1 and (single := _whole(columns[0], schema[columns[0]])) is not None:
        return Code(single, True)
    packed = _packed(columns, schema, facts) if facts is not None else None
    if packed is not None:
        return Code(packed, True)
    # A sum of products wraps round; hashing a struct would cost twice the time and the memory
    hashes = [column_of(column).hash(seed) for seed, column in enumerate(columns, 1)]
    return Code(reduce(lambda left, right: left * _ODD + right, hashes), False)


def repeated(codes: pl.Series, sample: int) -> Repeated:
    """Find the codes that stand there more than once.

    Args:
        codes: A code for each row, in the order of the rows.
        sample: Of how many rows the codes are wanted in `first`.
    """
    codes = unnamed(codes)
    nulls = codes.null_count()
    lone_nulls = nulls if nulls > 1 else 0
    values = codes.drop_nulls().to_numpy() if nulls else codes.to_numpy()
    again, sizes = _runs(values)
    rows = int(sizes.sum()) + lone_nulls
    first = _first(codes, again, bool(lone_nulls), sample) if rows else codes.clear()
    return Repeated(rows, len(again) + bool(lone_nulls), again, sizes, first)


def confirmed(frame: pl.LazyFrame, columns: Sequence[str], code: Code, parts: Sequence[Repeated]) -> tuple[int, int]:
    """Compare the keys of rows that share a hash: give how many share their key, and in how many groups.

    At most some five million such rows are held at once.
    """
    key = [column_of(column).alias(str(place)) for place, column in enumerate(columns)]
    rows = groups = 0
    for part in parts:
        share = np.cumsum(part.sizes) // _HELD
        for number in np.unique(share):
            codes = pl.Series(part.codes[share == number])
            shared = (
                frame.filter(code.expression.is_in(codes.implode()))
                .select(key)
                .group_by(pl.all())
                .agg(pl.len().alias("rows"))
                .filter(pl.col("rows") > 1)
                .select(pl.col("rows").sum(), pl.len().alias("groups"))
                .collect(engine="streaming")
            )
            rows, groups = rows + shared.item(0, "rows"), groups + shared.item(0, "groups")
    return rows, groups


def _whole(column: str, dtype: pl.DataType) -> pl.Expr | None:
    """Give a column of whole numbers, or what is stored as them, as those numbers."""
    if isinstance(dtype, _NARROW):
        return column_of(column).to_physical()
    if dtype == pl.Boolean:
        return column_of(column).cast(pl.UInt8)
    narrow = dtype.is_integer() and dtype not in {pl.Int128, pl.UInt128}
    return column_of(column) if narrow else None


def _packed(columns: Sequence[str], schema: pl.Schema, facts: Facts) -> pl.Expr | None:
    """Lay columns of whole numbers side by side, each with just the bits that its extremes and a null need."""
    used, parts = 0, []
    for column in columns:
        whole = _whole(column, schema[column])
        ends = facts.extremes(column) if schema[column] != pl.Boolean else pl.Series([0, 1])
        if whole is None or ends is None:
            return None
        low, high = unnamed(ends).to_physical() if len(ends) else (0, 0)
        bits = (high - low + 1).bit_length()
        if used + bits > _BITS or high >= 1 << _BITS:
            return None
        number = (whole.cast(pl.Int64) - low + 1).fill_null(0)
        parts.append(number * (1 << used) if used else number)
        used += bits
    return reduce(lambda left, right: left + right, parts)


def _runs(values: Numbers) -> tuple[Numbers, npt.NDArray[np.int64]]:
    """Give the values that occur more than once, sorted, and how often each does."""
    none = values[:0], np.zeros(0, np.int64)
    if len(values) < 2 or bool(np.all(values[1:] > values[:-1])):
        return none
    low, high = int(values.min()), int(values.max())
    if high - low < max(_TABLE * len(values), _SMALL):
        wide = np.uint64 if values.dtype == np.uint64 else np.int64
        seen = np.zeros(high - low + 1, np.bool_)
        for start in range(0, len(values), _STEP):
            part = values[start : start + _STEP].astype(wide, copy=False)
            seen[part - wide(low)] = True
        if int(np.count_nonzero(seen)) == len(values):
            return none
    ordered = np.sort(values)
    same = ordered[1:] == ordered[:-1]
    if not same.any():
        return none
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    sizes = np.diff(np.append(starts, len(ordered)))
    several = sizes > 1
    return ordered[starts[several]], sizes[several]


def _first(codes: pl.Series, again: Numbers, nulls: bool, sample: int) -> pl.Series:
    """Give the codes of the first rows that share theirs; what stands behind is not looked at."""
    found = codes.clear()
    for start in range(0, len(codes), _STEP):
        part = codes.slice(start, _STEP)
        values = part.fill_null(0).to_numpy()
        places = np.searchsorted(again, values)
        hit = np.zeros(len(values), np.bool_)
        within = places < len(again)
        hit[within] = again[places[within]] == values[within]
        shared = pl.Series(hit) & part.is_not_null() | (part.is_null() if nulls else False)
        found = found.extend(part.filter(shared).head(sample - len(found)))
        if len(found) >= sample:
            break
    return found.unique()
