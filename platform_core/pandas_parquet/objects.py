"""Columns of Python objects as Arrow arrays, with a form beside them that says which objects they were.

A column may be of one sort: text, whole numbers, dates, lists of such things, dictionaries of such things. Numbers of
several types may stand together, and whatever stands for a missing value (`None`, NaN, `pd.NA`, NaT) may stand
anywhere; which of them stood where is part of the form.
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
import zlib
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any, cast

import numpy as np
import pandas
import pyarrow as pa

from platform_core.pandas_parquet.refusals import Unstorable
from platform_core.pandas_parquet.zones import zone_form, zone_of

Json = Any
pd: Any = pandas  # dispatch on types at run time is beyond what the stubs describe

_MOST_FIELDS = 1000
_EXACT = 2**53
_WHOLE = 10**38
_ABSENT = object()  # a key that a dictionary lacks
_MISSING: dict[str, Any] = {
    "None": None,
    "NaN": float("nan"),
    "NA": pd.NA,
    "NaT": pd.NaT,
    "float64": np.float64("nan"),
    "absent": _ABSENT,
}
_FAMILIES: dict[str, frozenset[type]] = {
    "text": frozenset({str, np.str_}),
    "truth": frozenset({bool, np.bool_}),
    "whole": frozenset({int} | {np.dtype(f"{sign}{width}").type for sign in "iu" for width in (1, 2, 4, 8)}),
    "number": frozenset({float, np.float16, np.float32, np.float64}),
}
_NAMED: dict[str, type] = {kind.__name__: kind for kind in (str, bool, int, float)}


def encode_objects(values: Sequence[Any]) -> tuple[pa.Array, Json]:
    """Give Python objects as an Arrow array, and the form that makes the same objects of it again.

    Raises:
        Unstorable: They are of several sorts, or of one that Arrow has no type for.

    >>> encode_objects(["a", None])[1], encode_objects([1, 2.5])[1]["of"]
    ({'of': 'str', 'missing': ['None']}, ['int', 'float'])
    """
    marks = [_mark(value) for value in values]
    present = [value for value, mark in zip(values, marks, strict=True) if mark is None]
    types = sorted(set(map(type, present)), key=lambda kind: kind.__name__)
    array, form = pa.nulls(0), cast("dict[str, Json]", {"of": "nothing"})
    if types:
        array, form = _encode_present(present, types)
    kinds = sorted({mark for mark in marks if mark is not None})
    if not kinds:
        return array, form
    form["missing"] = kinds
    if len(kinds) > 1:
        form["which"] = _packed(kinds.index(mark) for mark in marks if mark is not None)
    return _spread(array, [mark is None for mark in marks]), form


def decode_objects(array: Any, form: Json) -> list[Any]:
    """Give the Python objects that `encode_objects` took."""
    valid = array.is_valid().to_pylist()
    present = iter(_decode_present(array.drop_null() if "missing" in form else array, form))
    kinds = form.get("missing", ())
    if not kinds:
        return list(present)
    which = iter(_unpacked(form["which"])) if "which" in form else iter(lambda: 0, 1)
    return [next(present) if there else _MISSING[kinds[next(which)]] for there in valid]


def _mark(value: Any) -> str | None:
    """Name what a value is that stands for no value, or None where it is one."""
    if value is None:
        return "None"
    if value is pd.NA:
        return "NA"
    if value is pd.NaT:
        return "NaT"
    if value is _ABSENT:
        return "absent"
    kind = type(value)
    if (kind is float or kind is np.float64) and value != value:  # noqa: PLR0124 - the test for NaN
        return "NaN" if kind is float else "float64"
    return None


def _encode_present(values: list[Any], types: list[type]) -> tuple[pa.Array, dict[str, Json]]:
    if len(types) > 1:
        return _encode_family(values, types)
    [kind] = types
    if kind in _ENCODERS:
        array, form = _ENCODERS[kind](values)
        return array, {"of": _name(kind), **form}
    if issubclass(kind, np.generic):
        return _encode_numpy(values)
    if issubclass(kind, np.ndarray):
        return _encode_ndarrays(values)
    if kind in {pd.Timestamp, pd.Timedelta, pd.Period}:
        return _encode_pandas(values)
    raise Unstorable(
        f"objects of type {kind.__name__}", "{} = {}.astype(str), or keep what makes them as plain columns"
    )


def _decode_present(array: Any, form: Json) -> Iterable[Any]:
    of = form["of"]
    if isinstance(of, list):
        makers = [_maker(name) for name in of]
        return [makers[code](value) for code, value in zip(_unpacked(form["codes"]), array.to_pylist(), strict=True)]
    if of in _DECODERS:
        return _DECODERS[of](array, form)
    return map(_maker(of), array.to_pylist())


def _maker(name: str) -> Callable[[Any], Any]:
    return _NAMED.get(name) or np.dtype(name).type


def _name(kind: type) -> str:
    return kind.__name__ if kind in _ENCODERS else np.dtype(kind).str


def _encode_family(values: list[Any], types: list[type]) -> tuple[pa.Array, dict[str, Json]]:
    """Encode values of several types that one type of Arrow holds all the same, as whole numbers and floats."""
    families = {next((name for name, members in _FAMILIES.items() if kind in members), None) for kind in types}
    numbers = families == {"whole", "number"}
    if (len(families) > 1 and not numbers) or None in families:
        names = ", ".join(kind.__name__ for kind in types)
        raise Unstorable(f"values of several types ({names})", "{} = {}.astype(str)")
    if numbers and any(abs(value) > _EXACT for value in values if type(value) in _FAMILIES["whole"]):
        raise Unstorable("floats beside whole numbers of more than 53 bits", "{} = {}.astype(str)")
    plain = [float(value) if numbers else _plain(value) for value in values]
    array = _ENCODERS[type(plain[0])](plain)[0]
    # int and float first: their names say more than numpy's
    types = sorted(types, key=lambda kind: (kind not in _ENCODERS, kind.__name__))
    places = {kind: place for place, kind in enumerate(types)}
    if types[:2] == [float, int]:
        types[:2], places = [int, float], places | {int: 0, float: 1}
    return array, {"of": [_name(kind) for kind in types], "codes": _packed(places[type(value)] for value in values)}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


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
    form = {} if set(exponents) == {-scale} else {"exponents": [_text(exponents)]}
    return pa.array(values, pa.decimal128(max(width, 1), scale)), form


def _decode_decimals(array: Any, form: Json) -> Iterable[Decimal]:
    values = array.to_pylist()
    if "exponents" not in form:
        return values  # type: ignore[no-any-return]  # pyarrow ships no types
    exponents = map(int, zlib.decompress(base64.b64decode(form["exponents"][0])).decode().split())
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
        return pa.array(values, pa.timestamp("us")), {}
    instants = [value.astimezone(dt.UTC) for value in values]
    return pa.array(instants, pa.timestamp("us", "UTC")), {"zone": forms[0]}


def _decode_moments(array: Any, form: Json) -> Iterable[dt.datetime]:
    values = array.to_pylist()
    if "zone" not in form:
        return values  # type: ignore[no-any-return]  # pyarrow ships no types
    zone: Any = zone_of(form["zone"])
    return [value.astimezone(zone) for value in values]


def _encode_times(values: list[dt.time]) -> tuple[pa.Array, Json]:
    if any(value.tzinfo is not None for value in values):
        raise Unstorable("times of day with a time zone", "{} = {}.astype(str)")
    return pa.array(values, pa.time64("us")), {}


def _encode_complex(values: list[complex]) -> tuple[pa.Array, Json]:
    parts = [pa.array([getattr(value, part) for value in values], pa.float64()) for part in ("real", "imag")]
    return pa.StructArray.from_arrays(parts, ["real", "imag"]), {}


def _encode_numpy(values: list[Any]) -> tuple[pa.Array, dict[str, Json]]:
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


def _encode_pandas(values: list[Any]) -> tuple[pa.Array, dict[str, Json]]:
    """Encode pandas' own objects as the column that they make together."""
    from platform_core.pandas_parquet.columns import encode_column  # noqa: PLC0415 - columns hold objects, and objects columns

    made = pd.array(values)
    if made.dtype == object or not all(
        type(a) is type(b) and a == b and getattr(a, "unit", 0) == getattr(b, "unit", 0)
        for a, b in zip(values, made, strict=True)
    ):
        raise Unstorable(
            f"objects of type {type(values[0]).__name__} that differ in unit, zone or closed side",
            "{} = {}.astype(str)",
        )
    array, form = encode_column(made)
    return array, {"of": "column", "form": form}


