"""Characters that look alike made one, each for one, so that places in a text stay what they were."""

from __future__ import annotations

import polars as pl  # noqa: TC002 - examples of annotations are resolved at run time

MARK = "\x01"
"""What texts are marked with while they are cut."""

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2060\u202f\u205f\u3000\ufeff"
_DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\u30fc"
_QUOTES = "\u2018\u2019\u02bc\u02b9\u2032\u00b4\u201b"
_DOTS = "\u00b7\u2022\u2219\u2024\u3002"
_STROKES = "\u2044\u2215"
_ZEROS = (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0BE6, 0x0E50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6)

_ALIKE: dict[str, str] = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{chr(zero + digit): str(digit) for zero in _ZEROS for digit in range(10)},
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_QUOTES, "'"),
    **dict.fromkeys(_DOTS, "."),
    **dict.fromkeys(_STROKES, "/"),
    MARK: " ",
}


def plain(text: pl.Expr) -> pl.Expr:
    """Give texts with spaces, dashes, quotes and digits of every script as those of ASCII, character for character.

    >>> pl.Series(["\uff10\uff17\uff17\uff10\uff10\u00a0\uff19", "12\u201334"]).to_frame("t").select(plain(pl.col("t"))).to_series().to_list()
    ['07700 9', '12-34']
    """
    return text.str.replace_many(list(_ALIKE), list(_ALIKE.values()))


def foreign(text: pl.Expr) -> pl.Expr:
    """Say which texts hold anything but ASCII, or the character that texts are marked with."""
    return (text.str.len_bytes() != text.str.len_chars()) | text.str.contains(MARK, literal=True)
