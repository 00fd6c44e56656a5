"""Figures of a column that is seen in batches: distinct values, mean and deviation, quartiles, bounds."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from platform_core.values import dataclass, field

QUANTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}

# Up to this many distinct values, and rows for quantiles, are all looked at
MOST_DISTINCT = 65_536
MOST_SAMPLED = 131_072

_WAITING = 131_072
_HASHES = 1 << 64
_GOLDEN, _CIRCLE = 2_654_435_769, 1 << 32


@dataclass(slots=True)
class Distinct:
    """Distinct values by their hashes: all where they are few, else those of a share of all hashes, times that share.

    A value belongs to the share by its hash, so however often it stands in the data it is counted once or not at all.
    At least 32,768 are kept, which leaves a standard error of some 0.5 %.
    """

    ratio: int = 1
    waiting: int = 0
    parts: list[pl.Series] = field(default_factory=list)

    def add(self, hashes: pl.Series) -> None:
        """Take the hashes of a batch."""
        self.parts.append(hashes if self.ratio == 1 else hashes.filter(hashes < _HASHES // self.ratio))
        self.waiting += len(self.parts[-1])
        if self.waiting > _WAITING:
            self._settle()

    def count(self) -> int:
        """Give how many there are."""
        self._settle()
        return self.waiting * self.ratio

    def _settle(self) -> None:
        kept = pl.concat(self.parts).unique() if self.parts else pl.Series(dtype=pl.UInt64)
        while len(kept) > MOST_DISTINCT:
            self.ratio *= 2
            kept = kept.filter(kept < _HASHES // self.ratio)
        self.parts, self.waiting = [kept], len(kept)


@dataclass(slots=True)
class Moments:
    """Mean and standard deviation, merged batch by batch."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, numbers: pl.Series) -> None:
        """Take the numbers of a batch."""
        values = numbers.cast(pl.Float64)
        count = len(values) - values.null_count()
        if not count:
            return
        mean, spread = float(values.mean() or 0.0), float(values.var(ddof=0) or 0.0)  # type: ignore[arg-type]  # floats
        total, apart = self.count + count, mean - self.mean
        self.mean += apart * count / total
        self.squares += spread * count + apart * apart * self.count * count / total
        self.count = total

    def figures(self) -> dict[str, float | None]:
        """Give `mean` and `deviation`; None where there are too few numbers."""
        deviation = math.sqrt(self.squares / (self.count - 1)) if self.count > 1 and self.squares >= 0 else None
        if self.count > 1 and math.isnan(self.squares):
            deviation = math.nan
        return {"mean": self.mean if self.count else None, "deviation": deviation}


@dataclass(slots=True)
class Column:
    """All figures of one column.

    Attributes:
        dtype: Its type.
        values: Whether values are wanted, or counts alone.
        bounds: Whether the least and the greatest value are wanted too.
    """

    dtype: pl.DataType
    values: bool
    bounds: bool
    distinct: Distinct = field(default_factory=Distinct)
    moments: Moments = field(default_factory=Moments)
    sample: list[pl.Series] = field(default_factory=list)
    least: Any = None
    greatest: Any = None

    def add(self, column: pl.Series, chosen: pl.Series | None) -> None:
        """Take a batch, and which of its rows are of the sample; all, where that is None."""
        named = isinstance(self.dtype, pl.Categorical | pl.Enum)
        self.distinct.add((column.cast(pl.String) if named else column).hash())
        if not self.values:
            return
        if self.bounds:
            ordered = column.to_physical() if self.dtype.is_temporal() else column
            self.least = _chosen(min, self.least, ordered.min())
            self.greatest = _chosen(max, self.greatest, ordered.max())
        if self.dtype.is_numeric():
            self.moments.add(column)
        if self.dtype.is_numeric() or self.dtype.is_temporal():
            self.sample.append(column if chosen is None else column.filter(chosen))

    def figures(self) -> dict[str, Any]:
        """Give the figures by name."""
        figures: dict[str, Any] = {"distinct": self.distinct.count()}
        if not self.values:
            return figures
        bounds = [self.least, self.greatest]
        if self.dtype.is_temporal() and self.least is not None:
            ends = pl.Series(bounds, dtype=pl.Int64).cast(self.dtype)
            bounds = [_value_at(ends, place) for place in (0, 1)]
        figures |= {"least": bounds[0], "greatest": bounds[1]}
        if self.dtype.is_numeric():
            figures |= self.moments.figures()
        if self.sample:
            values = pl.concat(self.sample).drop_nulls()
            values = (values.drop_nans() if self.dtype.is_float() else values).sort()
            for what, share in QUANTILES.items():
                figures[what] = _value_at(values, round(share * (len(values) - 1))) if len(values) else None
        return figures


def sampled(first: int, height: int, rows: int) -> pl.Series | None:
    """Say which of the rows from the first one on belong to a sample of some 131,072; None for all of them.

    The golden ratio spreads them evenly over the rows, whatever period the data has.
    """
    if rows <= MOST_SAMPLED:
        return None
    places = pl.select(pl.int_range(first, first + height, dtype=pl.UInt64)).to_series()
    return ((places * _GOLDEN) & (_CIRCLE - 1)) < _CIRCLE * MOST_SAMPLED // rows


def _value_at(values: pl.Series, place: int) -> Any:
    """Give a value, or the number it is stored as where Python has none, as for a day beyond its years."""
    try:
        return values[place]
    except (ValueError, OverflowError, pl.exceptions.PanicException):
        return values.to_physical()[place]


def _chosen(choose: Any, known: Any, found: Any) -> Any:
    return known if found is None else found if known is None else choose(known, found)