def _decode_pandas(array: Any, form: Json) -> Iterable[Any]:
    from platform_core.pandas_parquet.columns import decode_column  # noqa: PLC0415 - as above

    return pd.Series(decode_column(array, form["form"])).tolist()  # type: ignore[no-any-return]  # untyped here


def _encode_intervals(values: list[Any]) -> tuple[pa.Array, Json]:
    closed = {value.closed for value in values}
    if len(closed) > 1:
        raise Unstorable("intervals closed on different sides", "{} = {}.astype(str)")
    left, left_form = encode_objects([value.left for value in values])
    right, right_form = encode_objects([value.right for value in values])
    array = pa.StructArray.from_arrays([left, right], ["left", "right"])
    return array, {"left": left_form, "right": right_form, "closed": closed.pop()}


def _decode_intervals(array: Any, form: Json) -> Iterable[Any]:
    flat = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    left, right = (decode_objects(part, form[side]) for part, side in zip(flat.flatten(), _SIDES, strict=True))
    return [pd.Interval(*bounds, closed=form["closed"]) for bounds in zip(left, right, strict=True)]


_SIDES = ("left", "right")


def _encode_lists(values: list[Any]) -> tuple[pa.Array, Json]:
    items, form = encode_objects(list(chain.from_iterable(values)))
    return _nested(values, items), {"items": form}


