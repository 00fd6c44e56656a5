"""One pandas column, of any type, as an Arrow array and a form that makes the same column of it again."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas
import pyarrow as pa

from platform_core.pandas_json import value_from_json, value_to_json
from platform_core.pandas_parquet.arrow_types import plain_array, type_from_text, type_to_text
from platform_core.pandas_parquet.objects import decode_objects, encode_objects
from platform_core.pandas_parquet.refusals import Unstorable
from platform_core.pandas_parquet.zones import stored_zone, zone_form, zone_of

Json = Any
pd: Any = pandas  # dispatch on types at run time is beyond what the stubs describe

_MISSING = np.iinfo("int64").min  # how NaT is held


def encode_column(values: Any) -> tuple[pa.Array, Json]:
    """Give a pandas column, index or array as an Arrow array, and the form that brings it back.

    Raises:
        Unstorable: No type of Parquet holds it.

    >>> encode_column(pd.Series(["x"], dtype="category"))[1]["category"]["form"]
    {'string': 'pyarrow', 'missing': 'NaN'}
    """
    values = values.array if isinstance(values, pd.Series | pd.Index) else values
    dtype = values.dtype
    if isinstance(values, pd.arrays.NumpyExtensionArray) and not isinstance(dtype, pd.StringDtype):
        values = values.to_numpy()
        dtype = values.dtype
    if isinstance(dtype, np.dtype):
        return _encode_numpy(np.asarray(values))
    for kind, encode in _EXTENSIONS:
        if isinstance(dtype, kind):
            return encode(values)
    raise Unstorable(f"values of type {dtype}", "{} = {}.astype(object)")


def decode_column(array: Any, form: Json) -> Any:
    """Give the pandas array that `encode_column` took; `array` may be chunked."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    if isinstance(form, str):
        return _decode_plain(array, form)
    if "of" in form:
        made = np.empty(len(array), dtype=object)
        for place, value in enumerate(decode_objects(array, form)):
            made[place] = value
        return made
    key = next(iter(form))
    return _DECODERS[key](array, form)


def held(values: Any) -> Json:
    """Give a column as JSON on its own, its values with it: categories, and labels of the header.

    Raises:
        Unstorable: No type of Parquet holds it.
    """
    array, form = encode_column(values)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([pa.field("", array.type)])) as writer:
        writer.write_batch(pa.record_batch([array], names=[""]))
    return {"form": form, "data": base64.b64encode(sink.getvalue().to_pybytes()).decode("ascii")}


def unheld(form: Json) -> Any:
    """Give the pandas array that `held` took."""
    with pa.ipc.open_stream(pa.py_buffer(base64.b64decode(form["data"]))) as reader:
        return decode_column(reader.read_all().column(0), form["form"])


def _encode_numpy(values: Any) -> tuple[pa.Array, Json]:
    dtype = values.dtype
    match dtype.kind:
        case "O":
            return encode_objects(values.tolist() if values.ndim == 1 else list(values))
        case "c" if dtype.itemsize <= 16:
            parts = [pa.array(part.astype("float64"), from_pandas=False) for part in (values.real, values.imag)]
            return pa.StructArray.from_arrays(parts, ["real", "imag"]), dtype.str
        case "M" | "m":
            return _encode_ticks(values.view("int64"), dtype.kind, np.datetime_data(dtype)[0]), dtype.str
        case "b" | "i" | "u" | "f" if dtype.itemsize <= 8:
            return pa.array(values.astype(dtype.newbyteorder("=")), from_pandas=True), dtype.str
    raise Unstorable(f"values of type {dtype}", f"{{}} = {{}}.astype({'complex' if dtype.kind == 'c' else 'float'})")


