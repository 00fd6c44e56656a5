"""Python and numpy objects of one type as Arrow arrays: text, numbers, moments, and what else a cell may hold."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from platform_core.pandas_parquet.packing import packed, unpacked
from platform_core.pandas_parquet.refusals import Unstorable
from platform_core.pandas_parquet.zones import zone_form, zone_of

Json = Any

_WHOLE = 10**38


def encode_numpy(values: list[Any]) -> tuple[pa.Array, dict[str, Json]]:
    """Encode numpy's scalars of one type.

    Raises:
        Unstorable: They are of several widths or units, or of a type that is no data.
    """
    dtypes = {value.dtype for value in values}
    kind = next(iter(dtypes)).kind
    if kind == "U":
        return _encode_text([str(value) for value in values])[0], {"of": "<U0"}
    if len(dtypes) > 1 or kind not in "biufMm":
        raise Unstorable(f"objects of type {type(values[0]).__name__}", "{} = {}.astype(str)")
    plain = np.array(values)
    if kind in "Mm":
        unit = np.datetime_data(plain.dtype)[0]
        return pa.array(plain.astype("int64")), {"of": "ticks", "dtype": f"{kind}8[{unit}]"}
    return pa.array(plain, from_pandas=False), {"of": plain.dtype.newbyteorder("<").str}


def _encode_text(values: list[str]) -> tuple[pa.Array, Json]:
    try:
        return pa.array(values, pa.large_string() if sum(map(len, values)) > _LARGE else pa.string()), {}
    except UnicodeEncodeError:
        raise Unstorable(
            "text that is no Unicode (lone surrogates)", '{} = {}.str.encode("utf-8", "replace")'
        ) from None


_LARGE = 2**29  # characters: four bytes each at most, and offsets count to 2**31


def _encode_whole(values: list[int]) -> tuple[pa.Array, Json]:
    least, most = min(values), max(values)
    if least >= -(2**63) and most < 2**63:
        return pa.array(values, pa.int64()), {}
    if least >= 0 and most < 2**64:
        return pa.array(values, pa.uint64()), {}
    if least > -_WHOLE and most < _WHOLE:
        return pa.array(map(Decimal, values), pa.decimal128(38, 0)), {}
    raise Unstorable("whole numbers of more than 38 digits", "{} = {}.astype(str)")


def _encode_decimals(values: list[Decimal]) -> tuple[pa.Array, Json]:
    advice = "{} = {}.astype(str)"
    if not all(value.is_finite() for value in values) or any(value.is_signed() and not value for value in values):
        raise Unstorable("decimals that are infinite, NaN or minus zero", advice)
    exponents = [int(value.as_tuple().exponent) for value in values]
    scale = max(0, -min(exponents))
    digits = max(len(value.as_tuple().digits) + exponent for value, exponent in zip(values, exponents, strict=True))
    width = max(digits, 0) + scale
    if width > 38:
        raise Unstorable("decimals of more than 38 digits", advice)
    form = {} if set(exponents) == {-scale} else {"exponents": packed(exponents, "<i8")}
    return pa.array(values, pa.decimal128(max(width, 1), scale)), form


def _decode_decimals(array: Any, form: Json) -> Iterable[Decimal]:
    values = array.to_pylist()
    if "exponents" not in form:
        return values  # type: ignore[no-any-return]  # pyarrow ships no types
    exponents = unpacked(form["exponents"], "<i8")
    return [_scaled(value, exponent) for value, exponent in zip(values, exponents, strict=True)]


def _scaled(value: Decimal, exponent: int) -> Decimal:
    sign, _, own = value.as_tuple()
    number = int(value.scaleb(-int(own)).copy_abs())
    shift = int(own) - exponent
    digits = number * 10**shift if shift >= 0 else number // 10**-shift
    return Decimal((sign, tuple(map(int, str(digits))), exponent))


def _encode_moments(values: list[dt.datetime]) -> tuple[pa.Array, Json]:
    # pytz has an object of its own for each offset of a zone
    forms = [None if zone is None else zone_form(zone) for zone in {value.tzinfo for value in values}]
    if any(form != forms[0] for form in forms):
        raise Unstorable("times of several time zones", "{} = pd.to_datetime({}, utc=True)")
    if forms[0] is None:
        return pa.array(values, pa.timestamp("us")), _folds(values)
    instants = [value.astimezone(dt.UTC) for value in values]
    return pa.array(instants, pa.timestamp("us", "UTC")), {"zone": forms[0], **_folds(values)}


def _decode_moments(array: Any, form: Json) -> Iterable[dt.datetime]:
    values = array.to_pylist()
    if "zone" in form:
        zone: Any = zone_of(form["zone"])
        values = [value.astimezone(zone) for value in values]
    return _folded(values, form)


def _folds(values: list[Any]) -> dict[str, Json]:
    return {"folds": packed(value.fold for value in values)} if any(value.fold for value in values) else {}


def _folded(values: list[Any], form: Json) -> list[Any]:
    if "folds" not in form:
        return values
    return [value.replace(fold=fold) for value, fold in zip(values, unpacked(form["folds"]), strict=True)]


def _encode_times(values: list[dt.time]) -> tuple[pa.Array, Json]:
    if any(value.tzinfo is not None for value in values):
        raise Unstorable("times of day with a time zone", "{} = {}.astype(str)")
    return pa.array(values, pa.time64("us")), _folds(values)


def _encode_complex(values: list[complex]) -> tuple[pa.Array, Json]:
    parts = [pa.array([getattr(value, part) for value in values], pa.float64()) for part in ("real", "imag")]
    return pa.StructArray.from_arrays(parts, ["real", "imag"]), {}


def _as(arrow: pa.DataType) -> Callable[[list[Any]], tuple[pa.Array, Json]]:
    return lambda values: (pa.array(values, arrow), {})


SCALAR_ENCODERS: dict[type, Callable[[list[Any]], tuple[pa.Array, Json]]] = {
    str: _encode_text,
    bool: _as(pa.bool_()),
    int: _encode_whole,
    float: _as(pa.float64()),
    complex: _encode_complex,
    bytes: _as(pa.binary()),
    bytearray: _as(pa.binary()),
    Decimal: _encode_decimals,
    dt.date: _as(pa.date32()),
    dt.datetime: _encode_moments,
    dt.timedelta: _as(pa.duration("us")),
    dt.time: _encode_times,
    uuid.UUID: lambda values: (pa.array([str(value) for value in values]), {}),
}
SCALAR_DECODERS: dict[str, Callable[[Any, Json], Iterable[Any]]] = {
    "nothing": lambda array, form: [],
    "complex": lambda array, form: [complex(value["real"], value["imag"]) for value in array.to_pylist()],
    "bytearray": lambda array, form: list(map(bytearray, array.to_pylist())),
    "Decimal": _decode_decimals,
    "datetime": _decode_moments,
    "time": lambda array, form: _folded(array.to_pylist(), form),
    "UUID": lambda array, form: map(uuid.UUID, array.to_pylist()),
    "ticks": lambda array, form: np.array(array.to_pylist(), dtype="int64").view(form["dtype"]),
    **dict.fromkeys(("bytes", "date", "timedelta"), lambda array, form: array.to_pylist()),
}