def _encode_sets(values: list[Any]) -> tuple[pa.Array, Json]:
    return _encode_lists([sorted(value, key=lambda item: (type(item).__name__, repr(item))) for value in values])


def _decode_lists(make: Callable[[list[Any]], Any]) -> Callable[[Any, Json], Iterable[Any]]:
    def decode(array: Any, form: Json) -> Iterable[Any]:
        items = decode_objects(_flat(array), form["items"])
        return [make(items[start:end]) for start, end in _bounds(array)]

    return decode


def _encode_ndarrays(values: list[Any]) -> tuple[pa.Array, dict[str, Json]]:
    dtypes = {value.dtype for value in values}
    kind = next(iter(dtypes)).kind
    if len(dtypes) > 1 or kind not in "biufO" or any(value.ndim != 1 for value in values):
        raise Unstorable("arrays of several dimensions or types", "{} = {}.map(list)")
    if kind == "O":
        array, form = _encode_lists(values)
        return array, {"of": "ndarray", "dtype": "O", **form}
    [dtype] = dtypes
    items = pa.array(np.concatenate(values).astype(dtype.newbyteorder("=")), from_pandas=False)
    return _nested(values, items), {"of": "ndarray", "dtype": dtype.str}


def _decode_ndarrays(array: Any, form: Json) -> Iterable[Any]:
    if form["dtype"] == "O":
        return _decode_lists(_object_array)(array, form)
    items = _flat(array).to_numpy(zero_copy_only=False)
    return [items[start:end].astype(form["dtype"]) for start, end in _bounds(array)]


def _object_array(values: Sequence[Any]) -> Any:
    made = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        made[place] = value
    return made


def _encode_dicts(values: list[dict[Any, Any]]) -> tuple[pa.Array, Json]:
    """Encode dictionaries as structs with all their keys; which keys each had, in which order, is in the form."""
    shapes = {keys: place for place, keys in enumerate(dict.fromkeys(tuple(value) for value in values))}
    keys = list(dict.fromkeys(chain.from_iterable(shapes)))
    advice = "{} = {}.map(json.dumps), or make columns of them with pd.json_normalize"
    if not all(type(key) is str for key in keys):
        raise Unstorable("dictionaries whose keys are not text", advice)
    if not keys:
        raise Unstorable("empty dictionaries only", advice)
    if len(keys) > _MOST_FIELDS or len(shapes) > _MOST_FIELDS:
        raise Unstorable(f"dictionaries with more than {_MOST_FIELDS} different keys", advice)
    fields = [encode_objects([value.get(key, _ABSENT) for value in values]) for key in keys]
    form: dict[str, Json] = {"fields": [field for _, field in fields], "shapes": [list(shape) for shape in shapes]}
    if len(shapes) > 1:
        form["codes"] = _packed((shapes[tuple(value)] for value in values), "<u2")
    return pa.StructArray.from_arrays([array for array, _ in fields], keys), form


