"""Columns of Python objects as Arrow arrays, with a form beside them that says which objects they were.

A column may be of one sort: text, whole numbers, dates, lists of such things, dictionaries of such things. Numbers of
several types may stand together, and whatever stands for a missing value (`None`, NaN, `pd.NA`, NaT) may stand
anywhere; which of them stood where is part of the form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import numpy as np
import pandas
import pyarrow as pa

from platform_core.pandas_parquet import nested
from platform_core.pandas_parquet.nested import ABSENT
from platform_core.pandas_parquet.packing import packed, unpacked
from platform_core.pandas_parquet.refusals import Unstorable
from platform_core.pandas_parquet.scalars import SCALAR_DECODERS, SCALAR_ENCODERS, encode_numpy

Json = Any
pd: Any = pandas  # dispatch on types at run time is beyond what the stubs describe

_EXACT = 2**53  # a float holds whole numbers up to here
_MISSING: dict[str, Any] = {
    "None": None,
    "NaN": float("nan"),
    "NA": pd.NA,
    "NaT": pd.NaT,
    "float64": np.float64("nan"),
    "absent": ABSENT,
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
        form["which"] = packed(kinds.index(mark) for mark in marks if mark is not None)
    return _spread(array, [mark is None for mark in marks]), form


def decode_objects(array: Any, form: Json) -> list[Any]:
    """Give the Python objects that `encode_objects` took."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    valid = array.is_valid().to_pylist()
    present = iter(_decode_present(array.drop_null() if "missing" in form else array, form))
    kinds = form.get("missing", ())
    if not kinds:
        return list(present)
    which = iter(unpacked(form["which"])) if "which" in form else iter(lambda: 0, 1)
    return [next(present) if there else _MISSING[kinds[next(which)]] for there in valid]


def _mark(value: Any) -> str | None:
    """Name what a value is that stands for no value, or None where it is one."""
    if value is None:
        return "None"
    if value is pd.NA:
        return "NA"
    if value is pd.NaT:
        return "NaT"
    if value is ABSENT:
        return "absent"
    kind = type(value)
    if (kind is float or kind is np.float64) and value != value:  # noqa: PLR0124 - the test for NaN
        return "NaN" if kind is float else "float64"
    return None


def _encode_present(values: list[Any], types: list[type]) -> tuple[pa.Array, dict[str, Json]]:
    if len(types) > 1:
        return _encode_family(values, types)
    [kind] = types
    if kind in SCALAR_ENCODERS:
        array, form = SCALAR_ENCODERS[kind](values)
        return array, {"of": kind.__name__, **form}
    if kind in _NESTED_ENCODERS:
        array, form = _NESTED_ENCODERS[kind](values, encode_objects)
        return array, {"of": kind.__name__, **form}
    if issubclass(kind, np.generic):
        return encode_numpy(values)
    if kind is np.ndarray:
        return nested.encode_arrays(values, encode_objects)
    if kind in {pd.Timestamp, pd.Timedelta, pd.Period}:
        return _encode_pandas(values)
    raise Unstorable(
        f"objects of type {kind.__name__}", "{} = {}.astype(str), or keep what makes them as plain columns"
    )


def _decode_present(array: Any, form: Json) -> Iterable[Any]:
    of = form["of"]
    if isinstance(of, list):
        makers = [_maker(name) for name in of]
        return [makers[code](value) for code, value in zip(unpacked(form["codes"]), array.to_pylist(), strict=True)]
    if of in SCALAR_DECODERS:
        return SCALAR_DECODERS[of](array, form)
    if of in _NESTED_DECODERS:
        return _NESTED_DECODERS[of](array, form, decode_objects)
    if of == "column":
        return _decode_pandas(array, form)
    return map(_maker(of), array.to_pylist())


def _maker(name: str) -> Callable[[Any], Any]:
    return _NAMED.get(name) or np.dtype(name).type


def _name(kind: type) -> str:
    return kind.__name__ if kind in SCALAR_ENCODERS else np.dtype(kind).str


def _encode_family(values: list[Any], types: list[type]) -> tuple[pa.Array, dict[str, Json]]:
    """Encode values of several types that one type of Arrow holds all the same, as whole numbers and floats."""
    families = {next((name for name, members in _FAMILIES.items() if kind in members), None) for kind in types}
    numbers = families == {"whole", "number"}
    if (len(families) > 1 and not numbers) or None in families:
        names = ", ".join(kind.__name__ for kind in types)
        raise Unstorable(f"values of several types ({names})", "{} = {}.astype(str)")
    if numbers and any(abs(int(value)) > _EXACT for value in values if type(value) in _FAMILIES["whole"]):
        raise Unstorable("floats beside whole numbers of more than 53 bits", "{} = {}.astype(str)")
    plain = [float(value) if numbers else _plain(value) for value in values]
    array = SCALAR_ENCODERS[type(plain[0])](plain)[0]
    # int and float first: their names say more than numpy's
    types = sorted(types, key=lambda kind: (kind not in SCALAR_ENCODERS, kind.__name__))
    places = {kind: place for place, kind in enumerate(types)}
    if types[:2] == [float, int]:
        types[:2], places = [int, float], places | {int: 0, float: 1}
    return array, {"of": [_name(kind) for kind in types], "codes": packed(places[type(value)] for value in values)}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _encode_pandas(values: list[Any]) -> tuple[pa.Array, dict[str, Json]]:
    """Encode pandas' own objects as the column that they make together."""
    from platform_core.pandas_parquet.columns import encode_column  # noqa: PLC0415 - columns hold objects, and objects columns

    made = pd.array(values)
    if isinstance(made, pd.arrays.NumpyExtensionArray) or not all(
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


def _spread(array: pa.Array, there: list[bool]) -> pa.Array:
    """Put nulls between the values of an array, where `there` says that there is none."""
    if not any(there):
        return pa.nulls(len(there), array.type)
    mask = np.array(there)
    places = np.cumsum(mask) - 1
    return array.take(pa.array(places, mask=~mask))


_NESTED_ENCODERS: dict[type, Callable[[list[Any], nested.Encode], tuple[pa.Array, Json]]] = {
    **dict.fromkeys((list, tuple), nested.encode_lists),
    **dict.fromkeys((set, frozenset), nested.encode_sets),
    dict: nested.encode_dicts,
    pd.Interval: nested.encode_intervals,
}
_NESTED_DECODERS: dict[str, Callable[[Any, Json, nested.Decode], Iterable[Any]]] = {
    **{kind.__name__: nested.lists_decoder(kind) for kind in (list, tuple, set, frozenset)},
    "dict": nested.decode_dicts,
    "ndarray": nested.decode_arrays,
    "Interval": nested.decode_intervals,
}
