"""What may be told of the columns of a frame without a value of it, and which columns two versions of a step agree in.

Figures only: nulls, and rows that repeat their key. Frames of two versions are compared while both are at hand, so that
nothing made of their values has to be kept: a hash of a column of few different values would give them away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from promote.verify.canonical import canonical
from promote.verify.compare import column_labels, compare_frames
from promote.verify.frames import schema_of
from promote.verify.values import Agreement, Figures

if TYPE_CHECKING:
    import pandas as pd


def figures(frame: pl.DataFrame | pd.DataFrame, key: Sequence[str] = ()) -> Figures:
    """Count the nulls of each column of an eager frame, and the rows that repeat a key.

    >>> figures(pl.DataFrame({"town": ["a", "a", None], "rent": [1, 2, 3]}), ["town"])
    Figures(nulls={'town': 1, 'rent': 0}, repeats=1)
    """
    if isinstance(frame, pl.DataFrame):
        nulls = {column.name: column.null_count() for column in frame.get_columns()}
    else:
        nulls = {str(name): int(frame.iloc[:, at].isna().sum()) for at, name in enumerate(frame.columns)}
    if not key or not set(key) <= set(frame.columns):
        return Figures(nulls)
    plain = canonical(frame[list(key)])
    values = plain.select(pl.exclude("^i[0-9]+$"))  # without the index of pandas
    return Figures(nulls, len(frame) - values.unique().height)


def agreement(before: pl.DataFrame | pd.DataFrame, after: pl.DataFrame | pd.DataFrame) -> Agreement:
    """Compare what two versions of a step gave of the same data, column by column and as rows, whatever their order.

    >>> old, new = pl.DataFrame({"a": [1, 2], "b": [1, 2]}), pl.DataFrame({"a": [2, 1], "b": [1, 2]})
    >>> sorted(agreement(old, new).columns), agreement(old, new).rows
    (['a', 'b'], False)
    """
    if isinstance(before, pl.DataFrame) != isinstance(after, pl.DataFrame):
        return Agreement()
    types = dict(schema_of(before))
    shared = [name for name, dtype in schema_of(after) if types.get(name) == dtype]
    old, new = _sorted(before, shared), _sorted(after, shared)
    same = frozenset(name for name in shared if old[name].equals(new[name], null_equal=True))
    return Agreement(same, compare_frames(before, after).equal)


def _sorted(frame: Any, names: Sequence[str]) -> dict[str, pl.Series]:
    """Give the values of columns, and of levels of pandas' index, in canonical form and sorted."""
    labels = dict(zip(column_labels(frame), canonical(frame).get_columns(), strict=True))
    return {name: labels[name].sort() for name in names}
