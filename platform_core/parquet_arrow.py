"""Frames that Arrow writes to Parquet: those of pandas and DuckDB, and Arrow's own.

A module of its own, since a step that writes a Polars frame never imports Arrow.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from platform_core.errors import UserError
from platform_core.frames import arrow_of_pandas, kind_of
from platform_core.pandas_parquet.arrow_types import plain_array
from platform_core.pandas_parquet.refusals import Unstorable
from platform_core.parquet_read import DUCKDB_TYPES
from platform_core.storable import refuse_relation, refuse_repeated, types_of

if TYPE_CHECKING:
    import pandas as pd

_BATCH_ROWS = 122_880


def write(value: object, path: Path | IO[bytes], metadata: dict[str, str]) -> None:
    """Write a pandas frame, a DuckDB relation, or an Arrow table, batch or reader; what it is to tell beside it.

    Raises:
        UserError: Two columns share a name, or a column holds what no Parquet file can.

    >>> from io import BytesIO
    >>> file = BytesIO()
    >>> write(pa.table({"fee": [1, 2]}), cast("IO[bytes]", file), {"told": "here"})
    >>> pq.read_schema(file).metadata[b"told"]
    b'here'
    """
    match kind_of(value):
        case "pandas":
            frame = cast("pd.DataFrame", value)
            _write_table(arrow_of_pandas(frame), path, metadata, len(frame))
        case "duckdb":
            relation = cast("Any", value)
            refuse_relation(relation)
            told = metadata | {DUCKDB_TYPES: json.dumps(types_of(relation))}
            with relation.to_arrow_reader(_BATCH_ROWS) as reader:  # else a failure leaves the connection in use
                _write_batches(reader, path, told)
        case _ if isinstance(value, pa.RecordBatchReader):
            _write_batches(value, path, metadata)
        case _:
            table = pa.Table.from_batches([value]) if isinstance(value, pa.RecordBatch) else cast("pa.Table", value)
            refuse_repeated(table.schema.names)
            _write_table(_plain_table(table), path, metadata, table.num_rows)


def _write_table(table: pa.Table, path: Any, metadata: dict[str, str], rows: int) -> None:
    table = _told(table, metadata)
    if table.num_columns:
        pq.write_table(table, path, compression="zstd")
        return
    # Arrow would lose the number of rows
    texts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    pl.DataFrame(height=rows).write_parquet(path, metadata=texts or None)


def _write_batches(reader: pa.RecordBatchReader, path: Any, metadata: dict[str, str]) -> None:
    refuse_repeated(reader.schema.names)
    empty = _told(_plain_table(reader.schema.empty_table()), metadata)
    with pq.ParquetWriter(path, empty.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_table(_told(_plain_table(pa.Table.from_batches([batch])), metadata))


def _told(table: pa.Table, metadata: dict[str, str]) -> pa.Table:
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata}) if metadata else table


def _plain_table(table: pa.Table) -> pa.Table:
    """Give a table whose columns have the types that every reader knows."""
    for place, about in enumerate(table.schema):
        try:
            column = plain_array(table.column(place), back=False)
        except Unstorable as error:
            raise UserError(
                f"Column {about.name!r} holds {error.held}, which no Parquet file can hold.",
                hint="Cast it to another type of Arrow first.",
            ) from None
        if column.type != about.type:
            table = table.set_column(place, about.with_type(column.type), column)
    return table
