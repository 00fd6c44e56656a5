"""Which few rows of real frames take a step's code through the most: literals met, numbers straddled, joins matched.

Every value of a row that the code could tell apart is a trait. Rows are taken greedily by the traits that they add,
then some for what one row cannot show: a second row of a group, an exact duplicate, partners in the other frames and
rows that have none.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from platform_core.plain_numbers import is_number

_VALUES = 5_000  # distinct values of a column that are looked at
_FEW = 12  # a column with no more distinct values than this has each of them shown
_PER_TRAIT = 3  # rows remembered for each value
_POOL = 600  # rows compared with each other
_KEYS = 12  # columns compared to find partners

Trait = tuple[str, str]
Traits = dict[Trait, tuple[float, list[int]]]


def choose_rows(
    frames: Mapping[str, pl.DataFrame], literals: Iterable[object], *, rows: int, variant: int = 0
) -> dict[str, list[int]]:
    """Give the numbers of the rows to take from each frame, in the frame's own order.

    >>> frame = pl.DataFrame({"state": ["open"] * 5 + ["shut"], "fee": [1, 2, 3, 9, 9, 9]})
    >>> chosen = choose_rows({"fees": frame}, ["shut", 3], rows=3)["fees"]
    >>> 5 in chosen, len(chosen)
    (True, 3)
    """
    return Chooser(frames, literals).choose(rows, variant)


class Chooser:
    """Chooses rows of the same frames for several sizes; what it learned of a frame is kept.

    Args:
        frames: The frames by name.
        literals: The literals of the code.
    """

    def __init__(self, frames: Mapping[str, pl.DataFrame], literals: Iterable[object]) -> None:
        self._frames = frames
        self._literals = list(literals)
        self._traits: dict[str, Traits] = {}
        self._keys: dict[tuple[str, str], list[tuple[str, str, float]]] = {}
        self._twins: dict[str, dict[int, int]] = {}

    def choose(self, rows: int, variant: int = 0) -> dict[str, list[int]]:
        """Give the numbers of the rows to take from each frame, in the frame's own order."""
        chosen: dict[str, list[int]] = {}
        for name, frame in self._frames.items():
            earlier = [(other, taken) for other, taken in chosen.items() if taken]
            chosen[name] = (
                list(range(frame.height)) if frame.height <= rows else self._choose(name, earlier, rows, variant)
            )
        return chosen

    def _choose(self, name: str, earlier: Sequence[tuple[str, Sequence[int]]], rows: int, variant: int) -> list[int]:
        frame = self._frames[name]
        if name not in self._traits:
            self._traits[name] = _traits(frame, self._literals)
            self._twins[name] = _twins(frame)
        traits = self._traits[name]
        twins = self._twins[name] if rows >= 4 else {}
        taken: list[int] = []
        for other, rows_of_other in earlier:
            pairs = self._pairs(name, other)
            _add(taken, _partners(frame, self._frames[other], pairs, rows_of_other, rows // 2, variant), rows - 1)
            _add(taken, _strangers(frame, self._frames[other], pairs), rows - 1)
        reserved = 1 if rows < 12 else 3
        for row in _greedy(traits, taken, rows, variant):
            if len(taken) >= rows - reserved - bool(twins):
                break
            _add(taken, [row], rows)
        for anchor in list(taken)[:reserved]:
            _add(taken, _siblings(frame, anchor, taken), rows - bool(twins))
        if twins:
            pair = next(((row, twins[row]) for row in taken if row in twins), next(iter(twins.items())))
            taken = [row for row in taken if row not in pair][: rows - 2] + list(pair)
        _add(taken, _greedy(traits, taken, rows, variant), rows)
        _add(taken, range(frame.height), rows)
        return sorted(taken)

    def _pairs(self, name: str, other: str) -> list[tuple[str, str, float]]:
        if (name, other) not in self._keys:
            self._keys[name, other] = _keys(self._frames[name], self._frames[other])
        return self._keys[name, other]


def _add(taken: list[int], more: Iterable[int], most: int) -> None:
    for row in more:
        if len(taken) < most and row not in taken:
            taken.append(row)


def _greedy(traits: Traits, taken: Sequence[int], rows: int, variant: int) -> list[int]:
    """Give rows in the order in which they add the most traits that the rows taken do not show."""
    of_row: defaultdict[int, dict[Trait, float]] = defaultdict(dict)
    for trait, (weight, holders) in traits.items():
        for row in holders:
            of_row[row][trait] = weight
    pool = sorted(of_row, key=lambda row: (-sum(of_row[row].values()), row))[:_POOL]
    worth = {trait: weight for trait, (weight, _) in traits.items()}
    for row in taken:
        for trait in of_row.get(row, ()):
            worth[trait] *= 0.05
    order: list[int] = []
    left = [row for row in pool if row not in taken]
    while left and len(order) < rows:
        ranked = sorted(left, key=lambda row: (-sum(worth[trait] for trait in of_row[row]), row))
        row = ranked[variant % len(ranked) if not order else 0]
        order.append(row)
        left.remove(row)
        for trait in of_row[row]:
            worth[trait] *= 0.05
    return order


def _traits(frame: pl.DataFrame, literals: Sequence[object]) -> Traits:
    texts = sorted({text for text in literals if isinstance(text, str) and text.strip()})
    numbers = sorted({n for n in literals if is_number(n) and math.isfinite(n)})
    days = sorted({day for literal in literals if (day := _day_of(literal)) is not None})
    traits: Traits = {}
    for column in frame.get_columns():
        values = _values_of(column)
        few = len(values) <= _FEW
        shown = _marks(values, texts, numbers, days)
        for value_place, (_, holders) in enumerate(values):
            for mark, weight in shown[value_place]:
                known = traits.setdefault((column.name, mark), (weight, []))
                if len(known[1]) < 4 * _PER_TRAIT:
                    known[1].extend(holders)
            if few:
                traits[column.name, f"value {value_place}"] = (0.5, holders)
    return traits


def _values_of(column: pl.Series) -> list[tuple[Any, list[int]]]:
    """Give the distinct values of a column, in order of appearance, each with its first rows."""
    if column.dtype.is_nested() or column.dtype == pl.Object:
        plain = pl.Series(column.name, [None if value is None else "nested" for value in column])
        return _values_of(plain)
    if isinstance(column.dtype, pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    found = (
        column.alias("value")
        .to_frame()
        .with_row_index("row")
        .group_by("value", maintain_order=True)
        .agg(pl.col("row").head(_PER_TRAIT))
    )
    nulls = found.filter(pl.col("value").is_null())
    return list(pl.concat([nulls, found.filter(pl.col("value").is_not_null()).head(_VALUES)]).iter_rows())


def _marks(
    values: Sequence[tuple[Any, list[int]]], texts: Sequence[str], numbers: Sequence[float], days: Sequence[dt.date]
) -> list[list[tuple[str, float]]]:
    """Give for each distinct value what marks it out, with a weight."""
    marks: list[list[tuple[str, float]]] = [[] for _ in values]
    ordered = [
        (number, place)
        for place, (value, _) in enumerate(values)
        if (number := _number_of(value)) is not None and not math.isnan(number)
    ]
    if ordered:
        _straddle(marks, sorted(ordered), numbers, "number")
    dated = [(day.toordinal(), place) for place, (value, _) in enumerate(values) if (day := _day_of(value)) is not None]
    if dated:
        _straddle(marks, sorted(dated), [day.toordinal() for day in days], "day")
    for place, (value, _) in enumerate(values):
        if value is None:
            marks[place].append(("null", 2))
        elif isinstance(value, str):
            marks[place] += _text_marks(value, texts)
        elif isinstance(value, float) and not math.isfinite(value):
            marks[place].append((str(value), 2))
    return marks


def _text_marks(value: str, texts: Sequence[str]) -> list[tuple[str, float]]:
    if not value.strip():
        return [("blank", 2)]
    marks: list[tuple[str, float]] = [(f"is {text}", 3) for text in texts if value == text]
    lowered = value.lower()
    marks += [
        (f"has {text}", 2 if value.startswith(text) or value.endswith(text) else 1.5)
        for text in texts
        if text != value and (text.lower() in lowered if len(text) > 2 else value.startswith(text))
    ]
    if value != value.strip():
        marks.append(("spaces", 1.5))
    return marks or [("other", 1)]


def _straddle(
    marks: list[list[tuple[str, float]]], ordered: Sequence[tuple[float, int]], walls: Sequence[float], what: str
) -> None:
    """Mark between or at which literals each value lies, and the least and greatest."""
    for key, position in ordered:
        place = bisect_left(walls, key)
        at = place < len(walls) and walls[place] == key
        marks[position].append((f"{what} {'at' if at else 'before'} {place}", 2 if at else 1.5))
    marks[ordered[0][1]].append((f"least {what}", 1))
    marks[ordered[-1][1]].append((f"greatest {what}", 1))


def _number_of(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e300 else None
    if isinstance(value, str) and len(value) < 30:
        try:
            return float(value)
        except ValueError:
            return None
    return None


def _day_of(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str) and len(value) >= 10:
        try:
            return dt.datetime.fromisoformat(value).date()
        except ValueError:
            return None
    return None


def _twins(frame: pl.DataFrame) -> dict[int, int]:
    """Give rows that have an exact duplicate, each with the next such row."""
    try:
        groups = (
            frame.with_row_index("\x00row")
            .group_by(frame.columns, maintain_order=True)
            .agg(pl.col("\x00row").head(2))
            .filter(pl.col("\x00row").list.len() > 1)
        )
    except pl.exceptions.PolarsError:
        return {}
    return dict(groups["\x00row"].head(_POOL).to_list()) if groups.height else {}


def _keys(frame: pl.DataFrame, other: pl.DataFrame) -> list[tuple[str, str, float]]:
    """Give pairs of columns that two frames could be joined on, each with how much a match tells."""
    pairs: list[tuple[str, str, float]] = []
    for left in frame.get_columns():
        if not (left.dtype in (pl.String, pl.Date) or left.dtype.is_integer()):
            continue
        mine = set(left.drop_nulls().unique(maintain_order=True).head(_VALUES))
        same = [left.name] if left.name in other.columns else []
        for name in same or other.columns:
            right = other.get_column(name)
            if right.dtype != left.dtype or (not same and left.dtype != pl.String):
                continue
            theirs = set(right.drop_nulls().unique(maintain_order=True).head(_VALUES))
            shared = len(mine & theirs)
            if shared and (same or (shared > 2 and 2 * shared >= min(len(mine), len(theirs)))):
                pairs.append((left.name, name, math.log2(1 + len(mine))))
    return sorted(pairs, key=lambda pair: -pair[2])[:_KEYS]


def _partners(
    frame: pl.DataFrame,
    other: pl.DataFrame,
    pairs: Sequence[tuple[str, str, float]],
    rows_of_other: Sequence[int],
    most: int,
    variant: int,
) -> list[int]:
    """Give rows that agree with every second row taken from the other frame on the columns that they share."""
    if not pairs:
        return []
    partners = []
    for row in list(rows_of_other)[variant % 2 :: 2][:most]:
        values = other.row(row, named=True)
        known = [(mine, values[theirs], weight) for mine, theirs, weight in pairs if values[theirs] is not None]
        if known:  # a sum of no columns is an error to Polars
            score = pl.sum_horizontal(
                (pl.col(mine) == pl.lit(value, dtype=frame.schema[mine])).fill_null(value=False).cast(pl.Float64)
                * weight
                for mine, value, weight in known
            )
            scores = frame.select(score.alias("score")).to_series()
            best = scores.arg_max()
            if best is not None and scores[best]:
                partners.append(best)
    return partners


def _strangers(frame: pl.DataFrame, other: pl.DataFrame, pairs: Sequence[tuple[str, str, float]]) -> list[int]:
    """Give a row whose most telling key the other frame does not hold, where there is one."""
    for mine, theirs, _ in pairs:
        alone = frame.get_column(mine).is_in(other.get_column(theirs).unique().implode()).fill_null(value=True)
        first = (~alone).arg_max()
        if first is not None and not alone[first]:
            return [first]
    return []


def _siblings(frame: pl.DataFrame, anchor: int, taken: Sequence[int]) -> list[int]:
    """Give the row that agrees with the anchor on the most columns, though not on nearly all of them."""
    names = [name for name, dtype in frame.schema.items() if dtype == pl.String or dtype.is_integer()][:30]
    if not names:
        return []
    values = frame.row(anchor, named=True)
    agree = pl.sum_horizontal(
        pl.col(name).eq_missing(pl.lit(values[name], dtype=frame.schema[name])).cast(pl.Int32) for name in names
    )
    scores = frame.select(agree.alias("score")).with_row_index("row")
    found = scores.filter(pl.col("score") < len(names), ~pl.col("row").is_in(list(taken)))
    apart = found.filter(pl.col("score") <= len(names) * 3 // 4)
    return (apart if apart.height else found).sort("score", "row", descending=[True, False]).head(1)["row"].to_list()
