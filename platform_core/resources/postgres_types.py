"""The types of PostgreSQL at the edge to Arrow: values that a query takes, and columns that it gives."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from platform_core.errors import UserError
from platform_core.sql_names import quoted

_TYPE_NAME = b"POSTGRESQL:type"
_OPAQUE = "cast to text in the query, `column::text`"
_DIGITS = 38
# What the driver makes of '-infinity' and 'infinity': both beyond what PostgreSQL's own values become
_EARLIEST = {
    "date": (pa.types.is_date, pa.int32(), -(2**31) + 10_957),
    "timestamp": (pa.types.is_timestamp, pa.int64(), -(2**63) + 946_684_800_000_000),
}
# Missing values of pandas: Arrow refuses them, but was seen to take them for null in a process that had done more
_MISSING = ("NAType", "NaTType")
_DAY = 86_400_000_000_000  # nanoseconds


def bound(wanted: pa.Schema, values: Sequence[Any]) -> tuple[pa.RecordBatch, list[str]]:
    """Give the values as PostgreSQL expects each, and the casts that its placeholders need.

    Args:
        wanted: What the server says that each placeholder takes.
        values: The values in the order of the placeholders.

    Raises:
        UserError: A value is of a type that no column has. The value is not shown.
    """
    arrays, casts = [], []
    for number, (field, value) in enumerate(zip(wanted, values, strict=True), start=1):
        array, cast = _bound(field, value)
        if array is None:
            raise UserError(
                f"Parameter {number} of the query cannot be sent: it is a {type(value).__qualname__}, and PostgreSQL "
                f"expects {_type_name(field) or 'something else'}.",
                hint="Give a text, number, date, bytes or a list of one of these, and None for what is missing.",
            )
        arrays.append(array)
        casts.append(f"::{cast}" if cast else "")
    return pa.RecordBatch.from_arrays(arrays, names=[str(number) for number in range(len(arrays))]), casts


def _bound(field: pa.Field, value: Any) -> tuple[pa.Array | None, str]:
    """Give one value, in the type that is wanted where it fits, and else in its own, with a cast for a text."""
    if type(value).__name__ in _MISSING:
        return None, ""
    if isinstance(value, uuid.UUID):
        value = str(value)
    elif isinstance(value, dict):
        value = json.dumps(value)
    elif isinstance(value, dt.timedelta):
        value = f"{value.days} days {value.seconds}.{value.microseconds:06} seconds"
    elif isinstance(value, tuple | set | frozenset):
        value = list(value)
    is_plain = not isinstance(field.type, pa.BaseExtensionType) and not pa.types.is_interval(field.type)
    if isinstance(value, str) and not is_plain:
        return pa.array([value], pa.string()), _type_name(field)
    for given in (field.type, None) if is_plain and not isinstance(value, Decimal) else (None,):
        try:
            natural = pa.array([value])
            # From a text Arrow reads what PostgreSQL would; a number is not cut short
            return (natural.cast(given) if given is not None else natural), ""
        except (pa.ArrowException, OverflowError, ValueError):
            continue
    return None, ""


def _type_name(field: pa.Field) -> str:
    name: bytes = (field.metadata or {}).get(_TYPE_NAME, b"")
    return name.decode()


class Columns:
    """Turns Arrow batches of one result into frames of the same types, which the first of them decides."""

    def __init__(self) -> None:
        self._scales: dict[str, int] = {}

    def frame(self, table: pa.Table) -> pl.DataFrame:
        """Give a batch as a frame: `numeric` as decimals of one scale, `uuid` and `json` as text.

        Raises:
            UserError: A column has a type that no frame has; it is named.
        """
        names = table.column_names
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise UserError(
                f"The query gives the column {twice[0]!r} twice.", hint="Name each column of a result once, with AS."
            )
        for place, field in enumerate(table.schema):
            column = self._column(field, table.column(place))
            table = table.set_column(place, field.name, column)
        if not names:
            return pl.DataFrame()
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table is no series
        return frame

    def _column(self, field: pa.Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
        kind = field.type
        _refuse_endless(field.name, column)
        sort = getattr(kind, "type_name", "") or _type_name(field)
        if sort in {"money", "interval"} or pa.types.is_interval(kind):
            hint = "`column::numeric`" if sort == "money" else "`extract(epoch FROM column)`"
            raise UserError(
                f"The column {field.name!r} has the type {sort}, which no frame has.", hint=f"Write {hint}."
            )
        if not isinstance(kind, pa.BaseExtensionType):
            if pa.types.is_list(kind) and isinstance(kind.value_type, pa.BaseExtensionType):
                raise UserError(
                    f"The column {field.name!r} is an array of a special type.", hint=f"It can be {_OPAQUE}."
                )
            if sort == "oid":  # 32 bits without a sign, which the driver reads as with one
                return pa.chunked_array([(pl.Series(column).cast(pl.Int64) % 2**32).to_arrow()])
            return column
        stored = column.cast(kind.storage_type) if not isinstance(kind, pa.UuidType) else column
        if isinstance(kind, pa.UuidType):
            return pa.chunked_array(
                [[None if value is None else str(value) for value in column.to_pylist()]], pa.string()
            )
        if sort == "numeric":
            return self._decimal(field.name, stored)
        if pa.types.is_string(kind.storage_type):
            return stored
        raise UserError(
            f"The column {field.name!r} has the type {sort}, which no frame has.", hint=f"It can be {_OPAQUE}."
        )

    def _decimal(self, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Give numbers of a fixed number of places: those of a `numeric(12, 2)` all have two."""
        text = pl.Series(name, column, dtype=pl.String)
        found = text.str.split(".").list.get(1, null_on_oob=True).str.len_bytes().max()
        scale = int(found) if isinstance(found, int) else 0
        scale = max(scale, self._scales.setdefault(name, scale))
        if scale > self._scales[name]:
            raise UserError(
                f"The numbers of {name!r} have more places further on than at the start of the result.",
                hint=f"Say how many, `{name}::numeric(18, 4)`, or read the whole result with execute_query.",
            )
        try:
            return pa.chunked_array([text.cast(pl.Decimal(_DIGITS, scale)).to_arrow()])
        except pl.exceptions.PolarsError:
            raise UserError(
                f"A number of {name!r} is NaN, infinite or of more than {_DIGITS} digits.",
                hint=f"Write `{name}::float8`.",
            ) from None


