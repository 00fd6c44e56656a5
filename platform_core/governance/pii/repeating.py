"""Texts that a column says again and again: read once, and found wherever they stand."""

from __future__ import annotations

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


def everywhere(found: pl.DataFrame, again: list[pl.DataFrame]) -> pl.DataFrame:
    """Give what was found in texts that stand for others in all of their rows, by row and start."""
    if not again:
        return found
    rows = pl.concat(again)
    repeated = found.rename({"row": "first"}).join(rows, on="first", how="inner").select(found.columns)
    single = found.join(rows.select("first").unique(), left_on="row", right_on="first", how="anti")
    return pl.concat([single, repeated]).sort("row", "start")
