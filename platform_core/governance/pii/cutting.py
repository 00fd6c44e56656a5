"""Cutting what a pattern matches out of texts, with its place in characters and what stands on either side."""

from __future__ import annotations

from typing import TypeAlias

import polars as pl

Cells: TypeAlias = pl.DataFrame  # row, text
Pieces: TypeAlias = pl.DataFrame  # row, piece, start, left, right, first, last

_LEFT, _RIGHT = 48, 32


def cut(cells: Cells, pattern: str) -> Pieces:
    """Give a row for each match of a pattern, in the order of the texts.

    Args:
        cells: `row` and `text`, without nulls.
        pattern: In the syntax of Rust's `regex`. What it matches does not overlap, and none of it is empty.

    >>> cut(pl.DataFrame({"row": [7], "text": ["né 12 or 34"]}), "[0-9]+").select("row", "piece", "start", "left").rows()
    [(7, '12', 3, 'né '), (7, '34', 9, ' or ')]
    """
    text = pl.col("text")
    found = cells.filter(text.str.contains(pattern)).select(
        "row", pieces=text.str.extract_all(pattern), gaps=text.str.split(pattern, literal=False)
    )
    counts = found["pieces"].list.len()
    gaps = found["gaps"].explode(keep_nulls=False, empty_as_null=False)
    # A text of n pieces has n + 1 gaps: the last of each stands right of no further piece
    ends = (counts + 1).cum_sum() - 1
    marks = pl.DataFrame({"at": ends}).with_columns(last=True)
    every = pl.DataFrame({"gap": gaps}).with_row_index("at").with_columns(pl.col("at").cast(pl.UInt32))
    every = every.join(marks.with_columns(pl.col("at").cast(pl.UInt32)), on="at", how="left", maintain_order="left")
    is_last = every["last"].fill_null(value=False)
    every = every.select("gap", right=pl.col("gap").shift(-1)).filter(~is_last)
    pieces = found.select("row", piece="pieces").explode("piece", keep_nulls=False, empty_as_null=False)
    row = pl.col("row")
    first = row.ne_missing(row.shift(1))
    whole = pieces.with_columns(every).with_columns(first=first, last=row.ne_missing(row.shift(-1)))
    length = pl.col("piece").str.len_chars().cast(pl.Int64)
    before = pl.col("gap").str.len_chars().cast(pl.Int64)
    reached = (length + before).cum_sum() - length  # from the start of the first text
    base = pl.when("first").then(reached - before).forward_fill()
    return whole.select(
        "row",
        "piece",
        start=reached - base,
        left=pl.col("gap").str.tail(_LEFT),
        right=pl.col("right").str.head(_RIGHT),
        first="first",
        last="last",
    )


def trimmed(pieces: Pieces, kept: str) -> Pieces:
    """Give pieces shortened to what a pattern's first group matches at their start."""
    return pieces.with_columns(piece=pl.col("piece").str.extract(kept, 1))
