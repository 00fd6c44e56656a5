"""Lists, sets, arrays, dictionaries and intervals of Python objects as Arrow lists and structs, at any depth.

What stands inside is encoded and decoded by the functions given, which know all sorts of objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas
import pyarrow as pa
import pyarrow.compute as pc

from platform_core.pandas_parquet.packing import packed, unpacked
from platform_core.pandas_parquet.refusals import Unstorable

Json = Any
Encode = Callable[[Sequence[Any]], tuple[pa.Array, Json]]
Decode = Callable[[Any, Json], list[Any]]
pd: Any = pandas  # dispatch on types at run time is beyond what the stubs describe

ABSENT = object()  # a key that a dictionary lacks

_MOST_FIELDS = 1000
_SIDES = ("left", "right")


def encode_lists(values: Sequence[Any], encode: Encode) -> tuple[pa.Array, Json]:
    """Encode lists or tuples: all their items as one array."""
    items, form = encode(list(chain.from_iterable(values)))
    return _nested(values, items), {"items": form}


def encode_sets(values: Sequence[Any], encode: Encode) -> tuple[pa.Array, Json]:
    """Encode sets, as lists in an order that does not change from run to run."""
    return encode_lists([sorted(value, key=lambda item: (type(item).__name__, repr(item))) for value in values], encode)


def encode_arrays(values: Sequence[Any], encode: Encode) -> tuple[pa.Array, dict[str, Json]]:
    """Encode numpy arrays of one dimension and one type.

    Raises:
        Unstorable: They are of another shape or type.
    """
    dtypes = {value.dtype for value in values}
    kind = next(iter(dtypes)).kind
    if len(dtypes) > 1 or kind not in "biufO" or any(value.ndim != 1 for value in values):
        raise Unstorable(
            "arrays of several types, or of other than one dimension", "{} = {}.map(lambda array: array.tolist())"
        )
    if kind == "O":
        array, form = encode_lists(values, encode)
        return array, {"of": "ndarray", "dtype": "O", **form}
    [dtype] = dtypes
    items = pa.array(np.concatenate(values).astype(dtype.newbyteorder("=")), from_pandas=False)
    return _nested(values, items), {"of": "ndarray", "dtype": dtype.str}


def encode_dicts(values: Sequence[dict[Any, Any]], encode: Encode) -> tuple[pa.Array, Json]:
    """Encode dictionaries as structs with all their keys; which keys each had, in which order, is in the form.

    Raises:
        Unstorable: A key is no text, there are no keys at all, or too many to be fields.
    """
    shapes = {keys: place for place, keys in enumerate(dict.fromkeys(tuple(value) for value in values))}
    keys = list(dict.fromkeys(chain.from_iterable(shapes)))
    advice = "{} = {}.map(json.dumps), or columns made of them by pd.json_normalize"
    if not all(type(key) is str for key in keys):
        raise Unstorable("dictionaries whose keys are not text", advice)
    if not keys:
        raise Unstorable("empty dictionaries only", advice)
    if len(keys) > _MOST_FIELDS or len(shapes) > _MOST_FIELDS:
        raise Unstorable(f"dictionaries with more than {_MOST_FIELDS} different keys", advice)
    fields = [encode([value.get(key, ABSENT) for value in values]) for key in keys]
    form: dict[str, Json] = {"fields": [field for _, field in fields], "shapes": [list(shape) for shape in shapes]}
    if len(shapes) > 1:
        form["codes"] = packed((shapes[tuple(value)] for value in values), "<u2")
    return pa.StructArray.from_arrays([array for array, _ in fields], keys), form


def encode_intervals(values: Sequence[Any], encode: Encode) -> tuple[pa.Array, Json]:
    """Encode pandas' intervals as structs of their ends.

    Raises:
        Unstorable: They are closed on different sides.
    """
    closed = {value.closed for value in values}
    if len(closed) > 1:
        raise Unstorable("intervals closed on different sides", "{} = {}.astype(str)")
    ends = [encode([getattr(value, side) for value in values]) for side in _SIDES]
    array = pa.StructArray.from_arrays([end for end, _ in ends], _SIDES)
    return array, {"ends": [form for _, form in ends], "closed": closed.pop()}


def lists_decoder(make: Callable[[list[Any]], Any]) -> Callable[[Any, Json, Decode], Iterable[Any]]:
    """Give a function that makes lists of an array and each of them into what it was."""

    def decoded(array: Any, form: Json, decode: Decode) -> Iterable[Any]:
        items = decode(array.flatten(), form["items"])
        return [make(items[start:end]) for start, end in _bounds(array)]

    return decoded


def decode_arrays(array: Any, form: Json, decode: Decode) -> Iterable[Any]:
    """Give the numpy arrays that `encode_arrays` took."""
    if form["dtype"] == "O":
        return lists_decoder(_object_array)(array, form, decode)
    items = array.flatten().to_numpy(zero_copy_only=False)
    return [items[start:end].astype(form["dtype"]) for start, end in _bounds(array)]


def decode_dicts(array: Any, form: Json, decode: Decode) -> Iterable[dict[str, Any]]:
    """Give the dictionaries that `encode_dicts` took."""
    names = [array.type.field(place).name for place in range(array.type.num_fields)]
    columns = [decode(part, field) for part, field in zip(array.flatten(), form["fields"], strict=True)]
    by_name = dict(zip(names, columns, strict=True))
    codes = unpacked(form["codes"], "<u2") if "codes" in form else [0] * len(array)
    return [{key: by_name[key][row] for key in form["shapes"][code]} for row, code in enumerate(codes)]


def decode_intervals(array: Any, form: Json, decode: Decode) -> Iterable[Any]:
    """Give the intervals that `encode_intervals` took."""
    ends = [decode(part, end) for part, end in zip(array.flatten(), form["ends"], strict=True)]
    return [pd.Interval(*pair, closed=form["closed"]) for pair in zip(*ends, strict=True)]


def _object_array(values: Sequence[Any]) -> Any:
    made = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        made[place] = value
    return made


def _nested(values: Sequence[Any], items: pa.Array) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum([len(value) for value in values])])
    if len(items) < 2**31:
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items)
    return pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), items)


def _bounds(array: Any) -> Iterable[tuple[int, int]]:
    ends = np.cumsum(pc.list_value_length(array).to_numpy()).tolist()
    return zip([0, *ends][: len(ends)], ends, strict=True)
