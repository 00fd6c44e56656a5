"""Hiding personal data in samples of failing rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from platform_core.asset_checks.model import Check
from platform_core.columns import column_of
from platform_core.metadata.declared import personal_in_each

Mask = Callable[[pl.DataFrame], pl.DataFrame]
HIDDEN = "•••"


def masked(
    samples: Sequence[pl.DataFrame], mask: Mask | Iterable[str] | None, declared: Iterable[str] = ()
) -> list[pl.DataFrame]:
    """Give samples as they may be shown.

    Args:
        samples: The samples of one frame's checks.
        mask: A function that makes a sample fit to be shown, or the columns to hide; None for those declared and what
            the detector of personal data finds in each sample.
        declared: Columns that are personal, whatever is found in them.

    >>> masked([pl.DataFrame({"name": ["Ada", None], "rent": [1, 2]})], ["name"])[0].rows()
    [('•••', 1), (None, 2)]
    """
    if callable(mask):
        return [mask(sample) for sample in samples]
    if mask is None:
        found = personal_in_each(samples, declared)
        return [hidden(sample, columns) for sample, columns in zip(samples, found, strict=True)]
    named = {mask} if isinstance(mask, str) else set(mask)
    return [hidden(sample, named) for sample in samples]


def hidden(sample: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Give a sample with some columns hidden; what is null stays null, since that may be what is wrong."""
    return sample.with_columns(
        pl.when(column_of(column).is_not_null()).then(pl.lit(HIDDEN)).alias(column)
        for column in columns
        if column in sample.columns
    )


def personal(checks: Iterable[Check]) -> frozenset[str]:
    """Give the columns that the contracts among some checks call personal."""
    return frozenset(column for check in checks for column in getattr(check.rule, "personal", frozenset)())
