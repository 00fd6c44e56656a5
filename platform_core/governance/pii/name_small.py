"""Names in texts that are written in small letters throughout: `hi its kofi mensah my bin was missed`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import polars as pl

from platform_core.governance.pii.cutting import Cells, cut
from platform_core.governance.pii.name_singles import nothing
from platform_core.governance.pii.name_words import PARTICLES, called_alike, letters_of, lists, plain_words

_LONGER = 20  # bytes; a shorter cell is a value of a table
_SMALL = r"a-z\x{df}-\x{24f}"
_WORD = rf"(?:(?:[a-z]\.)+|(?:mrs?|ms|dr|prof|rev|cllr)\.|[{_SMALL}][{_SMALL}'\-]*)"
_RUN = rf"{_WORD}(?: {_WORD})+"
# In other texts a field of its own: `Jobcentre: kofi mensah,`
_BEGUN = rf"^[{_SMALL}][^ ]* [{_SMALL}]"
_LABEL = r"(?:: |(?i:tenant|applicant|claimant|patient|client|caller|customer) )"
_FIELD = rf"{_LABEL}[{_SMALL}'\-]{{2,}}[ .][{_SMALL}'\-. ]{{2,}}, "
# or a whole cell: `Name: kofi mensah`
_LABELLED = r"^[A-Za-z]{2,}(?: [A-Za-z]+)?: $"
_LABELLED_CELL = rf"{_LABELLED.removesuffix('$')}[{_SMALL}'\-]{{2,}} [{_SMALL}'\-. ]{{2,}}$"
_TITLED = "mr mrs ms miss dr prof rev cllr"
_SURELY_TITLED = frozenset({"mr", "mrs", "ms", "prof", "cllr"})
# T: a title, M: one that anything but an everyday word may follow; g, f: a given and a family name and no word else;
# e: a family name that is a word too; i: an initial, j: one without its dot; q: what Irish names begin with; k: kin; x:
# a word of places and organisations
_NAMES = r"[TM]g?i?p{0,2}[fbe]|[TM]q[fbu]|M[gue](?!u)|[gb][gb]?(?:i|j)?p{0,2}[fb]|[gb][gb]?(?:i|j)?q[fbu]|i{1,2}[fb]|(?<=k)[gb](?![a-z])"
_KIN = frozenset(["son", "daughter", "wife", "husband", "brother", "sister", "mum", "mam", "dad", "nan"])
_IRISH = frozenset(("\u00f3", "n\u00ed", "u\u00ed"))
_SCORE = 0.6


def find(cells: Cells) -> pl.DataFrame:
    """Give the names, as `cut` gives pieces, with `kind`, `score` and `chance`.

    >>> texts = ["hi its tariq subramaniam my bin is full", "miss the bus at the green man"]
    >>> cells = pl.DataFrame({"row": [0, 1], "text": texts})
    >>> find(cells).select("row", "piece", "start").rows()
    [(0, 'tariq subramaniam', 7)]
    """
    text = pl.col("text")
    long = cells.filter(text.str.len_bytes() > _LONGER)
    small = (
        long.filter(text.str.contains(_BEGUN) | text.str.contains(_FIELD) | text.str.contains(_LABELLED_CELL))
        if long.height
        else long
    )
    if small.is_empty():
        return nothing(cells)
    # What a sign or a capital joins a run to makes its outer words parts of others
    runs = cut(small, _RUN).with_columns(
        begun=pl.col("left").str.contains(r"[\p{L}\p{N}_@.'\-]$"),
        goes_on=pl.col("right").str.contains(r"^[\p{L}\p{N}_@'\-]|^\.\p{L}"),
    )
    left, right = pl.col("left"), pl.col("right")
    field = left.str.contains(f"{_LABEL}$") & right.str.starts_with(",")
    field |= left.str.contains(_LABELLED) & right.str.contains(r"^\s*$")
    in_small = pl.col("row").is_in(small.filter(text.str.contains(_BEGUN))["row"].implode())
    runs = runs.filter(in_small | field)
    found = [
        (row, piece[begin:end], start + begin)
        for row, piece, start, begun, goes_on in runs.select("row", "piece", "start", "begun", "goes_on").iter_rows()
        for begin, end in _names_in(piece)
        if not (begun and begin == 0) and not (goes_on and end == len(piece)) and piece[begin:end] not in called_alike()
    ]
    return pl.DataFrame(found, schema=runs.select("row", "piece", "start").schema, orient="row").with_columns(
        kind=pl.lit("name"), score=pl.lit(_SCORE), chance=pl.lit(value=False)
    )


def _names_in(run: str) -> list[tuple[int, int]]:
    words = run.split(" ")
    letters = "".join(map(_letter, words))
    found = []
    for match in re.finditer(_NAMES, letters):
        if letters[match.end() : match.end() + 1] == "x":  # `aneurin bevan university`
            continue
        begin = sum(map(len, words[: match.start()])) + match.start()
        found.append((begin, begin + len(" ".join(words[match.start() : match.end()]))))
    return found


@lru_cache(65536)
def _letter(word: str) -> str:
    """Give what a word in small letters may be: of names those that are no everyday word too."""
    word = word.removesuffix(".") if word.removesuffix(".") in _titles() else word
    if letter := _said_letters().get(word):
        return letter
    bare = word.removesuffix("'s")
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(sign))
    if len(plain) in {2, 4} and plain.endswith("."):
        return "i"
    letter = lists()[0].get(plain, "")
    if plain in plain_words():
        return "x" if letter == "X" else "e" if letter in {"F", "D", "V", "B"} else "."
    # A double name is told by its parts
    letter = letter or letters_of(pl.Series([bare.title()]))[0]
    return {"G": "g", "F": "f", "D": "f", "B": "b", "U": "u", "X": "x", "V": "e"}.get(letter, ".")


@lru_cache(1)
def _said_letters() -> Mapping[str, str]:
    """Give the letters of the words that are the same in every text."""
    return (
        dict.fromkeys("bcdefghjklmnpqrtvwxyz", "j")
        | dict.fromkeys(PARTICLES.split(), "p")
        | dict.fromkeys(_titles(), "T")
        | dict.fromkeys(_SURELY_TITLED, "M")
        | dict.fromkeys(_KIN, "k")
        | dict.fromkeys(_IRISH, "q")
    )


@lru_cache(1)
def _titles() -> frozenset[str]:
    return frozenset(_TITLED.split())