def _refuse_endless(name: str, column: pa.ChunkedArray) -> None:
    """Refuse 'infinity' and 24:00, of which a frame would make another day, or nothing, without a word."""
    while pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column = pc.list_flatten(column)
    for sort, (is_it, whole, earliest) in _EARLIEST.items():
        if is_it(column.type):
            first = pc.min(column.cast(whole)).as_py()
            if first is not None and first <= earliest:
                raise UserError(
                    f"A {sort} of {name!r} is 'infinity' or '-infinity', which no frame has.",
                    hint=f"Write `nullif(nullif({name}, 'infinity'), '-infinity')`, or `{name}::text`.",
                )
    if pa.types.is_time64(column.type):
        last = pc.max(column.cast(pa.time64("ns")).cast(pa.int64())).as_py()
        if last is not None and last >= _DAY:
            raise UserError(f"A time of {name!r} is 24:00, which no frame has.", hint=f"Write `{name}::text`.")


def one_dimensional(cursor: Any, text: str) -> tuple[str, tuple[str, ...]]:
    """Let a query tell which arrays have several dimensions, which the driver gives as flat lists without a word.

    The server describes the query, and runs nothing. Gives the query with one column more, for `proven`, and the names
    of its arrays; the query itself where it has none.

    Raises:
        UserError: The server takes the query in no other one, so nothing can be told of its arrays.
    """
    schema = cursor.adbc_execute_schema(text)
    lists = tuple(field.name for field in schema if pa.types.is_list(field.type))
    if not lists or len(set(schema.names)) < len(schema.names):  # which the frame refuses
        return text, ()
    nested = " OR ".join(f"coalesce(array_ndims(q.{quoted(name)}) > 1, false)" for name in lists)
    # What writes and returns rows stands in no FROM, and what reads may lose its locks in a WITH
    for form in ("SELECT q.*, {} FROM ({}\n) AS q", "WITH q AS ({1}\n) SELECT q.*, {0} FROM q"):
        asking = form.format(nested, text)
        try:
            cursor.adbc_execute_schema(asking)
        except cursor.connection.ProgrammingError:
            cursor.connection.rollback()
        else:
            return asking, lists
    raise UserError(
        f"Whether an array of {' or '.join(map(repr, lists))} has several dimensions cannot be told of this statement.",
        hint="Write the array as `to_jsonb(column)`, or as `column::text`.",
    )


def proven(table: pa.Table, lists: Sequence[str]) -> pa.Table:
    """Give what a query of `one_dimensional` gave, without the column that it has more.

    Raises:
        UserError: An array has several dimensions.
    """
    if not lists:
        return table
    last = table.num_columns - 1
    if pc.any(table.column(last)).as_py():
        raise UserError(
            f"An array of {' or '.join(map(repr, lists))} has several dimensions, which no frame has.",
            hint="Write `to_jsonb(column)`, or `unnest(column)` for its values.",
        )
    return table.remove_column(last)


def tables(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Give the batches of a result as tables, and one without rows where there is none.

    Raises:
        StreamError: The server or the connection fails in between.
    """
    empty = True
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            break
        except (OSError, pa.ArrowException) as error:  # Arrow's own read error is an OSError
            raise StreamError(str(error)) from None
        empty = False
        yield pa.Table.from_batches([batch])
    if empty:
        yield reader.schema.empty_table()


class StreamError(Exception):
    """A result broke off while it was read; the message is the driver's and may hold values."""
