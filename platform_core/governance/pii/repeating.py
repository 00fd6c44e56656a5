"""Texts that a column says again and again: read once, and found wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from platform_core.governance.pii.cutting import Cells

_LOOKED_AT = 4096


def once(cells: Cells) -> tuple[Cells, pl.DataFrame | None]:
    """Give each text once, where texts repeat, and every `row` of the cells beside the row that stands for it, `first`.

    Args:
        cells: `row`, in order, and `text`, of one column.

    >>> cells = pl.DataFrame({"row": range(6000), "text": ["Granted", "Refused"] * 3000})
    >>> texts, again = once(cells)
    >>> texts.height, again.height
    (2, 6000)
    """
    looked_at = cells["text"].head(_LOOKED_AT)
    if cells.height <= _LOOKED_AT or looked_at.n_unique() > len(looked_at) // 2:
        return cells, None
    again = cells.with_columns(first=pl.col("row").first().over("text"))
    return again.filter(pl.col("row") == pl.col("first")).drop("first"), again.select("first", "row")


def everywhere(found: pl.DataFrame, again: Mapping[int, pl.DataFrame], height: int) -> pl.DataFrame:
    """Give what was found in texts that stand for others in all of their rows; each column by row and start.

    Args:
        found: Findings, with `row` numbered through all columns.
        again: The rows where texts stand again, as `once` gives them, by the number of the column.
        height: How many rows a column has.
    """
    if not again:
        return found
    repeats = (pl.col("row") // height).is_in(list(again))
    repeated = found.filter(repeats).rename({"row": "first"}).join(pl.concat(again.values()), on="first", how="inner")
    return pl.concat([found.filter(~repeats), repeated.select(found.columns).sort("row", "start")])
