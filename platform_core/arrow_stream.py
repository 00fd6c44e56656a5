"""Frames of any kind as a stream of Arrow batches, so that a writer of tables never holds a lazy frame whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import polars as pl
import pyarrow as pa

from platform_core.frames import arrow_of_pandas, kind_of, row_numbers
from platform_core.storable import refuse_foreign, refuse_relation, refuse_unstorable

if TYPE_CHECKING:
    import pandas as pd

_BATCH_ROWS = 122_880


@contextmanager
def stream_of(value: object) -> Iterator[pa.RecordBatchReader]:
    """Give the rows of a frame as batches. What a pandas frame says of itself beside its columns is left out.

    Where computing a batch fails, that error is raised, whatever the reader of the stream made of it.

    Raises:
        UserError: A column holds what Arrow's plain types cannot.

    >>> with stream_of(pl.LazyFrame({"a": [1, 2]})) as rows:
    ...     rows.read_all().to_pydict()
    {'a': [1, 2]}
    """
    failed: list[BaseException] = []
    reader = _reader(value, failed)
    try:
        with telling(failed):
            yield reader
    finally:
        reader.close()


@contextmanager
def telling(failed: Sequence[BaseException]) -> Iterator[None]:
    """Raise what a stream failed with, in place of what its reader made of that."""
    try:
        yield
    except Exception:
        if failed:
            raise failed[0] from None
        raise


def _reader(value: object, failed: list[BaseException]) -> pa.RecordBatchReader:
    match kind_of(value):
        case "lazy":
            lazy = cast("pl.LazyFrame", value)
            schema = lazy.collect_schema()
            _refuse(schema)
            return pa.RecordBatchReader.from_batches(_arrow_schema(schema), _batches(lazy, schema, failed))
        case "polars":
            frame = cast("pl.DataFrame", value)
            _refuse(frame.schema)
            return frame.to_arrow().to_reader(_BATCH_ROWS)
        case "pandas":
            table = arrow_of_pandas(cast("pd.DataFrame", value))
            return table.drop_columns(row_numbers(table.schema)).replace_schema_metadata(None).to_reader(_BATCH_ROWS)
        case "duckdb":
            relation = cast("Any", value)
            refuse_relation(relation)
            return cast("pa.RecordBatchReader", relation.to_arrow_reader(_BATCH_ROWS))
    if isinstance(value, pa.RecordBatchReader):
        return value
    table = pa.Table.from_batches([value]) if isinstance(value, pa.RecordBatch) else cast("pa.Table", value)
    return table.to_reader(_BATCH_ROWS)


def _refuse(schema: pl.Schema) -> None:
    refuse_unstorable(schema)
    refuse_foreign(schema, "table")


def _arrow_schema(schema: pl.Schema) -> pa.Schema:
    return pl.DataFrame(schema=schema).to_arrow().schema


def _batches(lazy: pl.LazyFrame, schema: pl.Schema, failed: list[BaseException]) -> Iterator[pa.RecordBatch]:
    wanted = _arrow_schema(schema)
    try:
        for frame in lazy.collect_batches(chunk_size=_BATCH_ROWS, engine="streaming"):
            yield from frame.to_arrow().cast(wanted).to_batches()
    except Exception as error:
        failed.append(error)
        raise
