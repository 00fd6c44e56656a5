"""The index and the header of a pandas frame: names, levels, types, and labels that are no text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas
import pyarrow as pa

from platform_core.errors import UserError
from platform_core.pandas_json import value_from_json, value_to_json
from platform_core.pandas_parquet.columns import decode_column, encode_column, held, unheld
from platform_core.pandas_parquet.refusals import Unstorable

Json = Any
pd: Any = pandas  # dispatch on types at run time is beyond what the stubs describe


def encode_index(index: Any) -> tuple[list[pa.Array], Json]:
    """Give the levels of an index as columns, none for unnamed numbers that only count, and a form to make it again.

    Raises:
        Unstorable: A level holds what no Parquet file can hold, or is named by it.
    """
    form: dict[str, Json] = {"names": [_name(name) for name in index.names], "levels": []}
    if isinstance(index, pd.RangeIndex):
        form["range"] = [index.start, index.stop, index.step]
        return ([] if index.name is None else [pa.array(index.to_numpy())]), form
    if isinstance(index, _MAY_BEAT) and index.freq is not None:
        form["freq"] = index.freqstr
    arrays = []
    for level in _levels(index):
        array, told = encode_column(level)
        arrays.append(array)
        form["levels"].append(told)
    return arrays, form | {"multi": isinstance(index, pd.MultiIndex), "dtypes": _dtypes(index), **_orders(index)}


def decode_index(arrays: Sequence[Any], form: Json) -> Any:
    """Give the index that `encode_index` took."""
    names = [value_from_json(name) for name in form["names"]]
    if "range" in form:
        return pd.RangeIndex(*form["range"], name=names[0])
    levels = [decode_column(array, told) for array, told in zip(arrays, form["levels"], strict=True)]
    return _index(levels, names, form)


def encode_header(columns: Any) -> Json:
    """Give the labels of the columns as JSON; None where they are plain text without a name.

    Raises:
        Unstorable: A label is of a type that has no form.
    """
    if type(columns) is pd.Index and columns.name is None and columns.dtype == _TEXT and not columns.hasnans:
        return None
    names = [_name(name) for name in columns.names]
    if isinstance(columns, pd.RangeIndex):
        return {"names": names, "range": [columns.start, columns.stop, columns.step]}
    form: dict[str, Json] = {
        "names": names,
        "multi": isinstance(columns, pd.MultiIndex),
        "dtypes": _dtypes(columns),
        "levels": [],
        **_orders(columns),
    }
    if isinstance(columns, _MAY_BEAT) and columns.freq is not None:
        form["freq"] = columns.freqstr
    for level in _levels(columns):
        try:
            form["levels"].append(held(level))
        except Unstorable:
            form["levels"].append({"labels": [_name(label) for label in level]})
    return form


def decode_header(form: Json, fields: Sequence[str]) -> Any:
    """Give the labels that `encode_header` took; `fields` are the names of the stored columns."""
    if form is None:
        return pd.Index(fields, dtype=_TEXT)
    names = [value_from_json(name) for name in form["names"]]
    if "range" in form:
        return pd.RangeIndex(*form["range"], name=names[0])
    return _index([_labels(level) for level in form["levels"]], names, form)


_TEXT = pd.Index(["a"]).dtype
_APPEARANCE = "appearance"
_MAY_BEAT = (pd.DatetimeIndex, pd.TimedeltaIndex)  # a frequency of periods is part of their type


def _levels(index: Any) -> list[Any]:
    if not isinstance(index, pd.MultiIndex):
        return [index]
    return [_level(index, place) for place in range(index.nlevels)]


def _level(index: Any, place: int) -> Any:
    """Give the values of a level; one with gaps as categories, since gaps would turn whole numbers into floats."""
    codes, level = index.codes[place], index.levels[place]
    gaps = (codes < 0).any() and not isinstance(level.dtype, pd.CategoricalDtype)
    return pd.Categorical.from_codes(codes, categories=level) if gaps else index.get_level_values(place)


def _index(levels: Sequence[Any], names: Sequence[Any], form: Json) -> Any:
    if form["multi"]:
        return _multi(levels, names, form)
    index = pd.Index(levels[0], dtype=levels[0].dtype, name=names[0], tupleize_cols=False)
    if "freq" in form:
        index.freq = form["freq"]
    return index


def _multi(levels: Sequence[Any], names: Sequence[Any], form: Json) -> Any:
    made = pd.MultiIndex.from_arrays(levels, names=names)
    plain, codes = [], list(made.codes)
    for place, (level, dtype, order) in enumerate(
        zip(levels, form["dtypes"], form.get("orders") or [None] * made.nlevels, strict=True)
    ):
        values = made.levels[place]
        if isinstance(level, pd.Categorical) and dtype != "category":
            values = level.categories
        elif order is not None:
            kept = values[pd.unique(codes[place]) if order == _APPEARANCE else order]
            codes[place] = kept.get_indexer(values)[codes[place]]
            values = kept
        plain.append(values)
    return pd.MultiIndex(levels=plain, codes=codes, names=names, verify_integrity=False)


def _orders(index: Any) -> dict[str, Json]:
    """Say in which order each level of an index has its values, where they are not sorted: `unstack` goes by it.

    Values that no row has any more are left out; those that stay are in order of appearance then, as pandas has it.
    """
    found = [_order(index, place) for place in range(index.nlevels)] if isinstance(index, pd.MultiIndex) else []
    return {"orders": found} if any(order is not None for order in found) else {}


def _order(index: Any, place: int) -> Json:
    level, codes = index.levels[place], index.codes[place]
    if level.hasnans or (codes < 0).any() or isinstance(level.dtype, pd.CategoricalDtype):
        return None  # kept with the values
    seen = pd.unique(codes)
    if (seen[1:] > seen[:-1]).all() or len(seen) < len(level):
        return None if level[seen].is_monotonic_increasing else _APPEARANCE
    if level.is_monotonic_increasing:
        return None
    sorted_values = pd.Index(pd.Categorical(index.get_level_values(place)).categories)
    order: list[int] = sorted_values.get_indexer(level).tolist()
    return order


def _dtypes(index: Any) -> Json:
    """Say which levels of an index are categories of their own accord."""
    return [dtype.name for dtype in index.dtypes] if isinstance(index, pd.MultiIndex) else []


def _labels(form: Json) -> Any:
    if "labels" not in form:
        return unheld(form)
    made = np.empty(len(form["labels"]), dtype=object)
    for place, label in enumerate(form["labels"]):
        made[place] = value_from_json(label)
    return made


def _name(label: Any) -> Json:
    try:
        return value_to_json(label)
    except UserError:
        raise Unstorable(f"a label of type {type(label).__name__}", "df.columns = df.columns.map(str)") from None
