"""Polars columns as JSON that a reviewer can read, without the loss of a type, a time zone or a bit.

Types are named as Polars names them (`Int64`, `Datetime(us, Europe/London)`); nested types are small objects. Dates
and times are ISO text, in UTC where they carry a zone; decimals are text; bytes are hexadecimal; durations count their
unit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from platform_core.errors import UserError

Json = Any  # what `json` reads and writes

_PLAIN: dict[str, type[pl.DataType]] = {
    kind.__name__: kind
    for kind in (
        *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.UInt128),
        *(pl.Float16, pl.Float32, pl.Float64, pl.String, pl.Boolean, pl.Binary, pl.Date, pl.Time, pl.Null),
    )
}
_TIMED = re.compile(r"(?P<name>Datetime|Duration)\((?P<unit>ms|us|ns)(?:, (?P<zone>.+))?\)")
_DECIMAL = re.compile(r"Decimal\((\d+), (\d+)\)")
_PER_SECOND = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_EPOCH = date(1970, 1, 1)
_ODD_FLOATS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def type_to_json(dtype: pl.DataType) -> Json:  # noqa: PLR0911 -- one return for each type
    """Give a Polars type as JSON.

    Raises:
        UserError: The type has no such form (`Object`, extension types).

    >>> type_to_json(pl.List(pl.Datetime("us", "UTC")))
    {'list': 'Datetime(us, UTC)'}
    """
    match dtype:
        case pl.Datetime():
            return f"Datetime({dtype.time_unit}{', ' + dtype.time_zone if dtype.time_zone else ''})"
        case pl.Duration():
            return f"Duration({dtype.time_unit})"
        case pl.Decimal():
            return f"Decimal({dtype.precision}, {dtype.scale})"
        case pl.Enum():
            return {"enum": dtype.categories.to_list()}
        case pl.Categorical():
            return "Categorical" if dtype.categories.is_global() else {"categorical": _categories(dtype.categories)}
        case pl.List():
            return {"list": type_to_json(_instance(dtype.inner))}
        case pl.Array():
            return {"array": type_to_json(_instance(dtype.inner)), "size": dtype.size}
        case pl.Struct():
            return {"struct": [[field.name, type_to_json(_instance(field.dtype))] for field in dtype.fields]}
    name = type(dtype).__name__
    if name in _PLAIN:
        return name
    raise UserError(f"A column of type {name} cannot be written as JSON.", hint="Cast it to a type that holds data.")


def type_from_json(form: Json) -> pl.DataType:
    """Give the Polars type that `type_to_json` wrote.

    >>> type_from_json("Decimal(10, 2)")
    Decimal(precision=10, scale=2)
    """
    if isinstance(form, str):
        return _named_type(form)
    if "enum" in form:
        return pl.Enum(form["enum"])
    if "categorical" in form:
        known = form["categorical"]
        return pl.Categorical(pl.Categories(known["name"], known["namespace"], _PLAIN[known["physical"]]))
    if "list" in form:
        return pl.List(type_from_json(form["list"]))
    if "array" in form:
        return pl.Array(type_from_json(form["array"]), form["size"])
    return pl.Struct([pl.Field(name, type_from_json(inner)) for name, inner in form["struct"]])


def values_to_json(series: pl.Series) -> list[Json]:  # noqa: PLR0911 -- one return for each type
    """Give the values of a column as JSON, one for each row.

    >>> values_to_json(pl.Series([date(2025, 1, 31), None]))
    ['2025-01-31', None]
    """
    dtype = series.dtype
    match dtype:
        case pl.List() | pl.Array():
            return [None if inner is None else values_to_json(inner) for inner in series]
        case pl.Struct():
            columns = [values_to_json(series.struct.field(field.name)) for field in dtype.fields]
            missing = series.is_null()
            return [None if missing[row] else [column[row] for column in columns] for row in range(len(series))]
        case pl.Datetime():
            physical = series.to_physical().to_list()
            return [_each(value, lambda count: stamp_to_text(count, dtype.time_unit)) for value in physical]
        case pl.Time():
            return [_each(value, _time_to_text) for value in series.to_physical().to_list()]
        case pl.Duration():
            return series.to_physical().to_list()
        case pl.Date():
            return [_each(value, _day_to_json) for value in series.to_physical().to_list()]
        case pl.Decimal():
            return [_each(value, str) for value in series.to_list()]
        case pl.Binary():
            return [_each(value, bytes.hex) for value in series.to_list()]
        case pl.Float16() | pl.Float32() | pl.Float64():
            return [_each(value, float_to_json) for value in series.to_list()]
    return series.to_list()


def series_from_json(name: str, values: Sequence[Json], dtype: pl.DataType) -> pl.Series:  # noqa: PLR0911 -- one return for each type
    """Give the column that `values_to_json` wrote.

    >>> series_from_json("n", ["NaN", 1.5, None], pl.Float64()).to_list()
    [nan, 1.5, None]
    """
    match dtype:
        case pl.List() | pl.Array():
            inner = _instance(dtype.inner)
            made = [_each(value, lambda value: series_from_json("", value, inner)) for value in values]
            return pl.Series(name, made, dtype=pl.List(inner)).cast(dtype)
        case pl.Struct():
            return _struct_from_json(name, values, dtype)
        case pl.Datetime():
            counts = [_each(value, lambda text: stamp_from_text(text, dtype.time_unit)) for value in values]
            return pl.Series(name, counts, dtype=pl.Int64).cast(dtype)
        case pl.Time():
            return pl.Series(name, [_each(value, _time_from_text) for value in values], dtype=pl.Int64).cast(dtype)
        case pl.Duration():
            return pl.Series(name, values, dtype=pl.Int64).cast(dtype)
        case pl.Date():
            return pl.Series(name, [_each(value, _day_from_json) for value in values], dtype=pl.Int32).cast(dtype)
        case pl.Decimal():
            return pl.Series(name, values, dtype=pl.String).cast(dtype)
        case pl.Binary():
            return pl.Series(name, [_each(value, bytes.fromhex) for value in values], dtype=dtype)
        case pl.Float16() | pl.Float32() | pl.Float64():
            return pl.Series(name, [_each(value, float_from_json) for value in values], dtype=pl.Float64).cast(dtype)
    return pl.Series(name, values, dtype=dtype)


def float_to_json(value: float) -> Json:
    """Give a float so that every bit of it can be read back (all not-a-numbers are one)."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def float_from_json(form: Json) -> float:
    """Give the float that `float_to_json` wrote."""
    return _ODD_FLOATS[form] if isinstance(form, str) else float(form)


