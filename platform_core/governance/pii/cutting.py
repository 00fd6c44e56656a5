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
    whole, within = halves(cells, pattern)
    if whole.is_empty():
        return within
    alone = whole.select(
        "row", "piece", start=pl.lit(0, pl.Int64), left=pl.lit(""), right=pl.lit(""), first=pl.lit(value=True),
        last=pl.lit(value=True),
    )  # fmt: skip
    return pl.concat([alone, within]).sort("row", maintain_order=True) if within.height else alone


def halves(cells: Cells, pattern: str) -> tuple[pl.DataFrame, Pieces]:
    """Give the cells that are one piece and nothing else (`row`, `piece`), and the pieces of all others as `cut` does.

    >>> whole, within = halves(pl.DataFrame({"row": [0, 1], "text": ["12", "a 34"]}), "[0-9]+")
    >>> whole.rows(), within.select("row", "piece", "left").rows()
    ([(0, '12')], [(1, '34', 'a ')])
    """
    text, piece = pl.col("text"), pl.col("piece")
    nothing = pl.DataFrame(schema={"row": cells.schema["row"], "piece": pl.String})
    nowhere = pl.DataFrame(schema={**_SCHEMA, "row": cells.schema["row"]})
    if cells.is_empty():
        return nothing, nowhere
    if are_long(cells):
        return nothing, _placed(_marked(cells, pattern))
    # Short cells are mostly one piece and nothing else, which one pass tells
    found = cells.with_columns(piece=text.str.extract(pattern, 0)).filter(piece.is_not_null())
    if found.is_empty():
        return nothing, nowhere
    only = found.select(piece.str.len_bytes() == text.str.len_bytes()).to_series()
    whole, within = parted(found, only)
    return whole.select("row", "piece"), _placed(_marked(within.drop("piece"), pattern)) if within.height else nowhere


def parted(frame: pl.DataFrame, flags: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the rows of a frame that are flagged, and the others: without a query where all are alike.

    >>> yes, no = parted(pl.DataFrame({"a": [1, 2]}), pl.Series([True, True]))
    >>> yes.height, no.height
    (2, 0)
    """
    if flags.all():
        return frame, frame.clear()
    if not flags.any():
        return frame.clear(), frame
    return frame.filter(flags), frame.filter(~flags)


def are_long(cells: Cells) -> bool:
    """Say whether cells are long texts rather than the values of a table."""
    return int(cells["text"].str.len_bytes().sum()) >= _SHORT * cells.height


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


def _marked(cells: Cells, pattern: str) -> pl.DataFrame:
    """Give pieces with all that stands between them by one pass of the pattern, which is what costs.

    Marked and split at the marks, a text of n pieces falls into n + 1 gaps and the pieces between.
    """
    piece, row, at = pl.col("piece"), pl.col("row"), pl.col("at")
    marked = cells.select("row", "text", piece=pl.col("text").str.replace_all(pattern, f"{MARK}${{0}}{MARK}"))
    found = marked.filter(piece.str.len_bytes() > pl.col("text").str.len_bytes()).select("row", piece.str.split(MARK))
    parts = found.explode("piece", keep_nulls=False, empty_as_null=False).with_row_index("at")
    nth = at - pl.when(row.ne_missing(row.shift(1))).then(at).forward_fill()
    every = parts.select("row", "piece", left=piece.shift(1), right=piece.shift(-1), odd=nth % 2 == 1)
    return every.filter("odd").drop("odd")