def _encode_ticks(counts: Any, kind: str, unit: str, zone: str | None = None) -> pa.Array:
    """Encode moments or durations as they are counted; Parquet and Polars know no whole seconds, so they become ms."""
    missing = counts == _MISSING
    if unit == "s":
        if len(counts) and np.abs(np.where(missing, 0, counts)).max() > -_MISSING // 1000:
            raise Unstorable("times further off than milliseconds reach", "{} = {}.astype(str)")
        counts, unit = np.where(missing, 0, counts) * 1000, "ms"
    arrow = pa.timestamp(unit, zone) if kind == "M" else pa.duration(unit)
    return pa.array(counts, pa.int64(), mask=missing).cast(arrow)


def _decode_ticks(array: Any, kind: str, unit: str) -> Any:
    counts = array.cast(pa.int64())
    filled = counts.fill_null(_MISSING).to_numpy()
    if unit == "s":
        filled = np.where(filled == _MISSING, _MISSING, filled // 1000)
    return filled.view(f"{kind}8[{unit}]")


def _decode_plain(array: Any, form: str) -> Any:
    dtype = pd.api.types.pandas_dtype(form)
    if not isinstance(dtype, np.dtype):
        return dtype.__from_arrow__(array)
    if dtype.kind in "Mm":
        return _decode_ticks(array, dtype.kind, np.datetime_data(dtype)[0])
    if dtype.kind == "c":
        real, imaginary = (part.to_numpy(zero_copy_only=False) for part in array.flatten())
        return (real + 1j * np.zeros(len(array)) if not len(array) else _complex(real, imaginary)).astype(dtype)
    return array.to_numpy(zero_copy_only=False).astype(dtype)


def _complex(real: Any, imaginary: Any) -> Any:
    made = np.empty(len(real), dtype="complex128")  # arithmetic would lose the sign of a zero
    made.real, made.imag = real, imaginary
    return made


def _encode_text(values: Any) -> tuple[pa.Array, Json]:
    dtype = values.dtype
    try:
        array = pa.array(values, from_pandas=True)
    except UnicodeEncodeError:
        raise Unstorable(
            "text that is no Unicode (lone surrogates)", '{} = {}.str.encode("utf-8", "replace")'
        ) from None
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array, {"string": dtype.storage, "missing": "NA" if dtype.na_value is pd.NA else "NaN"}


def _decode_text(array: Any, form: Json) -> Any:
    dtype = pd.StringDtype(form["string"], na_value=pd.NA if form["missing"] == "NA" else np.nan)
    return dtype.__from_arrow__(array)


def _encode_masked(values: Any) -> tuple[pa.Array, Json]:
    """Encode nullable floats, in which NaN is not the missing value; pandas' own way to Arrow and back mixes them."""
    missing = values.isna()
    plain = values.to_numpy(dtype=values.dtype.numpy_dtype, na_value=0)
    return pa.array(plain, mask=missing, from_pandas=False), {"masked": str(values.dtype)}


def _decode_masked(array: Any, form: Json) -> Any:
    valid = array.is_valid().to_numpy(zero_copy_only=False)
    plain = array.fill_null(0).to_numpy(zero_copy_only=False).astype(form["masked"].lower())
    return pd.arrays.FloatingArray(plain, ~valid)


def _encode_own(values: Any) -> tuple[pa.Array, Json]:
    """Encode what pandas itself gives Arrow and takes back: nullable whole numbers and truth values, periods."""
    return values.__arrow_array__(), str(values.dtype)


def _encode_zoned(values: Any) -> tuple[pa.Array, Json]:
    zone = zone_form(values.dtype.tz)
    unit = values.dtype.unit
    return _encode_ticks(values.asi8, "M", unit, stored_zone(zone)), {"moments": unit, "zone": zone}


def _decode_zoned(array: Any, form: Json) -> Any:
    plain = pd.DatetimeIndex(_decode_ticks(array, "M", form["moments"]))
    return plain.tz_localize("UTC").tz_convert(zone_of(form["zone"])).array


def _encode_category(values: Any) -> tuple[pa.Array, Json]:
    categories = held(values.categories)
    form = {"category": categories, "ordered": bool(values.ordered)}
    codes = pa.array(values.codes, pa.int32(), mask=values.codes < 0)
    array = encode_column(values.categories)[0]
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return pa.DictionaryArray.from_arrays(codes, array), form
    return array.take(codes), form


def _decode_category(array: Any, form: Json) -> Any:
    held_categories = unheld(form["category"])
    categories = pd.Index(held_categories, dtype=held_categories.dtype, tupleize_cols=False)
    places = {value: place for place, value in enumerate(categories)}

    def codes(values: Any) -> Any:
        present = decode_column(values.drop_null(), form["category"]["form"])
        present = pd.Index(present, dtype=present.dtype, tupleize_cols=False)  # its items are those of the categories
        made = np.full(len(values), -1, dtype="int64")
        made[values.is_valid().to_numpy(zero_copy_only=False)] = [places[value] for value in present]
        return made

    if pa.types.is_dictionary(array.type):
        known = np.append(codes(array.dictionary), -1)
        found = known[array.indices.fill_null(len(known) - 1).to_numpy()]
    else:
        found = codes(array)
    return pd.Categorical.from_codes(found, categories=categories, ordered=form["ordered"])


def _encode_interval(values: Any) -> tuple[pa.Array, Json]:
    left, form = encode_column(values.left)
    right, _ = encode_column(values.right)
    missing = pa.array(values.isna())
    array = pa.StructArray.from_arrays([left, right], ["left", "right"], mask=missing)
    return array, {"interval": form, "closed": values.closed}


def _decode_interval(array: Any, form: Json) -> Any:
    left, right = (pd.Index(decode_column(part, form["interval"])) for part in array.flatten())
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=form["closed"])


