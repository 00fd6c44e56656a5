"""Small frames that stand in for real ones: the same types, shapes and joins, and not one real text.

A generated test needs inputs that make the analyst's code do something, but a person's data may not be committed. So
a few rows are chosen, and then every value in them is replaced. What stands in for what comes from counters and shapes,
so that a guess of a real value cannot be tried out.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from platform_core.errors import UserError
from platform_core.frames import kind_of
from platform_core.plain_numbers import is_whole
from promote.verify.choose import Chooser
from promote.verify.disguise import Disguise, RealText, is_format
from promote.verify.numerals import as_fractions, days_like, noise, numbers_like
from promote.verify.replace import Replacement, replace_frame, take_rows, texts_in, views


def fabricate(
    frames: Mapping[str, Any], literals: Iterable[object], *, rows: int = 8, variant: int = 0, salt: int = 0
) -> dict[str, Any]:
    """Give small made-up frames that take the code through what the real ones would.

    Args:
        frames: The real frames by name: eager Polars or pandas frames.
        literals: What `literals_of` found in the code: these values stay, and numbers and days keep their side of them.
        rows: The most rows that each frame may have.
        variant: Another number prefers other rows.
        salt: Another number gives other values in the same places.

    Returns:
        For each name a frame of the same kind with the same columns and types.

    Raises:
        UserError: A frame is of another kind, or a column holds objects that cannot be replaced.

    >>> import polars as pl
    >>> real = pl.DataFrame({"name": ["Camden", "Leeds", "open"], "fee": [12, 250, 7]})
    >>> made = fabricate({"fees": real}, ["open", 10])["fees"]
    >>> made.schema == real.schema, "open" in made["name"], "Camden" in made["name"]
    (True, True, False)
    """
    known = frozenset(literals)
    chosen = chooser(frames, known).choose(rows, variant)
    return disguised(frames, chosen, known, real_text(frames.values(), known), salt=salt)


def chooser(frames: Mapping[str, Any], literals: frozenset[object]) -> Chooser:
    """Give what chooses rows of real frames.

    Raises:
        UserError: A frame is neither an eager Polars frame nor a pandas one.
    """
    for name, frame in frames.items():
        if kind_of(frame) not in ("polars", "pandas"):
            raise UserError(f"The input {name!r} is a {type(frame).__name__}; only eager frames can be made up.")
    return Chooser({name: views(frame) for name, frame in frames.items()}, literals)


def disguised(
    frames: Mapping[str, Any],
    chosen: Mapping[str, Sequence[int]],
    known: frozenset[object],
    real: RealText,
    *,
    salt: int = 0,
) -> dict[str, Any]:
    """Give some rows of real frames, in the order given, with every value replaced.

    Args:
        frames: The real frames by name.
        chosen: The numbers of the rows of each.
        known: The literals of the code.
        real: What may not occur.
        salt: Another number gives other values in the same places.

    Raises:
        UserError: A column holds objects that cannot be replaced.
    """
    small = {name: take_rows(frame, chosen[name]) for name, frame in frames.items()}
    gathered = _Gathered()
    gathering = _Values(Disguise(known, real, gathered), gathered, known, salt)
    gathering.gathers = True
    for frame in small.values():
        replace_frame(frame, gathering)
    tables = _Made(gathered, known, real, salt)
    values = _Values(Disguise(known, real, tables, salt=salt), tables, known, salt)
    return {name: replace_frame(frame, values) for name, frame in small.items()}


def real_text(frames: Iterable[Any], literals: Iterable[object]) -> RealText:
    """Give the texts of real frames that may occur nowhere."""
    return RealText((text for frame in frames for text in texts_in(frame)), literals)


class _Gathered:
    """The numbers and days of the chosen rows: given back as they are, and remembered."""

    def __init__(self) -> None:
        self.numbers: set[Fraction] = set()
        self.days: set[int] = set()

    def number(self, value: Fraction) -> Fraction:
        self.numbers.add(value)
        return value

    def day(self, ordinal: int) -> int:
        self.days.add(ordinal)
        return ordinal

    def year(self, year: int) -> int:
        self.number(Fraction(year))
        return year

    def side(self, value: Fraction) -> object:
        return value


class _Made:
    """The numbers and days that stand in for what was gathered."""

    def __init__(self, gathered: _Gathered, literals: frozenset[object], real: RealText, salt: int) -> None:
        numbers = as_fractions(literals).values()
        self._days, years = days_like(gathered.days, _literal_days(literals), avoid=real.inside, salt=salt)
        self._numbers = numbers_like(gathered.numbers, numbers, avoid=real.inside, salt=salt, years=years or 28)
        self._walls = sorted({Fraction(0), *numbers})

    def number(self, value: Fraction) -> Fraction:
        return self._numbers[value]

    def day(self, ordinal: int) -> int:
        return self._days[ordinal]

    def year(self, year: int) -> int:
        return int(self._numbers[Fraction(year)])

    def side(self, value: Fraction) -> object:
        return bisect_left(self._walls, value), bisect_right(self._walls, value)


class _Values(Replacement):
    """Which value stands in for which: text through the disguise, numbers and days through the tables."""

    gathers = False

    def __init__(self, disguise: Disguise, tables: _Gathered | _Made, literals: frozenset[object], salt: int) -> None:
        self._disguise = disguise
        self._tables = tables
        self._literals = literals
        self._salt = salt
        self._bytes: dict[bytes, bytes] = {}

    def text(self, value: str) -> str:
        if self.gathers:
            self._disguise.gather(value)
            return value
        return self._disguise.text(value)

    def whole(self, value: int) -> int:
        return int(self._tables.number(Fraction(value)))

    def real(self, value: float) -> float:
        if not math.isfinite(value) or value == 0:
            return value
        return float(self._tables.number(Fraction(value)))

    def decimal(self, value: Decimal) -> Decimal:
        if not value.is_finite() or value == 0:
            return value
        exponent = value.as_tuple().exponent
        if value == value.to_integral_value() or not isinstance(exponent, int):
            made = Decimal(self.whole(int(value)))
            return made.quantize(Decimal(1).scaleb(exponent)) if isinstance(exponent, int) and exponent < 0 else made
        return Decimal(self.text(f"{value:f}"))

    def day(self, ordinal: int) -> int:
        return self._tables.day(ordinal)

    def data(self, value: bytes) -> bytes:
        if value in self._literals or not value:
            return value
        if value not in self._bytes:
            seed = ("bytes", self._salt, len(self._bytes))
            self._bytes[value] = bytes(noise(*seed, place) % 256 for place in range(len(value)))
        return self._bytes[value]


def _literal_days(literals: frozenset[object]) -> set[int]:
    days: set[int] = set()
    for literal in literals:
        if isinstance(literal, dt.date):
            days.add(literal.toordinal())
        elif isinstance(literal, str) and not is_format(literal):
            try:
                days.add(dt.datetime.fromisoformat(literal).toordinal())
            except ValueError:
                continue
        elif is_whole(literal) and 1900 <= literal < 2100:
            days |= {dt.date(literal, 1, 1).toordinal(), dt.date(literal + 1, 1, 1).toordinal()}
    return days
