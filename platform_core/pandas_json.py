"""pandas columns and indexes as JSON that a reviewer can read, without the loss of a type.

Types are named as pandas names them. An object column may hold any mix of Python values: what JSON has no form for is
written as an object with one key that names its type (`{"decimal": "1.20"}`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas
import polars as pl
import pyarrow as pa

from platform_core.errors import UserError
from platform_core.pandas_parquet.arrow_types import plain_array, type_from_text, type_to_text
from platform_core.pandas_parquet.refusals import Unstorable
from platform_core.pandas_parquet.zones import zone_form, zone_of
from platform_core.polars_json import (
    Json,
    float_from_json,
    float_to_json,
    series_from_json,
    stamp_from_text,
    stamp_to_text,
    type_from_json,
    type_to_json,
    values_to_json,
)

pd: Any = pandas  # dispatch on types at run time is beyond what the stubs describe
_MISSING = np.iinfo("int64").min  # how NaT is held


def type_to_form(dtype: Any) -> Json:  # noqa: PLR0911 -- one return for each type
    """Give a pandas type as JSON.

    Raises:
        UserError: The type has no such form.

    >>> type_to_form(pd.CategoricalDtype(["low", "high"], ordered=True))
    {'category': 'str', 'values': ['low', 'high'], 'ordered': True}
    """
    if isinstance(dtype, pd.CategoricalDtype):
        inner = pd.Series(dtype.categories)
        return {
            "category": type_to_form(inner.dtype),
            "values": column_to_json(inner),
            "ordered": bool(dtype.ordered),
        }
    if isinstance(dtype, pd.ArrowDtype):
        empty = _arrow_series(pd.array([], dtype=dtype))
        return {"arrow": _arrow_name(dtype), "polars": type_to_json(empty.dtype)}
    if isinstance(dtype, pd.StringDtype):
        name = "string" if dtype.na_value is pd.NA else "str"
        return name if dtype.storage == "pyarrow" else {"text": name, "storage": dtype.storage}
    if isinstance(dtype, pd.IntervalDtype):
        return {"interval": type_to_form(dtype.subtype), "closed": dtype.closed}
    if isinstance(dtype, pd.SparseDtype):
        return {"sparse": type_to_form(dtype.subtype), "fill": value_to_json(dtype.fill_value)}
    if isinstance(dtype, pd.DatetimeTZDtype):
        zone = _storable(zone_form, dtype.tz)
        plain = zone == {"fixed": 0} or (zone == {"zoneinfo": str(dtype.tz)} and str(dtype.tz) != "UTC")
        return str(dtype) if plain else {"moments": dtype.unit, **zone}
    if isinstance(dtype, np.dtype) and dtype.byteorder == ">":
        return dtype.str
    if isinstance(dtype, pd.PeriodDtype) or str(dtype).lower() in _SIMPLE:
        return str(dtype)
    if isinstance(dtype, np.dtype) and dtype.kind in "Mm":
        return str(dtype)
    raise UserError(
        f"A pandas column of type {type(dtype).__name__} cannot be written as JSON.",
        hint="Cast it to a type that holds data.",
    )


_SIMPLE = frozenset(
    {"object", "bool", "boolean", "float16", "float32", "float64", "complex64", "complex128"}
    | {f"{sign}int{width}" for sign in ("", "u") for width in (8, 16, 32, 64)}
)


def type_from_form(form: Json) -> Any:  # noqa: PLR0911 -- one return for each type
    """Give the pandas type that `type_to_form` wrote.

    >>> type_from_form("datetime64[us, UTC]")
    datetime64[us, UTC]
    """
    if isinstance(form, dict):
        if "arrow" in form:
            return _arrow_type(form["arrow"])
        if "moments" in form:
            return pd.DatetimeTZDtype(form["moments"], zone_of({key: form[key] for key in form if key != "moments"}))
        if "text" in form:
            return pd.StringDtype(form["storage"], na_value=pd.NA if form["text"] == "string" else np.nan)
        if "interval" in form:
            return pd.IntervalDtype(type_from_form(form["interval"]), closed=form["closed"])
        if "sparse" in form:
            return pd.SparseDtype(type_from_form(form["sparse"]), value_from_json(form["fill"]))
        categories = column_from_json(form["values"], form["category"])
        index = pd.Index(categories, dtype=categories.dtype, tupleize_cols=False)
        return pd.CategoricalDtype(index, ordered=form["ordered"])
    return pd.StringDtype(na_value=np.nan) if form == "str" else pd.api.types.pandas_dtype(form)


def column_to_json(column: Any) -> list[Json]:  # noqa: PLR0911 -- one return for each type
    """Give the values of a pandas column as JSON, one for each row."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        inner = column_to_json(pd.Series(dtype.categories))
        return [None if code < 0 else inner[code] for code in column.cat.codes]
    if isinstance(dtype, pd.ArrowDtype):
        return values_to_json(_arrow_series(column.array))
    if isinstance(dtype, pd.DatetimeTZDtype) or (isinstance(dtype, np.dtype) and dtype.kind == "M"):
        unit = dtype.unit if isinstance(dtype, pd.DatetimeTZDtype) else np.datetime_data(np.dtype(dtype))[0]
        return [None if count == _MISSING else _stamp(count, unit) for count in column.astype("int64").tolist()]
    if isinstance(dtype, np.dtype) and dtype.kind == "m":
        return [None if count == _MISSING else count for count in column.astype("int64").tolist()]
    if isinstance(dtype, pd.PeriodDtype):
        return [None if value is pd.NaT else str(value) for value in column]
    if isinstance(dtype, pd.IntervalDtype):
        ends = zip(*(column_to_json(pd.Series(end)) for end in (column.array.left, column.array.right)), strict=True)
        return [None if missing else list(pair) for pair, missing in zip(ends, column.isna(), strict=True)]
    if isinstance(dtype, pd.SparseDtype):
        return column_to_json(pd.Series(column.array.to_dense()))
    if isinstance(dtype, pd.StringDtype):
        return [value if isinstance(value, str) else None for value in column]
    if str(dtype) == "object":
        return [value_to_json(value) for value in column]
    if str(dtype).startswith("complex"):
        return [[float_to_json(value.real), float_to_json(value.imag)] for value in column]
    if "float" in str(dtype).lower():
        return [None if value is pd.NA else float_to_json(float(value)) for value in column.array]
    return [None if value is pd.NA else value for value in column.tolist()]