def stamp_to_text(count: int, unit: str) -> Json:
    """Give a count of units since 1970 as ISO text, or as the count itself outside the years 1 to 9999.

    >>> stamp_to_text(1_500, "ms"), stamp_to_text(-1, "us")
    ('1970-01-01T00:00:01.500', '1969-12-31T23:59:59.999999')
    """
    per_second = _PER_SECOND[unit]
    seconds, rest = divmod(count, per_second)
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return count
    text = moment.replace(tzinfo=None).isoformat()
    return f"{text}.{rest:0{len(str(per_second)) - 1}d}" if rest else text


def stamp_from_text(form: Json, unit: str) -> int:
    """Give the count of units that `stamp_to_text` wrote."""
    if isinstance(form, int):
        return form
    text, _, rest = form.partition(".")
    since = datetime.fromisoformat(text).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * _PER_SECOND[unit] + int(rest or 0)


def _categories(categories: pl.Categories) -> Json:
    """Give what categories are called, and none of them: whatever else uses the name would come along."""
    physical = _instance(categories.physical())
    return {"name": categories.name(), "namespace": categories.namespace(), "physical": type(physical).__name__}


def _named_type(name: str) -> pl.DataType:
    if name in _PLAIN:
        return _PLAIN[name]()
    if name == "Categorical":
        return pl.Categorical()
    if match := _TIMED.fullmatch(name):
        unit: Any = match["unit"]  # the pattern admits the three units only
        return pl.Datetime(unit, match["zone"]) if match["name"] == "Datetime" else pl.Duration(unit)
    if match := _DECIMAL.fullmatch(name):
        return pl.Decimal(int(match[1]), int(match[2]))
    raise UserError(f"No column type is called {name!r}.", hint="Write the file again with write_frame.")


def _struct_from_json(name: str, values: Sequence[Json], dtype: pl.Struct) -> pl.Series:
    if not dtype.fields:
        return pl.Series(name, [_each(value, lambda _: {}) for value in values], dtype=dtype)
    columns = [
        series_from_json(
            field.name, [None if value is None else value[place] for value in values], _instance(field.dtype)
        )
        for place, field in enumerate(dtype.fields)
    ]
    made = pl.DataFrame({column.name: column for column in columns}).to_struct(name)  # a list would rename ""
    if None not in values:
        return made
    present = pl.Series([value is not None for value in values], dtype=pl.Boolean)
    return pl.select(pl.when(present).then(made).otherwise(None).alias(name)).to_series()


def _instance(dtype: Any) -> pl.DataType:
    return dtype if isinstance(dtype, pl.DataType) else dtype()


def _each(value: Any, convert: Callable[[Any], Any]) -> Any:
    return None if value is None else convert(value)


def _day_to_json(days: int) -> Json:
    try:
        return (_EPOCH + timedelta(days=days)).isoformat()
    except OverflowError:
        return days


def _day_from_json(form: Json) -> int:
    return form if isinstance(form, int) else (date.fromisoformat(form) - _EPOCH).days


def _time_to_text(nanoseconds: int) -> str:
    text: str = stamp_to_text(nanoseconds, "ns")
    return text.partition("T")[2]


def _time_from_text(text: str) -> int:
    return stamp_from_text(f"1970-01-01T{text}", "ns")
