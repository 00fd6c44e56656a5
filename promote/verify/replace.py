"""Frames with every value replaced: the walk over columns, nested or not, of Polars and pandas alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol

import polars as pl
import pyarrow as pa

from platform_core.errors import UserError
from platform_core.frames import kind_of

_EPOCH = dt.date(1970, 1, 1).toordinal()
_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


class Replacement(Protocol):
    """What stands in for a value of each sort. Nulls and booleans never come here."""

    def text(self, value: str) -> str:
        """Give the text that stands in for another."""

    def whole(self, value: int) -> int:
        """Give the whole number that stands in for another."""

    def real(self, value: float) -> float:
        """Give the float that stands in for another."""

    def decimal(self, value: Decimal) -> Decimal:
        """Give the decimal that stands in for another."""

    def day(self, ordinal: int) -> int:
        """Give the day (a proleptic ordinal) that stands in for another."""

    def data(self, value: bytes) -> bytes:
        """Give the bytes that stand in for others."""


def replace_frame(frame: Any, values: Replacement) -> Any:
    """Give a Polars or pandas frame with the same columns and types and every value replaced.

    Raises:
        UserError: A column holds objects that cannot be replaced; only their type is named.
    """
    if kind_of(frame) == "polars":
        return frame.with_columns(_series(series, values) for series in frame.get_columns())
    return _pandas(frame, values)


def take_rows(frame: Any, rows: Sequence[int]) -> Any:
    """Give some rows of a frame; row numbers of pandas start at 0 again."""
    if kind_of(frame) == "polars":
        return frame[list(rows)]
    import pandas as pd  # noqa: PLC0415 -- cases without pandas frames never pay for it

    small = frame.iloc[list(rows)]
    if isinstance(frame.index, pd.RangeIndex):
        small = small.set_axis(pd.RangeIndex(len(small), name=frame.index.name))
    return small


def views(frame: Any) -> pl.DataFrame:
    """Give a frame as Polars for choosing rows: columns that Polars cannot hold become their texts."""
    if kind_of(frame) == "polars":
        return pl.DataFrame(frame)
    columns = []
    for place, name in enumerate(frame.columns):
        series = _view(frame.iloc[:, place])
        columns.append(series.alias(f"{name}" if list(frame.columns).count(name) == 1 else f"{name}#{place}"))
    return pl.DataFrame(columns)


def _view(column: Any) -> pl.Series:
    from platform_core.pandas_parquet.columns import encode_column  # noqa: PLC0415 -- as above
    from platform_core.pandas_parquet.refusals import Unstorable  # noqa: PLC0415 -- as above

    try:
        series = pl.Series(encode_column(column)[0])
    except (Unstorable, pa.ArrowException, pl.exceptions.PolarsError, TypeError, ValueError, OverflowError):
        return pl.Series([str(value) for value in column], dtype=pl.String)
    return series.ext.storage() if isinstance(series.dtype, pl.BaseExtension) else series


def texts_in(frame: Any) -> Iterator[str]:
    """Give every distinct text of a frame, nested ones and labels too."""
    if kind_of(frame) == "polars":
        for series in frame.get_columns():
            yield from _texts(series)
        return
    import pandas as pd  # noqa: PLC0415 -- as above

    for column in [*(frame.iloc[:, place] for place in range(frame.shape[1])), *_levels(frame.index)]:
        if isinstance(column.dtype, pd.CategoricalDtype):
            yield from (label for label in column.dtype.categories if isinstance(label, str))
        elif column.dtype == object:
            for value in column:
                yield from _texts_of(value)
        elif isinstance(column.dtype, pd.ArrowDtype):
            yield from _texts(_view(column))
        elif isinstance(column.dtype, pd.StringDtype):
            yield from (value for value in column.unique() if isinstance(value, str))


def _texts(series: pl.Series) -> Iterator[str]:
    match series.dtype:
        case pl.String():
            yield from series.drop_nulls().unique()
        case pl.Categorical():
            yield from series.drop_nulls().unique().cast(pl.String)
        case pl.Enum() as dtype:
            yield from dtype.categories
        case pl.Array():
            yield from _texts(series.drop_nulls().explode())
        case pl.List():
            yield from _texts(series.drop_nulls().explode())
        case pl.Struct() as dtype:
            for field in dtype.fields:
                yield from _texts(series.struct.field(field.name))


def _texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts_of(key)
            yield from _texts_of(item)
    elif isinstance(value, list | tuple | set | frozenset) or type(value).__name__ == "ndarray":
        for item in value:
            yield from _texts_of(item)


def _series(series: pl.Series, values: Replacement) -> pl.Series:  # noqa: C901, PLR0911, PLR0912 -- one case for each type
    dtype, name = series.dtype, series.name
    match dtype:
        case pl.String():
            return pl.Series(name, _all(series.to_list(), values.text), dtype=dtype)
        case pl.Enum():
            labels = {label: values.text(label) for label in dtype.categories}
            made = _all(series.to_list(), labels.__getitem__)
            return pl.Series(name, made, dtype=pl.Enum(list(labels.values())))
        case pl.Categorical():
            return pl.Series(name, _all(series.cast(pl.String).to_list(), values.text), dtype=dtype)
        case pl.List() | pl.Array():
            inner = [None if item is None else _series(item, values) for item in series]
            filled = [item for item in inner if item is not None]
            if not filled:
                return series
            return pl.Series(name, inner, dtype=pl.List(filled[0].dtype)).cast(_like(dtype, filled[0].dtype))
        case pl.Struct():
            return _struct(series, values)
        case pl.Date():
            made = _all(series.to_physical().to_list(), lambda day: values.day(day + _EPOCH) - _EPOCH)
            return pl.Series(name, made, dtype=pl.Int32).cast(dtype)
        case pl.Datetime():
            made = _all(series.to_physical().to_list(), lambda count: _stamp(count, dtype.time_unit, values))
            return pl.Series(name, made, dtype=pl.Int64).cast(dtype)
        case pl.Duration():
            made = _all(series.to_physical().to_list(), lambda count: _span(count, dtype.time_unit, values))
            return pl.Series(name, made, dtype=pl.Int64).cast(dtype)
        case pl.Time():
            made = _all(series.to_physical().to_list(), _clock)
            return pl.Series(name, made, dtype=pl.Int64).cast(dtype)
        case pl.Decimal():
            return pl.Series(name, _all(series.to_list(), values.decimal), dtype=dtype)
        case pl.Binary():
            return pl.Series(name, _all(series.to_list(), values.data), dtype=dtype)
        case pl.Boolean() | pl.Null():
            return series
    if dtype.is_integer():
        return pl.Series(name, _all(series.to_list(), values.whole), dtype=dtype)
    if dtype.is_float():
        return pl.Series(name, _all(series.to_list(), values.real), dtype=pl.Float64).cast(dtype)
    raise UserError(
        f"Column {name!r} is of type {dtype}, which cannot be made up.", hint="Give it a type that holds data."
    )


def _like(dtype: pl.List | pl.Array, inner: pl.DataType) -> pl.DataType:
    return pl.Array(inner, dtype.size) if isinstance(dtype, pl.Array) else pl.List(inner)


def _struct(series: pl.Series, values: Replacement) -> pl.Series:
    fields = [_series(series.struct.field(field.name), values) for field in series.dtype.fields]  # type: ignore[attr-defined]  # a struct has fields
    if not fields:
        return series
    made = pl.DataFrame({field.name: field for field in fields}).to_struct(series.name)  # a list would rename ""
    if not series.null_count():
        return made
    return pl.select(pl.when(series.is_not_null()).then(made).otherwise(None).alias(series.name)).to_series()


def _all(items: Sequence[Any], replace: Callable[[Any], Any]) -> list[Any]:
    return [None if item is None else replace(item) for item in items]


def _stamp(count: int, unit: str, values: Replacement) -> int:
    day, rest = divmod(count, _PER_DAY[unit])
    return (values.day(day + _EPOCH) - _EPOCH) * _PER_DAY[unit] + rest


def _span(count: int, unit: str, values: Replacement) -> int:
    for size in (_PER_DAY[unit], _PER_DAY[unit] // 86_400):
        if count % size == 0:
            return values.whole(count // size) * size
    return values.whole(count)


def _clock(nanoseconds: int) -> int:
    hour, rest = divmod(nanoseconds, 3_600_000_000_000)
    return hour * 3_600_000_000_000 + (rest + 1_020_000_000_000) % 3_600_000_000_000  # 17 minutes on, in the hour


def _pandas(frame: Any, values: Replacement) -> Any:
    import pandas as pd  # noqa: PLC0415 -- as above

    arrays = [_column(frame.iloc[:, place], values) for place in range(frame.shape[1])]
    index = frame.index
    if not isinstance(index, pd.RangeIndex):
        levels = [_column(level, values) for level in _levels(index)]
        index = (
            pd.MultiIndex.from_arrays(levels, names=index.names)
            if index.nlevels > 1
            else pd.Index(levels[0], name=index.name, dtype=levels[0].dtype)
        )
    dtypes = [object if str(dtype) == "object" else None for dtype in frame.dtypes]
    series = {place: pd.Series(array, index=index, dtype=dtypes[place]) for place, array in enumerate(arrays)}
    made = pd.DataFrame(series, index=index)
    made.columns = frame.columns
    return made


def _levels(index: Any) -> list[Any]:
    return [index.get_level_values(place).to_series() for place in range(index.nlevels)]


def _column(column: Any, values: Replacement) -> Any:  # noqa: PLR0911 -- one return for each type
    """Give the array that stands in for a pandas column or index level."""
    import numpy as np  # noqa: PLC0415 -- as above
    import pandas as pd  # noqa: PLC0415 -- as above

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        labels = pd.Index(_column(dtype.categories.to_series(), values))
        return pd.Categorical.from_codes(column.cat.codes, categories=labels, ordered=dtype.ordered)
    if isinstance(dtype, pd.DatetimeTZDtype) or (isinstance(dtype, np.dtype) and dtype.kind in "Mm"):
        replace = _span if getattr(dtype, "kind", "") == "m" else _stamp
        unit = dtype.unit if isinstance(dtype, pd.DatetimeTZDtype) else np.datetime_data(dtype)[0]
        counts = column.astype("int64").tolist()
        missing = column.isna().tolist()
        made = [
            count if gone else replace(count, str(unit), values) for count, gone in zip(counts, missing, strict=True)
        ]
        plain = np.array(made, dtype="int64")
        if isinstance(dtype, pd.DatetimeTZDtype):
            return pd.DatetimeIndex(plain.view(f"M8[{unit}]")).tz_localize("UTC").tz_convert(dtype.tz).array
        return pd.array(plain.view(dtype))
    if isinstance(dtype, pd.IntervalDtype):
        return _intervals(column, values)
    replaced = [_value(value, values) for value in column.tolist()]
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        made_objects = np.empty(len(replaced), dtype=object)
        made_objects[:] = replaced
        return pd.arrays.NumpyExtensionArray(made_objects)
    if isinstance(dtype, pd.Float32Dtype | pd.Float64Dtype):
        missing = column.isna().to_numpy()  # in which NaN is a value
        filled = [0.0 if gone else value for value, gone in zip(replaced, missing, strict=True)]
        return pd.arrays.FloatingArray(np.array(filled, dtype=dtype.name.lower()), missing)
    return pd.array(replaced, dtype=dtype)


def _intervals(column: Any, values: Replacement) -> Any:
    """Give intervals with other ends: as many, in the same order, sharing the ends that they shared."""
    import pandas as pd  # noqa: PLC0415 -- as above

    ends = pd.Series(sorted({end for value in column.dropna() for end in (value.left, value.right)}))
    made = pd.Series(sorted(_column(ends, values))) if len(ends) else ends
    if not made.is_unique:
        raise UserError("The ends of intervals cannot be made up.", hint="Give the bins as literals of the cell.")
    to = dict(zip(ends, made, strict=True))
    moved = [
        pd.Interval(to[value.left], to[value.right], value.closed) if isinstance(value, pd.Interval) else value
        for value in column
    ]
    return pd.array(moved, dtype=column.dtype)


def _value(value: Any, values: Replacement) -> Any:  # noqa: C901, PLR0911, PLR0912 -- one branch for each type
    import pandas as pd  # noqa: PLC0415 -- as above

    if value is None or value is pd.NA or value is pd.NaT or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return values.text(value)
    if isinstance(value, int):
        return values.whole(value)
    if isinstance(value, float):
        return values.real(value)
    if isinstance(value, complex):
        return complex(values.real(value.real), values.real(value.imag))
    if isinstance(value, Decimal):
        return values.decimal(value)
    if isinstance(value, bytes):
        return values.data(value)
    if isinstance(value, pd.Period):
        moved = values.day(value.start_time.toordinal())
        return pd.Period(dt.date.fromordinal(moved), freq=value.freqstr)
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=values.day(value.toordinal()) - value.toordinal())
    if isinstance(value, dt.timedelta):
        return type(value)(seconds=_span(int(value.total_seconds()), "s", values))
    if isinstance(value, dt.time):
        return value.replace(minute=(value.minute + 17) % 60)
    if isinstance(value, dict):
        return {_value(key, values): _value(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_value(item, values) for item in value)
    if type(value).__module__ == "numpy":
        if getattr(value, "ndim", 0):
            made = value.copy()
            made[:] = [_value(item, values) for item in value.tolist()]
            return made
        return type(value)(_value(value.item(), values))
    raise UserError(
        f"A column holds a {type(value).__name__}, which cannot be made up.", hint="Turn it into text or numbers first."
    )