def column_from_json(values: Sequence[Json], form: Json) -> Any:  # noqa: PLR0911 -- one return for each type
    """Give the pandas array that `column_to_json` wrote, for a column or an index."""
    dtype = type_from_form(form)
    if isinstance(dtype, pd.ArrowDtype):
        series = series_from_json("", values, type_from_json(form["polars"]))
        arrow = series.to_arrow()
        return pd.array(arrow if arrow.type == dtype.pyarrow_dtype else arrow.cast(dtype.pyarrow_dtype), dtype=dtype)
    if isinstance(dtype, pd.IntervalDtype):
        return _intervals(values, dtype, form["interval"])
    if isinstance(dtype, pd.SparseDtype):
        return pd.arrays.SparseArray(column_from_json(values, form["sparse"]), dtype=dtype)
    if isinstance(dtype, pd.CategoricalDtype):
        plain = column_from_json([value for value in values if value is not None], form["category"])
        codes = iter(dtype.categories.get_indexer(pd.Index(plain)).tolist())
        return pd.Categorical.from_codes([-1 if value is None else next(codes) for value in values], dtype=dtype)
    if isinstance(dtype, pd.DatetimeTZDtype) or (isinstance(dtype, np.dtype) and dtype.kind in "Mm"):
        return _moments(values, dtype)
    if isinstance(dtype, pd.PeriodDtype):
        return pd.array([pd.NaT if value is None else pd.Period(value, dtype.freq) for value in values], dtype=dtype)
    if form == "object":
        made = np.empty(len(values), dtype=object)
        made[:] = [value_from_json(value) for value in values]
        return made
    if form in ("complex64", "complex128"):
        return np.array([complex(*map(float_from_json, pair)) for pair in values], dtype=dtype)
    if form in ("float16", "float32", "float64"):
        return np.array([float_from_json(value) for value in values], dtype=dtype)
    if form in ("Float32", "Float64"):
        return _masked_floats(values, dtype)
    return pd.array([pd.NA if value is None else value for value in values], dtype=dtype)


