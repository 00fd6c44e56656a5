"""The rows of a frame on their way into a table of any database: what may be written, and how, as Arrow batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

import polars as pl
import pyarrow as pa

from platform_core.errors import UserError
from platform_core.frames import is_arrow, to_polars
from platform_core.suggest import did_you_mean

WriteMode = Literal["append", "upsert", "truncate"]

_BATCH_ROWS = 200_000


def check_mode(mode: str, key: tuple[str, ...]) -> None:
    """Check how rows are to be written.

    Raises:
        UserError: There is no such mode, or the mode and the key do not go together.
    """
    if mode not in get_args(WriteMode):
        raise UserError(f"write_table has no mode {mode!r}.", hint=did_you_mean(str(mode), get_args(WriteMode)))
    if bool(key) != (mode == "upsert"):
        raise UserError("An upsert needs a key=, and nothing else takes one.", hint='Write mode="upsert", key=["id"].')


def check_columns(table: str, schema: pa.Schema, whole: Mapping[str, bool], key: tuple[str, ...]) -> None:
    """Check the columns of a frame against those of the table.

    Args:
        table: The table, as errors name it.
        schema: The frame's.
        whole: The table's columns, and whether each holds whole numbers; empty where there is no such table.
        key: The columns of the key.

    Raises:
        UserError: There is no such table or column, the key is not in the frame, or floats would be rounded unseen.
    """
    if not whole:
        raise UserError(f"The database has no table {table!r}.", hint="Create it first, with the types it should have.")
    for name in schema.names:
        if name not in whole:
            raise UserError(f"The table {table!r} has no column {name!r}.", hint=did_you_mean(name, whole))
    for name in key:
        if name not in schema.names:
            raise UserError(f"The frame has no key column {name!r}.", hint=did_you_mean(name, schema.names))
    for field in schema:
        if pa.types.is_floating(field.type) and whole[field.name]:
            raise UserError(
                f"The column {field.name!r} holds floats, and {table} holds whole numbers there.",
                hint="Round and cast it before it is written, so that nothing is rounded unseen.",
            )


class Rows:
    """The rows of a frame as a stream of Arrow batches; a LazyFrame is never held as a whole."""

    def __init__(self, frame: object) -> None:
        """Take a frame of any kind, or a stream of Arrow batches.

        Raises:
            UserError: It is no frame, or has no columns.
        """
        self._failure: Exception | None = None
        self.reader = frame if isinstance(frame, pa.RecordBatchReader) else self._stream(frame)

    @property
    def schema(self) -> pa.Schema:
        """The columns, in types that every database takes."""
        return self.reader.schema

    def told(self, error: Exception) -> Exception:
        """Give what really went wrong where a driver only saw its input end early, else the error itself."""
        if self._failure is None:
            return error
        return UserError(
            f"The rows of the frame cannot be computed ({type(self._failure).__name__}).",
            hint="Collect it alone to see why.",
        )

    def _stream(self, frame: object) -> pa.RecordBatchReader:
        lazy = frame if isinstance(frame, pl.LazyFrame) else to_polars(frame).lazy()
        schema = lazy.collect_schema()
        structs = [name for name, kind in schema.items() if isinstance(kind, pl.Struct)]
        unsigned = [name for name, kind in schema.items() if kind == pl.UInt64]
        ready = lazy.with_columns(
            *(pl.col(name).struct.json_encode() for name in structs),
            *(pl.col(name).cast(pl.Int64) for name in unsigned),
        )
        empty = ready.collect_schema().to_frame().to_arrow()
        if not is_arrow(empty) or not empty.num_columns:
            raise UserError("The frame has no columns, so nothing can be written.")
        return pa.RecordBatchReader.from_batches(empty.schema, self._batches(ready, empty.schema))

    def _batches(self, ready: pl.LazyFrame, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        try:
            for batch in ready.collect_batches(chunk_size=_BATCH_ROWS, maintain_order=True):
                yield from batch.to_arrow().cast(schema).to_batches()
        except pl.exceptions.PolarsError as error:
            self._failure = error
            raise


def chunks(rows: Rows, most: int) -> Iterator[list[tuple[object, ...]]]:
    """Give the rows as tuples of Python values, at most so many at a time."""
    for batch in rows.reader:
        for start in range(0, batch.num_rows, most):
            part = batch.slice(start, most)
            yield list(zip(*(column.to_pylist() for column in part.columns), strict=True))


def joined(parts: Iterable[str]) -> str:
    """Give parts of SQL as a list."""
    return ", ".join(parts)
