"""Cutting what a pattern matches out of texts, with its place in characters and what stands on either side."""

from __future__ import annotations

from typing import TypeAlias

import polars as pl

from platform_core.governance.pii.characters import MARK

Cells: TypeAlias = pl.DataFrame  # row, text
Pieces: TypeAlias = pl.DataFrame  # row, piece, start, left, right, first, last

_LEFT, _RIGHT = 40, 24
_SHORT = 64  # bytes
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
        cells: `row` and `text`, without nulls and without `MARK`.
        pattern: In the syntax of Rust's `regex`. What it matches does not overlap, and none of it is empty.

    >>> cells = pl.DataFrame({"row": [7], "text": ["né 12 or 34"]})
    >>> cut(cells, "[0-9]+").select("row", "piece", "start", "left").rows()
    [(7, '12', 3, 'né '), (7, '34', 9, ' or ')]
    """
    if cells.is_empty():
        return pl.DataFrame(schema={**_SCHEMA, "row": cells.schema["row"]})
    # Marked in one pass, for the pattern is what costs: a text of n pieces falls into n + 1 gaps and the pieces between
    text, piece = pl.col("text"), pl.col("piece")
    if int(cells["text"].str.len_bytes().sum()) >= _SHORT * cells.height:
        return _placed(_of_long(cells, pattern))
    # Short cells are mostly one piece and nothing else, which one pass tells
    found = cells.with_columns(piece=text.str.extract(pattern, 0)).filter(piece.is_not_null())
    only = piece.str.len_bytes() == text.str.len_bytes()
    whole = found.filter(only).select(
        "row", "piece", start=pl.lit(0, pl.Int64), left=pl.lit(""), right=pl.lit(""), first=pl.lit(value=True),
        last=pl.lit(value=True),
    )  # fmt: skip
    return pl.concat([whole, _placed(_of_short(found.filter(~only), pattern))]).sort("row", "start")


def _placed(whole: pl.DataFrame) -> Pieces:
    """Count where the pieces of each text begin, and cut what stands beside them to its length."""
    if whole.is_empty():
        return pl.DataFrame(schema={**_SCHEMA, "row": whole.schema["row"]})
    row = pl.col("row")
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


def _of_short(found: Cells, pattern: str) -> pl.DataFrame:
    """Give pieces with all that stands between them, as two lists: what costs is their number."""
    text, gaps = pl.col("text"), pl.col("gaps")
    lists = found.select("row", piece=text.str.extract_all(pattern), gaps=text.str.split(pattern, literal=False))
    # A text of n pieces has n + 1 gaps: one before each, and the last behind
    counted = lists.select("row", "piece", left=gaps.list.head(gaps.list.len() - 1), right=gaps.list.slice(1))
    return counted.explode("piece", "left", "right", keep_nulls=False, empty_as_null=False)


def _of_long(cells: Cells, pattern: str) -> pl.DataFrame:
    """Give the same with one pass of the pattern, which is what costs: marked, then split at the marks."""
    piece, row, at = pl.col("piece"), pl.col("row"), pl.col("at")
    marked = cells.select("row", "text", piece=pl.col("text").str.replace_all(pattern, f"{MARK}${{0}}{MARK}"))
    found = marked.filter(piece.str.len_bytes() > pl.col("text").str.len_bytes()).select("row", piece.str.split(MARK))
    parts = found.explode("piece", keep_nulls=False, empty_as_null=False).with_row_index("at")
    nth = at - pl.when(row.ne_missing(row.shift(1))).then(at).forward_fill()
    every = parts.select("row", "piece", left=piece.shift(1), right=piece.shift(-1), odd=nth % 2 == 1)
    return every.filter("odd").drop("odd")
