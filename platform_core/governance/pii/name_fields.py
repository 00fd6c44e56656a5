"""Names in fields of messages, where signs stand between their parts: `KHAN^ADA^M` of HL7."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii.cutting import Cells, cut
from platform_core.governance.pii.name_singles import nothing
from platform_core.governance.pii.name_words import fold, lists

_PERSON = r"[A-Z\x{c0}-\x{24f}][A-Za-z\x{c0}-\x{24f}'\- ]+(?:\^[A-Z\x{c0}-\x{24f}][A-Za-z\x{c0}-\x{24f}'\-]*)+"


def find(cells: Cells) -> pl.DataFrame:
    """Give the names, as `cut` gives pieces, with `kind`, `score` and `chance`.

    >>> find(pl.DataFrame({"row": [0, 1], "text": ["PID|1||KHAN^ADA||F", "x^y"]})).select("piece", "start").rows()
    [('KHAN^ADA', 7)]
    """
    some = cells.filter(pl.col("text").str.contains("^", literal=True))
    if some.is_empty():
        return nothing(cells)
    found, known = cut(some, _PERSON), lists()[0]
    words = found.select(fold(pl.col("piece")).str.split("^")).to_series().to_list()
    # A code with its meaning is written so too: `L^Left`
    people = [any(known.get(word, "") in set("GFBD") for word in parts if word) for parts in words]
    return found.filter(pl.Series(people, dtype=pl.Boolean)).with_columns(
        kind=pl.lit("name"), score=pl.lit(0.85), chance=pl.lit(value=False)
    )
