"""Rows that real data may lack: at and beside the literals of the code, null, blank, twice, without a partner.

Each is a made-up row with one value changed, so nothing real comes in. Only what the code could tell apart is tried:
padded text where something is stripped, other case where case is folded.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from platform_core.frames import kind_of
from platform_core.plain_numbers import is_number, is_whole
from promote.verify.disguise import is_format
from promote.verify.replace import take_rows

_NUMBERS = 6  # literals tried in a column
_WORDS = 14  # text literals tried in a column
_WIDE = 30  # columns; of a wider frame only those that the code names are changed
_SOURCES = 2  # rows that each change is made in

Batch = tuple[str, list[int]]  # what the rows are for, and their numbers


@dataclass(frozen=True, slots=True)
class _Edit:
    """One value of one row changed."""

    why: str
    row: int
    column: int
    value: Any


@dataclass(frozen=True, slots=True)
class Code:
    """What is known of the code: its text, its literals, and which text may occur nowhere."""

    text: str
    literals: frozenset[object]
    avoid: Callable[[str], bool]

    def says(self, *words: str) -> bool:
        """Say whether one of some words stands in the code."""
        return any(word in self.text for word in words)


def with_boundaries(frame: Any, rows: Sequence[int], code: Code) -> tuple[Any, list[Batch]]:
    """Give a made-up frame with further rows at its end, and which are for what.

    Args:
        frame: A made-up frame, Polars or pandas.
        rows: The rows to start from.
        code: What is known of the code.

    >>> code = Code("raw.filter(raw.fee >= 5)", frozenset([5]), lambda text: False)
    >>> more, batches = with_boundaries(pl.DataFrame({"fee": [7, 9]}), [0, 1], code)
    >>> [name for name, _ in batches], 5 in more["fee"], 4 in more["fee"]
    (['twins', 'values', 'nulls', 'strangers'], True, True)
    """
    if not rows:
        return frame, []
    edits = list(_edits(frame, list(rows), code))
    more = _edited(take_rows(frame, [edit.row for edit in edits]), edits)
    if kind_of(frame) == "polars":
        whole = pl.concat([frame, more], how="vertical")
    else:
        import pandas as pd  # noqa: PLC0415 -- cases without pandas frames never pay for it

        whole = pd.concat([frame, more])
        if isinstance(frame.index, pd.RangeIndex):
            whole.index = pd.RangeIndex(len(whole), name=frame.index.name)
    start = len(frame)
    batches: dict[str, list[int]] = {}
    for place, edit in enumerate(edits):
        batches.setdefault(edit.why, []).append(start + place)
    return whole, list(batches.items())


def _edits(  # noqa: C901, PLR0912 -- one loop for each sort of change
    frame: Any, rows: list[int], code: Code
) -> Iterator[_Edit]:
    columns = [_column(frame, place) for place in range(frame.shape[1])]
    names = [str(name) for name in frame.columns]
    tried = [p for p in range(len(names)) if len(names) <= _WIDE or names[p] in code.text]
    for row in rows[:3]:
        yield _Edit("twins", row, 0, columns[0][row]) if columns else _Edit("twins", row, 0, None)
    for turn, place in enumerate(tried):
        for row in _sources(rows, turn):
            for other in _others(columns[place], columns[place][row])[:2]:
                yield _Edit("twins", row, place, other)
    for turn, place in enumerate(tried):
        for row in _sources(rows, turn + 1):
            for value in _values(columns[place], columns[place][row], code):
                yield _Edit("values", row, place, value)
    for turn, place in enumerate(tried):
        if _nullable(frame, place):
            for row in _sources(rows, turn):
                yield _Edit("nulls", row, place, None)
    for turn, place in enumerate(tried):
        for row in _sources(rows, turn + 1):
            stranger = _stranger(columns, columns[place][row], code)
            if stranger is not None:
                yield _Edit("strangers", row, place, stranger)


def _sources(rows: Sequence[int], turn: int) -> list[int]:
    step = max(1, len(rows) // _SOURCES)
    return list(dict.fromkeys(rows[(turn + step * number) % len(rows)] for number in range(_SOURCES)))


def _others(column: Sequence[Any], value: Any) -> list[Any]:
    found: dict[str, Any] = {}
    for other in column:
        told = repr(other)  # an array cannot be asked whether it is another
        if other is not None and told != repr(value) and not (isinstance(other, float) and math.isnan(other)):
            found.setdefault(told, other)
            if len(found) == 2:
                break
    return list(found.values())


def _values(column: Sequence[Any], value: Any, code: Code) -> list[Any]:
    """Give values for a column that the code might tell apart."""
    sample = value if value is not None else next((other for other in column if other is not None), None)
    made: Iterable[Any] = ()
    match sample:
        case bool():
            made = [not sample]
        case int() | float():
            made = _numbers(sample, code)
        case str():
            made = [text for text in _texts(column, sample, code) if text in code.literals or not code.avoid(text)]
        case dt.datetime() | dt.date():
            made = _days(sample, code)
        case dt.timedelta():
            made = [sample * 2, sample * -1]
        case list():
            made = [[], sample + sample]
    return list({repr(item): item for item in made if item != value}.values())


def _numbers(sample: float, code: Code) -> Iterator[float]:
    whole = isinstance(sample, int)
    near = sorted(
        (n for n in code.literals if is_number(n) and math.isfinite(n)),
        key=lambda number: (abs(number - sample), number),
    )[:_NUMBERS]
    for number in near:
        if whole and number == int(number):
            yield from (int(number), int(number) + 1, int(number) - 1)
        elif not whole:
            yield from (float(number), number + 0.5, number - 0.5)
    if code.says("abs", "clip", "<", ">", "sign", "Abs"):
        yield -sample
    yield type(sample)(0)
    if not whole:
        if code.says("round", "//", "floor", "ceil", "Int", "int"):
            yield from (sample + 0.375, math.floor(sample) + 0.5)
        if code.says("nan"):
            yield math.nan


def _texts(column: Sequence[Any], sample: str, code: Code) -> Iterator[str]:
    if "" in code.literals or code.says("strip", "null", "na(", "len"):
        yield ""
    if code.says("strip"):
        yield from (f" {sample} ", "  ")
    known = [text for text in column if isinstance(text, str)]
    words = [w for w in sorted(t for t in code.literals if isinstance(t, str)) if w.strip() and not is_format(w)]
    mine = [w for w in words if any(w.lower() in text.lower() for text in known)]
    if any(w in known for w in mine):  # the column holds what the code lists
        mine += [w for w in words if w not in mine]
    for word in mine[:_WORDS]:
        yield word
        whole = next((text for text in known if word.lower() in text.lower()), word)
        if whole != word:
            yield from (whole, f"{word}{whole[len(word) :]}", f"{whole[: -len(word)]}{word}")
        if code.says("lower", "upper", "casefold", "case", "title", "capital", "(?i)", "ilike"):
            yield from (word.upper(), word.lower(), word.swapcase())
    if code.says("lower", "upper", "casefold", "title", "capital"):
        yield from (sample.upper(), sample.lower(), sample.swapcase())
    if code.says("replace", "sub("):
        yield from (text + text for text in [*mine[:2]])
    try:
        number = float(sample)
    except ValueError:
        return
    if math.isfinite(number):
        texts = [n for n in code.literals if is_number(n)]
        yield from (str(n) for near in sorted(texts)[:_NUMBERS] for n in (near, near + 1, near - 1))
        yield "0"


def _days(sample: dt.date, code: Code) -> Iterator[dt.date]:
    for literal in sorted(_literal_days(code.literals))[:4]:
        for step in (0, 1, -1):
            day = literal + dt.timedelta(days=step)
            if isinstance(sample, dt.datetime):
                yield sample.replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0)
            else:
                yield day
    steps = [1, -1, 7, 31, 366]
    numbers = sorted(n for n in code.literals if is_whole(n) and 1 < n < 4_000)
    for days in dict.fromkeys([*steps, *numbers[:3]]):
        yield sample + dt.timedelta(days=days)
    if isinstance(sample, dt.datetime):
        yield sample + dt.timedelta(hours=5)


def _literal_days(literals: Iterable[object]) -> set[dt.date]:
    found = set()
    for literal in literals:
        if isinstance(literal, dt.date):
            found.add(dt.date(literal.year, literal.month, literal.day))
        elif isinstance(literal, str) and len(literal) >= 10:
            try:
                found.add(dt.date.fromisoformat(literal[:10]))
            except ValueError:
                continue
    return found


def _stranger(columns: Sequence[Sequence[Any]], value: Any, code: Code) -> Any:
    """Give a value in the form of another that stands nowhere, so that nothing joins it."""
    if isinstance(value, bool) or value is None:
        return None
    taken = {repr(item) for column in columns for item in column}
    if isinstance(value, str):
        letters = [place for place, character in enumerate(value) if character.isascii() and character.isalnum()]
        for place in reversed(letters):
            for step in range(1, 6):
                made = value[:place] + _moved(value[place], step) + value[place + 1 :]
                if repr(made) not in taken and made not in code.literals and not code.avoid(made):
                    return made
        return None
    if isinstance(value, int | float) and math.isfinite(value):
        return next((value + n for n in (3, 5, 7, 11, 13) if repr(value + n) not in taken), None)
    return None


def _moved(character: str, step: int) -> str:
    if character.isdigit():
        return str((int(character) + step) % 10)
    base = ord("a") if character.islower() else ord("A")
    return chr(base + (ord(character) - base + step) % 26)


def _column(frame: Any, place: int) -> list[Any]:
    if kind_of(frame) == "polars":
        series = frame.to_series(place)
        return list(series.cast(pl.String)) if isinstance(series.dtype, pl.Categorical | pl.Enum) else series.to_list()
    column = frame.iloc[:, place]
    missing = column.isna().tolist()
    values = column.astype(object).tolist()
    return [None if gone else value for gone, value in zip(missing, values, strict=True)]


def _nullable(frame: Any, place: int) -> bool:
    if kind_of(frame) == "polars":
        return True
    dtype = frame.dtypes.iloc[place]
    return not (hasattr(dtype, "kind") and type(dtype).__module__.startswith("numpy") and dtype.kind in "iub")


def _edited(frame: Any, edits: Sequence[_Edit]) -> Any:
    """Make the edits, one in each row; where a type cannot hold a value the row stays as it is."""
    for place in sorted({edit.column for edit in edits}):
        mine = [(row, edit.value) for row, edit in enumerate(edits) if edit.column == place]
        if kind_of(frame) == "polars":
            frame = frame.replace_column(place, _series(frame.to_series(place), mine))
        else:
            _set(frame, place, mine)
    return frame


def _series(series: pl.Series, values: Sequence[tuple[int, Any]]) -> pl.Series:
    made = series.to_list()
    for row, value in values:
        try:
            pl.Series([value], dtype=series.dtype, strict=True)
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
            continue
        made[row] = value
    return pl.Series(series.name, made, dtype=series.dtype, strict=True)


def _set(frame: Any, place: int, values: Sequence[tuple[int, Any]]) -> None:
    column = frame.iloc[:, place].copy()
    if column.dtype == object:
        held = column.to_numpy(copy=True)
        for row, value in values:
            held[row] = value  # a list or an array as one value, which pandas would spread over rows
        frame.isetitem(place, type(column)(held, index=column.index, dtype=object))
        return
    for row, value in values:
        before = column.dtype
        changed = column.copy()
        try:
            changed.iloc[row] = value
        except (TypeError, ValueError, OverflowError):
            continue
        if changed.dtype == before:
            column = changed
    frame.isetitem(place, column)
