"""The text of a key as masking takes it: the same for the same number, whichever type a table keeps it in."""

from __future__ import annotations

import polars as pl
import polars.selectors as cs


def written(column: str) -> pl.Expr:
    """Give the values of a column as text, a whole number without a point.

    An id that is missing in one row is a float to pandas, and a database may give it as a decimal: 7, 7.0 and 7.00 are
    one number, and a join between what was made of them would find nothing without a word.

    >>> frame = pl.DataFrame({"id": [7.0, 0.5, None]})
    >>> frame.select(written("id")).to_series().to_list()
    ['7', '0.5', None]
    """
    every = cs.by_name(column)
    fractions = cs.float() | cs.decimal()
    # Of these two one finds the column; the other stands for no column at all, and falls out
    number = (every & fractions).cast(pl.String)
    for ending, shorter in ((r"(\.[0-9]*[1-9])0+$", "${1}"), (r"\.0+$", ""), (r"^-0$", "0")):
        number = number.str.replace(ending, shorter)
    return pl.coalesce(number, (every - fractions).cast(pl.String)).alias(column)
