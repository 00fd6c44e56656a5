"""Looking at a bounded part of a stored frame for personal columns, and what is told of them: never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from platform_core.governance.pii.kinds import KINDS
from platform_core.governance.pii.verdicts import columns
from platform_core.governance.policies.found import Found, coarse

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOKED_AT = 10_000  # rows
SMALL = 10  # cells, below which no share says how many there are
_BLOCKS = 4
_ENOUGH = 20  # cells, from which on values count for more than the name of their column


def looked_at(frame: pl.LazyFrame, rows: int | None = None) -> tuple[Found, ...]:
    """Find the personal columns of a stored frame in 10,000 of its rows at most.

    Args:
        frame: The frame, such as a scan of a file; no more of it is read than is looked at.
        rows: How many rows it has, where that is known: then blocks from all over it are looked at, else the first.

    Returns:
        The columns found, in the frame's order. A name that the values gainsay counts for nothing here: a column
        `author` with 20 cells and more of which none looks like a person's is one of bodies. (It is masked.)

    >>> looked_at(pl.LazyFrame({"note": ["ring 07700 900123", "no"], "town": ["Leeds", "York"]}))
    (Found(column='note', kind='phone', share=None),)
    """
    # One by one: asked together, Polars reads a file that is held open once, whole, for all of its slices
    seen = pl.concat([block.collect() for block in _blocks(frame, rows)])
    verdicts = columns(seen, sample=None).filter("personal")
    if verdicts.is_empty():
        return ()
    by_name_alone = (pl.col("by") == "name") & pl.col("kind").is_in([*KINDS]) & (pl.col("share") == 0)
    verdicts = verdicts.filter(~by_name_alone | (pl.col("cells") < _ENOUGH))
    found = verdicts.select("column", "kind", "share", "cells").iter_rows()
    return tuple(Found(name, kind, coarse(round(share * cells), cells, SMALL)) for name, kind, share, cells in found)


def _blocks(frame: pl.LazyFrame, rows: int | None) -> Sequence[pl.LazyFrame]:
    if rows is None or rows <= LOOKED_AT:
        return [frame.head(LOOKED_AT)]
    length = LOOKED_AT // _BLOCKS
    return [frame.slice((rows - length) * block // (_BLOCKS - 1), length) for block in range(_BLOCKS)]
