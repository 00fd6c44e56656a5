"""Which types of columns a way to mask can mask, so that a policy is refused before anything is read."""

from __future__ import annotations

import polars as pl

from platform_core.columns import TEXT, type_text

_ANY = frozenset({"redact", "drop", "keep"})


def unfit(method: str, dtype: pl.DataType) -> str | None:
    """Say what a column holds where a method cannot mask it; None where it can.

    >>> unfit("band", pl.Int64()) is None, unfit("shift_dates", pl.String())
    (True, 'no dates')
    """
    if method in _ANY or dtype == pl.Null:  # there is nothing to hide
        return None
    text, dated = dtype.base_type() in TEXT, dtype.base_type() in (pl.Date, pl.Datetime)
    if method == "shift_dates":
        return None if dated else "no dates"
    if method in {"partial", "pseudonym"} and dtype == pl.Boolean:
        return f"Boolean, which {method!r} does not hide"  # true and false are not of one length
    fits = {
        "generalise_postcode": text,
        "year_band": text or dated or dtype.is_numeric(),
        "band": dtype.is_numeric(),
    }.get(method, text or dated or dtype.is_numeric() or dtype in (pl.Boolean, pl.Time))
    return None if fits else f"{type_text(dtype)}, which {method!r} cannot mask"
