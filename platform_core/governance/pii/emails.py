"""E-mail addresses, as they are meant to be read by programs and as people hide them from programs."""

from __future__ import annotations

import polars as pl

from platform_core.governance.pii.cutting import Cells, cut, parted

_L = r"A-Za-z0-9\x{80}-\x{10ffff}"  # any letter beyond ASCII, at a fraction of what its class costs
_LOCAL = rf"(?:\"[^\"@\s]+(?: [^\"@\s]+)?\"|[{_L}_][{_L}._%+'&\-]*)"
_LABEL = rf"[{_L}](?:[{_L}_\-]*[{_L}])?"
_TOP = r"(?:[A-Za-z\x{80}-\x{10ffff}]{2,24}|(?i:xn--)[A-Za-z0-9\-]{2,59})"
_MISTYPED = r"(?:,(?:com|co\.uk|org|net|gov\.uk|ac\.uk))?"
_WRITTEN = rf"{_LOCAL} ?@ ?(?:(?:{_LABEL}\.)+{_TOP}{_MISTYPED}|\[[0-9.]{{7,15}}\]|{_LABEL},(?:com|co\.uk|org|net|gov\.uk|ac\.uk))"
_AT = r"(?: ?[\[({<] ?(?i:at) ?[\])}>] ?| (?i:at) )"
_DOT = r"(?: ?[\[({<] ?(?i:dot|\.) ?[\])}>] ?| (?i:dot) |\.)"
_HIDDEN = rf"[{_L}_](?:[{_L}._%+'\-]|{_DOT})*{_AT}{_LABEL}(?:{_DOT}{_LABEL})*{_DOT}(?:[A-Za-z]{{2,24}})"
# Hidden with words alone (`ann at example dot com`) it needs a `dot`: prose is full of "at"
_IS_HIDDEN = r"[\[({<] ?(?i:at) ?[\])}>]|(?i: at .*(?: dot |[\[({<] ?(?:dot|\.) ?[\])}>]))"
_SIGNS = r"[\[({<]", r"(?i) dot "  # what any of them has; apart, each is looked for many bytes at a time
_FILES = r"(?i)\.(?:png|jpe?g|gif|svg|webp|bmp|ico|js|css|py|ipynb|csv|json|ya?ml|txt|md|html?|pdf|zip|gz|whl|parquet|local|localhost|internal)$"


def find(cells: Cells) -> pl.DataFrame:
    """Give the addresses in texts, as `cut` gives pieces, with `kind` and `score`.

    >>> cells = pl.DataFrame({"row": [0, 1, 2], "text": ["<ann@example.com>", "logo@2x.png", "ann [at] example [dot] org"]})
    >>> find(cells).select("row", "piece", "start").rows()
    [(0, 'ann@example.com', 1), (2, 'ann [at] example [dot] org', 0)]
    """
    text = pl.col("text")
    at, signed = cells.select(
        text.str.contains("@", literal=True), signed=pl.any_horizontal(text.str.contains(sign) for sign in _SIGNS)
    )
    found = cut(parted(cells, at)[0], _WRITTEN).with_columns(score=pl.lit(0.98))
    if signed.any():
        hidden = cut(cells.filter(signed).filter(text.str.contains(_IS_HIDDEN)), _HIDDEN)
        hidden = hidden.filter(pl.col("piece").str.contains(_IS_HIDDEN)).with_columns(score=pl.lit(0.85))
        found = pl.concat([found, hidden])
    if found.is_empty():
        return found.with_columns(kind=pl.lit("email"), chance=pl.lit(value=False))
    # A quote that opens before the address is no part of it; a dot at either end of a part makes it none
    quoted = pl.col("piece").str.starts_with("'")
    found = found.with_columns(
        start=pl.col("start") + quoted.cast(pl.Int64), piece=pl.col("piece").str.strip_prefix("'")
    )
    spaced = pl.col("piece").str.contains(" @|@ ")
    known = pl.col("piece").str.contains(r"(?i)\.(?:com|org|net|uk|gov|info|eu|io|example)$")
    piece = pl.col("piece")
    local = piece.str.contains(r"\.\.|^\.|\.@|^[^@]{65}")
    return (
        found.filter(
            ~local & ~piece.str.contains(_FILES) & (~spaced | known) & ~pl.col("left").str.contains(r"[./]$|://[^ ]*$")
        )
        .filter(~(piece.str.contains("^git@") & pl.col("right").str.starts_with(":")))
        .with_columns(kind=pl.lit("email"), chance=pl.lit(value=False))
    )