def _decode_dicts(array: Any, form: Json) -> Iterable[dict[str, Any]]:
    flat = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    names = [flat.type.field(place).name for place in range(flat.type.num_fields)]
    columns = [decode_objects(part, field) for part, field in zip(flat.flatten(), form["fields"], strict=True)]
    by_name = dict(zip(names, columns, strict=True))
    codes = _unpacked(form["codes"], "<u2") if "codes" in form else [0] * len(flat)
    return [{key: by_name[key][row] for key in form["shapes"][code]} for row, code in enumerate(codes)]


def _nested(values: list[Any], items: pa.Array) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum([len(value) for value in values])])
    if len(items) < 2**31:
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items)
    return pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), items)


def _flat(array: Any) -> Any:
    flat = array.flatten()
    return flat.combine_chunks() if isinstance(flat, pa.ChunkedArray) else flat


def _bounds(array: Any) -> Iterable[tuple[int, int]]:
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy to load, and only lists need it

    ends = np.cumsum(pc.list_value_length(array).to_numpy()).tolist()
    return zip([0, *ends][: len(ends)], ends, strict=True)


def _spread(array: pa.Array, there: list[bool]) -> pa.Array:
    """Put nulls between the values of an array, where `there` says that there is none."""
    if not any(there):
        return pa.nulls(len(there), array.type)
    mask = np.array(there)
    places = np.cumsum(mask) - 1
    return array.take(pa.array(places, mask=~mask))


def _packed(codes: Iterable[int], dtype: str = "u1") -> str:
    return base64.b64encode(zlib.compress(np.fromiter(codes, dtype=dtype).tobytes(), 9)).decode("ascii")


def _unpacked(text: str, dtype: str = "u1") -> list[int]:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=dtype).tolist()  # type: ignore[no-any-return]


def _text(numbers: Iterable[int]) -> str:
    return base64.b64encode(zlib.compress(" ".join(map(str, numbers)).encode(), 9)).decode("ascii")


def _as(arrow: pa.DataType) -> Callable[[list[Any]], tuple[pa.Array, Json]]:
    return lambda values: (pa.array(values, arrow), {})


_ENCODERS: dict[type, Callable[[list[Any]], tuple[pa.Array, Json]]] = {
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
    list: _encode_lists,
    tuple: _encode_lists,
    set: _encode_sets,
    frozenset: _encode_sets,
    dict: _encode_dicts,
    pd.Interval: _encode_intervals,
}
_DECODERS: dict[str, Callable[[Any, Json], Iterable[Any]]] = {
    "nothing": lambda array, form: [],
    "complex": lambda array, form: [complex(value["real"], value["imag"]) for value in array.to_pylist()],
    "bytes": lambda array, form: array.to_pylist(),
    "bytearray": lambda array, form: list(map(bytearray, array.to_pylist())),
    "Decimal": _decode_decimals,
    "date": lambda array, form: array.to_pylist(),
    "datetime": _decode_moments,
    "timedelta": lambda array, form: array.to_pylist(),
    "time": lambda array, form: array.to_pylist(),
    "UUID": lambda array, form: map(uuid.UUID, array.to_pylist()),
    "list": _decode_lists(list),
    "tuple": _decode_lists(tuple),
    "set": _decode_lists(set),
    "frozenset": _decode_lists(frozenset),
    "dict": _decode_dicts,
    "Interval": _decode_intervals,
    "ndarray": _decode_ndarrays,
    "column": _decode_pandas,
    "ticks": lambda array, form: np.array(array.to_pylist(), dtype="int64").view(form["dtype"]),
}
