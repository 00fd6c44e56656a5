"""Cutting what a pattern matches out of texts, with its place in characters and what stands on either side."""

from __future__ import annotations

from typing import TypeAlias

import polars as pl

Cells: TypeAlias = pl.DataFrame  # row, text
Pieces: TypeAlias = pl.DataFrame  # row, piece, start, left, right, first, last

_LEFT, _RIGHT = 40, 24
_SCHEMA = {
    "row": pl.UInt32,
    "piece": pl.String,
    "start": pl.Int64,
    "left": pl.String,
    "right": pl.String,
    "first": pl.Boolean,
    "last": pl.Boolean,
}


def cut(cells: Cells, pattern: str) -> Pieces:
    """Give a row for each match of a pattern, in the order of the texts.

    Args:
        cells: `row` and `text`, without nulls.
        pattern: In the syntax of Rust's `regex`. What it matches does not overlap, and none of it is empty.

    >>> cells = pl.DataFrame({"row": [7], "text": ["né 12 or 34"]})
    >>> cut(cells, "[0-9]+").select("row", "piece", "start", "left").rows()
    [(7, '12', 3, 'né '), (7, '34', 9, ' or ')]
    """
    if cells.is_empty():
        return pl.DataFrame(schema={**_SCHEMA, "row": cells.schema["row"]})
    text = pl.col("text")
    found = cells.filter(text.str.contains(pattern))
    if found.is_empty():
        return pl.DataFrame(schema={**_SCHEMA, "row": cells.schema["row"]})
    found = found.select("row", piece=text.str.extract_all(pattern), gaps=text.str.split(pattern, literal=False))
    # A text of n pieces has n + 1 gaps: one before each, and the last behind
    gaps = pl.col("gaps")
    counted = found.select("row", "piece", left=gaps.list.head(gaps.list.len() - 1), right=gaps.list.slice(1))
    row = pl.col("row")
    whole = counted.explode("piece", "left", "right", keep_nulls=False, empty_as_null=False)
    whole = whole.with_columns(first=row.ne_missing(row.shift(1)), last=row.ne_missing(row.shift(-1)))
    length = pl.col("piece").str.len_chars().cast(pl.Int64)
    before = pl.col("left").str.len_chars().cast(pl.Int64)
    reached = (length + before).cum_sum() - length  # from the start of the first text
    base = pl.when("first").then(reached - before).forward_fill()
    return whole.select(
        "row",
        "piece",
        start=reached - base,
        left=pl.col("left").str.tail(_LEFT),
        right=pl.col("right").str.head(_RIGHT),
        first="first",
        last="last",
    )
