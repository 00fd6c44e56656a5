"""Hiding personal data in samples of failing rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from platform_core.asset_checks.model import Check
from platform_core.columns import column_of
from platform_core.metadata.declared import personal_columns

Mask = Callable[[pl.DataFrame], pl.DataFrame]
HIDDEN = "•••"


def masking(mask: Mask | Iterable[str] | None, checks: Iterable[Check]) -> Mask:
    """Give the function that makes a sample fit to be shown.

    Args:
        mask: The function itself, or the columns to hide; None for what a contract among the checks calls personal and
            what the detector of personal data finds in the sample.
        checks: The checks that are run.

    >>> masking(["name"], [])(pl.DataFrame({"name": ["Ada", None], "rent": [1, 2]})).rows()
    [('•••', 1), (None, 2)]
    """
    if callable(mask):
        return mask
    if mask is None:
        contracts = personal(checks)
        return lambda sample: hidden(sample, personal_columns(sample, contracts))
    named = {mask} if isinstance(mask, str) else set(mask)
    return lambda sample: hidden(sample, named)


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
