"""The text of a key as masking takes it: the same for one number or time, whichever type a table keeps it in."""

from __future__ import annotations

import polars as pl
import polars.selectors as cs


def written(column: str) -> pl.Expr:
    """Give the values of a column as text, a whole number without a point and a time without noughts at its end.

    An id that is missing in one row is a float to pandas, and a database may give it as a decimal: 7, 7.0 and 7.00 are
    one number, and a join between what was made of them would find nothing without a word. So it is with times, which
    pandas counts in nanoseconds, and with dates, which it keeps as midnights.

    >>> frame = pl.DataFrame({"id": [7.0, 0.5, None]})
    >>> frame.select(written("id")).to_series().to_list()
    ['7', '0.5', None]
    >>> from datetime import datetime
    >>> times = pl.DataFrame({"at": [datetime(2024, 1, 31), datetime(2024, 1, 31, 9, 30)]})
    >>> times.select(written("at")).to_series().to_list()
    ['2024-01-31', '2024-01-31 09:30:00']
    """
    every = cs.by_name(column)
    fractions = cs.float() | cs.decimal()
    times = cs.datetime()
    # Of these three one finds the column; the others stand for no column at all, and fall out
    number = (every & fractions).cast(pl.String)
    for ending, shorter in ((r"(\.[0-9]*[1-9])0+$", "${1}"), (r"\.0+$", ""), (r"^-0$", "0")):
        number = number.str.replace(ending, shorter)
    time = (every & times).cast(pl.String)
    for ending, shorter in (
        (r"(\.[0-9]*[1-9])0+([+\-][0-9:]+)?$", "${1}${2}"),
        (r"\.0+([+\-][0-9:]+)?$", "${1}"),
        (r" 00:00:00$", ""),
    ):
        time = time.str.replace(ending, shorter)
    return pl.coalesce(number, time, (every - fractions - times).cast(pl.String)).alias(column)