def value_to_json(value: Any) -> Json:  # noqa: PLR0911 -- one return for each type
    """Give one Python value as JSON, tagged with its type where JSON has none for it.

    Raises:
        UserError: Objects of the value's type cannot be written; only the type is named.

    >>> value_to_json([1, Decimal("1.20"), dt.date(2025, 1, 31)])
    [1, {'decimal': '1.20'}, {'date': '2025-01-31'}]
    """
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if np.isfinite(value) else {"float": float_to_json(value)}
    if type(value) is list:
        return [value_to_json(item) for item in value]
    if type(value) is dict:
        return {"dict": [[value_to_json(key), value_to_json(item)] for key, item in value.items()]}
    if value is pd.NA or value is pd.NaT:
        return {"missing": "NA" if value is pd.NA else "NaT"}
    if isinstance(value, np.generic):
        inner = value.item()
        if type(inner) in (bool, int, float, str):
            return {"numpy": value.dtype.str, "value": value_to_json(inner)}
    if isinstance(value, np.ndarray):
        return {"array": value.dtype.str, "value": [value_to_json(item) for item in value.tolist()]}
    for name, (kind, encode, _) in _TAGGED.items():
        if type(value) is kind:
            return {name: encode(value)}
    raise UserError(
        f"An object column holds a {type(value).__name__}, which cannot be written as JSON.",
        hint="Turn it into text or numbers first.",
    )


def value_from_json(form: Json) -> Any:  # noqa: PLR0911 -- one return for each type
    """Give the value that `value_to_json` wrote."""
    if isinstance(form, list):
        return [value_from_json(item) for item in form]
    if not isinstance(form, dict):
        return form
    if "numpy" in form:
        return np.dtype(form["numpy"]).type(value_from_json(form["value"]))
    if "array" in form:
        return np.array([value_from_json(item) for item in form["value"]], dtype=form["array"])
    [(name, inner)] = form.items()
    if name == "missing":
        return pd.NA if inner == "NA" else pd.NaT
    if name == "float":
        return float_from_json(inner)
    if name == "dict":
        return {value_from_json(key): value_from_json(item) for key, item in inner}
    return _TAGGED[name][2](inner)


def _storable(give: Callable[[Any], Any], value: Any) -> Any:
    try:
        return give(value)
    except Unstorable as error:
        raise UserError(
            f"A pandas column holds {error.held}, which cannot be written as JSON.",
            hint="Cast it to a type that holds data.",
        ) from None


def _datetime_form(value: dt.datetime) -> Json:
    if value.tzinfo is None:
        return value.isoformat()
    return [value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(), _storable(zone_form, value.tzinfo)]


def _datetime(form: Json) -> dt.datetime:
    if isinstance(form, str):
        return dt.datetime.fromisoformat(form)
    zone: Any = zone_of(form[1])
    return dt.datetime.fromisoformat(form[0]).replace(tzinfo=dt.UTC).astimezone(zone)


