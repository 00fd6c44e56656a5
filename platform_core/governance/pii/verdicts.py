"""A verdict for each column: whether it holds personal data, of which kind, and what says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from platform_core.frames import kind_of, to_polars
from platform_core.governance.pii.kinds import named
from platform_core.governance.pii.scanning import found_in

VERDICTS = pl.Schema(
    {
        "column": pl.String,
        "personal": pl.Boolean,
        "kind": pl.String,
        "by": pl.String,
        "share": pl.Float64,
        "cells": pl.UInt32,
        "score": pl.Float64,
    }
)
_LEAST_SHARE = 0.02
_UNSURE, _UNSURE_SHARE = 0.75, 0.2  # a finding below this score counts where a fifth of the cells have one


def columns(frame: Any, *, sample: int | None = 1000) -> pl.DataFrame:
    """Say of each column whether it holds personal data, by its name and by its values.

    Args:
        frame: A Polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation or Arrow.
        sample: How many rows are looked at, evenly spaced over the frame (the first of a LazyFrame, which is read no
            further); None for all of them.

    Returns:
        A row for each column, in order: `column`; `personal`; `kind`, one of `pii.KINDS`, or `address`,
        `special_category` or `personal` where only the name can tell, or null; `by`: `name`, `values`, `both` or null;
        `share` of the `cells` (those that are not null) with a finding of that kind; `score` from 0 to 1.

    Raises:
        UserError: The value is no frame.

    >>> from platform_core.governance import pii
    >>> frame = pl.DataFrame({"contact": ["ann@example.com", None], "religion": ["x", "y"], "fee": [1.5, 2.5]})
    >>> for row in pii.columns(frame).rows():
    ...     print(row)
    ('contact', True, 'email', 'values', 1.0, 1, 0.98)
    ('religion', True, 'special_category', 'name', 0.0, 2, 0.9)
    ('fee', False, None, None, 0.0, 2, 0.0)
    """
    return _judged([_sampled(frame, sample)])[0]


def personal(frame: Any, *, sample: int | None = 1000) -> frozenset[str]:
    """Name the columns that hold personal data, as `columns` finds them.

    >>> from platform_core.governance import pii
    >>> sorted(pii.personal(pl.DataFrame({"email": ["x"], "note": ["NI AB123456C"], "town": ["Leeds"]})))
    ['email', 'note']
    """
    return personal_in_each([frame], sample=sample)[0]


def personal_in_each(frames: Iterable[Any], *, sample: int | None = 1000) -> list[frozenset[str]]:
    """Name the columns that hold personal data in each of some frames, which are read together; as `personal` does.

    >>> [sorted(found) for found in personal_in_each([pl.DataFrame({"a": ["x"]}), pl.DataFrame({"a": ["a@b.org"]})])]
    [[], ['a']]
    """
    judged = _judged([_sampled(frame, sample) for frame in frames])
    return [frozenset(verdicts.filter("personal")["column"]) for verdicts in judged]


def _judged(frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    places = [(number, name) for number, frame in enumerate(frames) for name in frame.columns]
    flat = [(number, name) for number, name in places if not frames[number].schema[name].is_nested()]
    found = _kinds(found_in([frames[number][name] for number, name in flat]))
    held = {flat[place]: kinds for place, kinds in found.items()}
    verdicts: list[list[tuple[Any, ...]]] = [[] for _ in frames]
    for number, name in places:
        column = frames[number][name]
        kinds = held.get((number, name), [])
        counts = named(name).many and not kinds and _are_numbers(column)
        verdicts[number].append((name, *_verdict(name, len(column) - column.null_count(), kinds, counts=counts)))
    return [pl.DataFrame(rows, schema=VERDICTS, orient="row") for rows in verdicts]


def _are_numbers(column: pl.Series) -> bool:
    """Say whether a column holds numbers, as such or as text, and one at least."""
    if not isinstance(column.dtype, pl.String):
        return bool(column.dtype.is_numeric()) and column.null_count() < len(column)
    held = column.drop_nulls()
    return len(held) > 0 and bool(held.str.contains(r"^[0-9., ]*$").all())


def _kinds(found: Sequence[tuple[int, pl.DataFrame]]) -> dict[int, list[tuple[str, int, float]]]:
    """Give the kinds found in each column, by its place, the one of most cells first, with the cells and how surely."""
    kinds: dict[int, list[tuple[str, int, float]]] = {}
    if not found:
        return kinds
    every = pl.concat([part for _, part in found])
    heights = pl.Series([part.height for _, part in found])
    places = pl.Series("place", [place for place, _ in found]).repeat_by(heights).explode()
    counted = (
        every.with_columns(places)
        .group_by("place", "kind")
        .agg(cells=pl.col("row").n_unique(), score=pl.col("score").mean())
    )
    for place, *kind in counted.sort("cells", "score", "kind", descending=[True, True, False]).iter_rows():
        kinds.setdefault(place, []).append((kind[0], kind[1], kind[2]))
    return kinds


def _verdict(
    name: str, held: int, found: list[tuple[str, int, float]], *, counts: bool
) -> tuple[bool, str | None, str | None, float, int, float]:
    about = named(name)
    kind, cells, score = found[0] if found else (None, 0, 0.0)
    share = cells / held if held else 0.0
    by_values = kind is not None and share >= (_UNSURE_SHARE if score < _UNSURE else _LEAST_SHARE)
    said = sorted(about.kinds) or ([about.alone] if about.alone else [])
    if counts or (about.loose and held and not share):
        said = []  # the values gainsay it
    if by_values and kind in about.kinds:
        return True, kind, "both", share, held, score
    if said and not (by_values and share > 0.5):
        return True, said[0], "name", share if kind in said else 0.0, held, 0.9
    if by_values:
        return True, kind, "values", share, held, score
    return False, None, None, share, held, 0.0


def _sampled(frame: Any, sample: int | None) -> pl.DataFrame:
    if kind_of(frame) == "lazy":
        return to_polars(frame if sample is None else frame.head(sample))
    whole = to_polars(frame)
    if sample is None or whole.height <= sample:
        return whole
    return whole.gather_every(-(-whole.height // sample))