def _encode_sparse(values: Any) -> tuple[pa.Array, Json]:
    array, form = encode_column(pd.Series(values.to_dense()).array)
    return array, {"sparse": form, "fill": value_to_json(values.fill_value), "dtype": str(values.dtype.subtype)}


def _decode_sparse(array: Any, form: Json) -> Any:
    dtype = pd.SparseDtype(form["dtype"], value_from_json(form["fill"]))
    return pd.arrays.SparseArray(decode_column(array, form["sparse"]), dtype=dtype)


def _encode_arrow(values: Any) -> tuple[pa.Array, Json]:
    array = values.__arrow_array__()
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    plain = plain_array(array)
    return plain, {"arrow": type_to_text(array.type)}


def _decode_arrow(array: Any, form: Json) -> Any:
    arrow = type_from_text(form["arrow"])
    # types that differ in the names of inner fields only are equal to Arrow, and not to pandas
    array = array if str(array.type) == str(arrow) else array.cast(arrow)
    return pd.arrays.ArrowExtensionArray(pa.chunked_array([array]))


_EXTENSIONS: tuple[tuple[type, Callable[[Any], tuple[pa.Array, Json]]], ...] = (
    (pd.StringDtype, _encode_text),
    (pd.DatetimeTZDtype, _encode_zoned),
    (pd.CategoricalDtype, _encode_category),
    (pd.IntervalDtype, _encode_interval),
    (pd.SparseDtype, _encode_sparse),
    (pd.ArrowDtype, _encode_arrow),
    (pd.PeriodDtype, _encode_own),
    (pd.BooleanDtype, _encode_own),
    *((getattr(pd, f"{sign}Int{width}Dtype"), _encode_own) for sign in ("", "U") for width in (8, 16, 32, 64)),
    *((getattr(pd, f"Float{width}Dtype"), _encode_masked) for width in (32, 64)),
)
_DECODERS: dict[str, Callable[[Any, Json], Any]] = {
    "string": _decode_text,
    "moments": _decode_zoned,
    "category": _decode_category,
    "interval": _decode_interval,
    "sparse": _decode_sparse,
    "arrow": _decode_arrow,
    "masked": _decode_masked,
}
