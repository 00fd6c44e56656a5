"""Names in fields of messages: with signs between their parts (`KHAN^ADA^M` of HL7), or behind a key of JSON."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii.cutting import Cells, cut
from platform_core.governance.pii.name_singles import nothing
from platform_core.governance.pii.name_words import fold, lists

_PERSON = r"[A-Z\x{c0}-\x{24f}][A-Za-z\x{c0}-\x{24f}'\- ]+(?:\^[A-Z\x{c0}-\x{24f}][A-Za-z\x{c0}-\x{24f}'\-]*)+"
# The values of keys that say one name of a person; where it is whole, the lists of names tell it
_KEYS = r"(?i)\"(?:family|given|(?:sur|fore|first|last|family|given|middle|maiden)_?name)\" ?: ?\"(\p{L}[\p{L}'\- ]+)\""
_SIGNS = ["^", '":', '" :']


def find(cells: Cells) -> pl.DataFrame:
    """Give the names, as `cut` gives pieces, with `kind`, `score` and `chance`.

    >>> texts = ["PID|1||KHAN^ADA||F", "x^y", '{"family": "Quispe"}']
    >>> find(pl.DataFrame({"row": [0, 1, 2], "text": texts})).select("piece", "start").rows()
    [('KHAN^ADA', 7), ('Quispe', 12)]
    """
    # Most cells have none of the signs, which one pass tells
    text = pl.col("text")
    some = cells.filter(text.str.contains_any(_SIGNS))
    if some.is_empty():
        return nothing(cells)
    parts = [_of_signs(some.filter(text.str.contains("^", literal=True))), _of_keys(some)]
    return pl.concat(part.select(nothing(cells).columns) for part in parts)


def _of_keys(some: Cells) -> pl.DataFrame:
    found = cut(some, _KEYS)
    value = pl.col("piece").str.extract(_KEYS, 1)
    return found.with_columns(
        piece=value,
        start=pl.col("start") + (pl.col("piece").str.len_chars() - value.str.len_chars()).cast(pl.Int64) - 1,
        kind=pl.lit("name"),
        score=pl.lit(0.85),
        chance=pl.lit(value=False),
    )


def _of_signs(some: Cells) -> pl.DataFrame:
    found, known = cut(some, _PERSON), lists()[0]
    words = found.select(fold(pl.col("piece")).str.split("^")).to_series().to_list()
    # A code with its meaning is written so too: `L^Left`
    people = [any(known.get(word, "") in set("GFBD") for word in parts if word) for parts in words]
    return found.filter(pl.Series(people, dtype=pl.Boolean)).with_columns(
        kind=pl.lit("name"), score=pl.lit(0.85), chance=pl.lit(value=False)
    )