_TAGGED: dict[str, tuple[type, Callable[[Any], Json], Callable[[Json], Any]]] = {
    "decimal": (Decimal, str, Decimal),
    "timestamp": (
        pd.Timestamp,
        lambda value: [value.isoformat(), str(value.tz) if value.tz else None, value.unit],
        lambda form: _timestamp(*form),
    ),
    "timedelta": (
        pd.Timedelta,
        lambda value: [int(value.asm8.astype("int64")), value.unit],
        lambda form: pd.Timedelta(np.timedelta64(*form)),
    ),
    "datetime": (dt.datetime, _datetime_form, _datetime),
    "date": (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    "time": (dt.time, dt.time.isoformat, dt.time.fromisoformat),
    "duration": (dt.timedelta, lambda value: value // dt.timedelta(microseconds=1), lambda n: dt.timedelta(0, 0, n)),
    "bytes": (bytes, bytes.hex, bytes.fromhex),
    "bytearray": (bytearray, bytearray.hex, bytearray.fromhex),
    "uuid": (uuid.UUID, str, uuid.UUID),
    "complex": (
        complex,
        lambda value: [float_to_json(value.real), float_to_json(value.imag)],
        lambda form: complex(*map(float_from_json, form)),
    ),
    "period": (pd.Period, lambda value: [str(value), value.freqstr], lambda form: pd.Period(*form)),
    "interval": (
        pd.Interval,
        lambda value: [value_to_json(value.left), value_to_json(value.right), value.closed],
        lambda form: pd.Interval(value_from_json(form[0]), value_from_json(form[1]), form[2]),
    ),
    "frozenset": (
        frozenset,
        lambda value: sorted((value_to_json(item) for item in value), key=repr),
        lambda form: frozenset(value_from_json(item) for item in form),
    ),
    "tuple": (
        tuple,
        lambda value: [value_to_json(item) for item in value],
        lambda form: tuple(value_from_json(item) for item in form),
    ),
    "set": (
        set,
        lambda value: sorted((value_to_json(item) for item in value), key=repr),
        lambda form: {value_from_json(item) for item in form},
    ),
}


def _intervals(values: Sequence[Json], dtype: Any, inner: Json) -> Any:
    present = [value for value in values if value is not None]
    left, right = (iter(pd.Series(column_from_json([pair[end] for pair in present], inner))) for end in (0, 1))
    made = [np.nan if value is None else pd.Interval(next(left), next(right), dtype.closed) for value in values]
    return pd.array(made, dtype=dtype)


def _arrow_series(array: Any) -> pl.Series:
    arrow = array.__arrow_array__()
    return pl.Series(_storable(plain_array, arrow.combine_chunks() if isinstance(arrow, pa.ChunkedArray) else arrow))


def _arrow_name(dtype: Any) -> str:
    """Give the name of a type of Arrow where pandas can read it, else the type as Arrow writes it down."""
    name = str(dtype)
    try:
        return name if pd.api.types.pandas_dtype(name) == dtype else type_to_text(dtype.pyarrow_dtype)
    except (TypeError, NotImplementedError):
        return type_to_text(dtype.pyarrow_dtype)


def _arrow_type(name: str) -> Any:
    return pd.api.types.pandas_dtype(name) if name.endswith("[pyarrow]") else pd.ArrowDtype(type_from_text(name))


def _stamp(count: int, unit: str) -> Json:
    return stamp_to_text(count * 1_000, "ms") if unit == "s" else stamp_to_text(count, unit)


def _moments(values: Sequence[Json], dtype: Any) -> Any:
    zoned = isinstance(dtype, pd.DatetimeTZDtype)
    unit = dtype.unit if zoned else np.datetime_data(np.dtype(dtype))[0]
    if not zoned and dtype.kind == "m":
        counts = [_MISSING if value is None else value for value in values]
    elif unit == "s":
        counts = [_MISSING if value is None else stamp_from_text(value, "ms") // 1_000 for value in values]
    else:
        counts = [_MISSING if value is None else stamp_from_text(value, unit) for value in values]
    plain = np.array(counts, dtype="int64").view(f"M8[{unit}]" if zoned else dtype)
    return pd.DatetimeIndex(plain).tz_localize("UTC").tz_convert(dtype.tz).array if zoned else pd.array(plain)


def _masked_floats(values: Sequence[Json], dtype: Any) -> Any:
    plain = np.array([0.0 if value is None else float_from_json(value) for value in values], dtype=dtype.numpy_dtype)
    return pd.arrays.FloatingArray(plain, np.array([value is None for value in values], dtype=bool))


def _timestamp(text: str, zone: str | None, unit: str) -> Any:
    moment = pd.Timestamp(text)
    return (moment.tz_convert(zone) if zone else moment).as_unit(unit)
