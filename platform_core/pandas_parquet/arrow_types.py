"""Arrow types that pandas may hold but that Parquet or a reader of it does not know, as plainer ones and back."""

from __future__ import annotations

import base64
from typing import Any

import pyarrow as pa

from platform_core.pandas_parquet.refusals import Unstorable

_ADVICE = '{} = {}.astype("string[pyarrow]")'
_DIGITS = 38


def type_to_text(arrow: Any) -> str:
    """Give an Arrow type as text; what `str` gives is not always read back.

    >>> type_from_text(type_to_text(pa.list_(pa.timestamp("s", "UTC"))))
    ListType(list<item: timestamp[s, tz=UTC]>)
    """
    schema = pa.schema([pa.field("", arrow)])
    return base64.b64encode(schema.serialize().to_pybytes()).decode("ascii")


def type_from_text(text: str) -> Any:
    """Give the Arrow type that `type_to_text` wrote."""
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(text))).field(0).type


def plain_array(array: Any, *, back: bool = True) -> Any:
    """Give an Arrow array in a type that every reader of Parquet knows.

    Args:
        array: The array, in one piece or several.
        back: Whether the same array must be able to be cast back from it. Else it is enough that a cast that refuses
            to change a value gave it: Arrow's own is wrong for views of lists alone.

    Raises:
        Unstorable: There is no such type, or it would not keep every value.

    >>> plain_array(pa.array([1], pa.timestamp("s"))).type
    TimestampType(timestamp[ms])
    """
    try:
        plain = array.cast(_plain(array.type))
        trusted = not back and "list_view" not in str(array.type)
        kept = trusted or plain.type == array.type or plain.cast(array.type).equals(array)
    except (pa.ArrowException, TypeError):
        kept = False
    if not kept:
        raise Unstorable(f"values of Arrow's type {array.type}", _ADVICE)
    return plain


def _plain(arrow: Any) -> Any:  # noqa: PLR0911 -- one return for each type
    types = pa.types
    if types.is_list(arrow) or types.is_list_view(arrow):
        return pa.list_(_plain_field(arrow.value_field))
    if types.is_large_list(arrow) or types.is_large_list_view(arrow):
        return pa.large_list(_plain_field(arrow.value_field))
    if types.is_struct(arrow) and arrow.num_fields:
        return pa.struct([_plain_field(arrow.field(at)) for at in range(arrow.num_fields)])
    if types.is_timestamp(arrow):
        return pa.timestamp("ms" if arrow.unit == "s" else arrow.unit, _zone(arrow.tz))
    if types.is_time32(arrow):
        return pa.time32("ms")
    if types.is_duration(arrow) and arrow.unit == "s":
        return pa.duration("ms")
    if types.is_date64(arrow):
        return pa.date32()
    if types.is_dictionary(arrow) and not types.is_string(arrow.value_type):
        text = types.is_large_string(arrow.value_type) or types.is_string_view(arrow.value_type)
        return pa.dictionary(arrow.index_type, pa.string(), arrow.ordered) if text else _plain(arrow.value_type)
    if types.is_run_end_encoded(arrow):
        return _plain(arrow.value_type)
    if types.is_decimal(arrow) and (arrow.precision > _DIGITS or arrow.scale < 0):
        return pa.decimal128(min(_DIGITS, arrow.precision - min(arrow.scale, 0)), max(arrow.scale, 0))
    if types.is_interval(arrow) or types.is_union(arrow) or types.is_struct(arrow):
        raise Unstorable(f"values of Arrow's type {arrow}", _ADVICE)
    return arrow


def _plain_field(field: Any) -> Any:
    """Give a field in a plain type; what else it says stays, such as the categories of an Enum of Polars."""
    return field.with_type(_plain(field.type))


def _zone(name: str | None) -> str | None:
    if name is None or name[:1] not in "+-":
        return name
    return name if name.endswith(":00") and name[1:3] != "00" and int(name[1:3]) <= 12 else "UTC"
