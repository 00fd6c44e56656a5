"""The truth about column lineage, by experiment: change one column of an input and see which columns change.

What it finds is certain; what it does not find may still be there (a change that happens to make no difference). So
an edge that it finds and lineage lacks is a fault, and the share of edges that it does not find bounds how many are
false.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import polars as pl

from platform_core.frames import FrameKind, convert

Place = tuple[str, str]  # an input and its column
Edge = tuple[str, str, str]


def observed(
    function: Callable[..., Any],
    frames: Mapping[str, pl.DataFrame],
    kinds: Mapping[str, str],
    seed: int,
    known: frozenset[Edge] | set[Edge] = frozenset(),
    rounds: int = 4,
) -> set[Edge]:
    """Give (column of the result, input, its column) for every change of the result that was seen.

    Args:
        function: Takes the inputs by name and gives a frame of any kind.
        frames: Their values.
        kinds: The kind of frame that each is given as.
        seed: Of the changes.
        known: The edges that lineage gives. One that it lacks is only believed where no repetition gives the old values
            again: some plans break ties by chance.
        rounds: How many ways each column is changed in.
    """
    before = result(function, frames, kinds)
    assert before is not None, "the function fails on its own inputs"
    every = [(asset, column) for asset, frame in frames.items() for column in frame.columns]
    found: set[Edge] = set()
    for number in range(rounds):
        for place in every:
            if all((name, *place) in found for name in before):
                continue  # it has no more to show
            changed = with_changes(frames, [place], seed, number)
            for name in differing(before, result(function, changed, kinds)):
                edge = (name, *place)
                if edge in known or edge in found or is_certain(function, frames, changed, kinds, name):
                    found.add(edge)
    return found


def missing(
    function: Callable[..., Any],
    frames: Mapping[str, pl.DataFrame],
    kinds: Mapping[str, str],
    seed: int,
    known: frozenset[Edge] | set[Edge],
    ways: Sequence[int] = (0, 1, 2, 3),
) -> set[Edge]:
    """Give the edges that lineage lacks, for a sixth of what `observed` costs.

    For each column of the result, all columns that it is not said to be made from are changed at once, in some of the
    ways of `observed`: none of them may make a difference. Where one does, or the changed values are refused together,
    each half of them is tried. Of several that make a difference only together, the column is `*`.
    """
    before = result(function, frames, kinds)
    assert before is not None, "the function fails on its own inputs"
    every = [(asset, column) for asset, frame in frames.items() for column in frame.columns]
    alike: dict[tuple[Place, ...], list[str]] = {}
    for name in before:
        alike.setdefault(tuple(one for one in every if (name, *one) not in known), []).append(name)

    def search(places: Sequence[Place], names: Sequence[str], number: int) -> set[Edge]:
        changed = with_changes(frames, places, seed, number)
        after = result(function, changed, kinds)
        suspects = [name for name in names if name in differing(before, after)]
        suspects = [name for name in suspects if is_certain(function, frames, changed, kinds, name)]
        if len(places) == 1 or (after is not None and not suspects):
            return {(name, *places[0]) for name in suspects}
        halves = (places[: len(places) // 2], places[len(places) // 2 :])
        found = set().union(*(search(half, names if after is None else suspects, number) for half in halves))
        return found | {(name, "*", "*") for name in suspects if name not in {edge[0] for edge in found}}

    tried = [(places, names, number) for places, names in alike.items() if places for number in ways]
    return set().union(*(search(*one) for one in tried))


def with_changes(
    frames: Mapping[str, pl.DataFrame], places: Sequence[Place], seed: int, number: int
) -> dict[str, pl.DataFrame]:
    """Give frames with other values in some columns; those of a column depend on nothing but itself."""

    def column(asset: str, series: pl.Series) -> pl.Series:
        if (asset, series.name) not in places:
            return series
        rng = random.Random(f"{seed}{asset}{series.name}{number}")  # noqa: S311 - chance decides what is tried
        return changed_series(series, rng, number)

    return {asset: pl.DataFrame([column(asset, one) for one in frame]) for asset, frame in frames.items()}


def differing(before: Mapping[str, list[Any]], after: Mapping[str, list[Any]] | None) -> list[str]:
    """Name the columns of a result that another one has otherwise; none where that was refused."""
    return [] if after is None else [name for name in before if not same(before[name], after.get(name))]


def is_certain(
    function: Callable[..., Any],
    frames: Mapping[str, Any],
    changed: Mapping[str, Any],
    kinds: Mapping[str, str],
    name: str,
) -> bool:
    """Say whether a column always has the same values, and never those after a change, however often it is computed."""

    def told(given: Mapping[str, Any]) -> str:
        return repr((result(function, given, kinds) or {}).get(name))

    before = told(frames)
    # What chance decides is mostly seen at once
    return all(told(frames) == before != told(changed) for _ in range(8))


def result(
    function: Callable[..., Any], frames: Mapping[str, pl.DataFrame], kinds: Mapping[str, str]
) -> dict[str, list[Any]] | None:
    """Give the columns of what a function gives, or None where it refuses its inputs."""
    try:
        value = function(
            **{
                name: convert(frame.clone(), cast("FrameKind", kinds.get(name, "lazy")))
                for name, frame in frames.items()
            }
        )
        frame: Any = convert(value, "polars")
    except Exception:  # noqa: BLE001 - a changed value may be refused: that tells nothing of columns
        return None
    except BaseException as panic:
        if type(panic).__name__ == "PanicException":
            return None
        raise
    return {name: frame[name].to_list() for name in frame.columns}


def same(one: list[Any], other: list[Any] | None) -> bool:
    return repr(one) == repr(other)  # a NaN is itself here


def changed_series(series: pl.Series, rng: random.Random, number: int) -> pl.Series:
    """Give a column of the same type and length with other values."""
    values = series.to_list()
    if number == 0:
        shuffled = values[:]
        rng.shuffle(shuffled)
        if shuffled != values:
            return pl.Series(series.name, shuffled, dtype=series.dtype)
    if number == 1:  # one value
        place = rng.randrange(len(values))
        values[place] = other_value(values[place], values, rng)
        return pl.Series(series.name, values, dtype=series.dtype)
    if number == 2:  # nulls
        place = rng.randrange(len(values))
        return pl.Series(
            series.name, [None if index == place else value for index, value in enumerate(values)], dtype=series.dtype
        )
    return pl.Series(series.name, [other_value(value, values, rng) for value in values], dtype=series.dtype)


def other_value(value: Any, values: list[Any], rng: random.Random) -> Any:  # noqa: PLR0911 - one for each type
    import datetime

    match value:
        case bool():
            return not value
        case int():
            return value + rng.choice((-7, -1, 1, 2, 5, 40))
        case float():
            return value + rng.choice((-3.5, -0.25, 1.75, 100.0))
        case str():
            return rng.choice(
                (f"{value}x", value[::-1] + "q", "Z" + value, *[item for item in values if isinstance(item, str)])
            )
        case bytes():
            return value + b"x"
        case datetime.datetime() | datetime.date():
            return value + datetime.timedelta(days=rng.choice((-40, 1, 3, 31, 400)))
        case list():
            return (
                [*value, rng.choice(value)]
                if value and rng.random() < 0.5
                else [other_value(item, value, rng) for item in value]
            )
        case dict():
            return {key: other_value(item, [], rng) for key, item in value.items()}
    return next((item for item in values if item is not None), None)
