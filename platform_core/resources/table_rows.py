"""The rows of a frame on their way into a table of any database: what may be written, and how, as Arrow batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, cast, get_args

import polars as pl
import pyarrow as pa

from platform_core.columns import column_of, unnamed
from platform_core.errors import UserError
from platform_core.frames import is_arrow, to_polars
from platform_core.suggest import did_you_mean

WriteMode = Literal["append", "upsert", "replace", "truncate"]

_BATCH_ROWS = 200_000
_LARGEST = 2**63 - 1
_LISTS = (pl.List, pl.Array)


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
        UserError: There is no such table or column, the key is not in the frame, or numbers would be rounded unseen.
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
        places = pa.types.is_decimal(field.type) and field.type.scale > 0
        if whole[field.name] and (pa.types.is_floating(field.type) or places):
            raise UserError(
                f"The column {field.name!r} holds {'decimals' if places else 'floats'}, and {table} holds whole "
                "numbers there.",
                hint="Round and cast it before it is written, so that nothing is rounded unseen.",
            )


class Rows:
    """The rows of a frame as a stream of Arrow batches; a LazyFrame is never held as a whole."""

    def __init__(self, frame: object, *, microseconds: bool = False) -> None:
        """Take a frame of any kind, or a stream of Arrow batches.

        Args:
            frame: The frame.
            microseconds: Whether the database keeps no more of a time, so that a finer one of a frame is refused.

        Raises:
            UserError: It is no frame, has no columns, or one holds lists of lists.
        """
        self._microseconds = microseconds
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
        if isinstance(self._failure, UserError):
            return self._failure
        return UserError(
            f"The rows of the frame cannot be computed ({type(self._failure).__name__}).",
            hint="Collect it alone to see why.",
        )

    def _stream(self, frame: object) -> pa.RecordBatchReader:
        lazy = frame if isinstance(frame, pl.LazyFrame) else to_polars(frame).lazy()
        schema = lazy.collect_schema()
        structs = [name for name, kind in schema.items() if isinstance(kind, pl.Struct)]
        wide = [name for name, kind in schema.items() if kind in {pl.Int128, pl.UInt128}]
        for name, kind in schema.items():
            if isinstance(kind, _LISTS) and isinstance(kind.inner, _LISTS):
                raise UserError(
                    f"The column {name!r} holds lists of lists, which cannot be written.",
                    hint="Write it as text, as with pl.struct(...).struct.json_encode().",
                )
        ready = lazy.with_columns(
            *(column_of(name).struct.json_encode() for name in structs),
            *(column_of(name).cast(pl.Decimal(38, 0)) for name in wide),
        )
        empty = (
            ready.collect_schema().to_frame().with_columns(pl.selectors.by_dtype(pl.UInt64).cast(pl.Int64)).to_arrow()
        )
        if not is_arrow(empty) or not empty.num_columns:
            raise UserError("The frame has no columns, so nothing can be written.")
        return pa.RecordBatchReader.from_batches(empty.schema, self._batches(ready, empty.schema))

    def _batches(self, ready: pl.LazyFrame, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        try:
            for batch in ready.collect_batches(chunk_size=_BATCH_ROWS, maintain_order=True):
                _refuse_large(batch)
                if self._microseconds:
                    _refuse_finer(batch)
                yield from batch.to_arrow().cast(schema).to_batches()
        except (pl.exceptions.PolarsError, UserError) as error:
            self._failure = error
            raise


def _refuse_large(batch: pl.DataFrame) -> None:
    for column in batch.select(pl.selectors.by_dtype(pl.UInt64)):
        if column.len() and int(cast("Any", column.max()) or 0) > _LARGEST:
            raise UserError(
                f"The column {column.name!r} holds whole numbers beyond 64 bits with a sign, which no database has.",
                hint="Write it as decimals, as with .cast(pl.Decimal(20, 0)).",
            )


def _refuse_finer(batch: pl.DataFrame) -> None:
    for column in batch:
        nanoseconds = column.dtype == pl.Time or getattr(column.dtype, "time_unit", "") == "ns"
        if nanoseconds and (unnamed(column).to_physical() % 1000 != 0).any():
            raise UserError(
                f"The column {column.name!r} holds times finer than a microsecond, which the database would cut off.",
                hint='Round it, as with .dt.round("1us"), so that nothing is rounded unseen.',
            )


def chunks(rows: Rows, most: int) -> Iterator[list[tuple[object, ...]]]:
    """Give the rows as tuples of Python values, at most so many at a time.

    Raises:
        UserError: Python has no such value: a day beyond its years, or a time finer than a microsecond.
    """
    for batch in rows.reader:
        for start in range(0, batch.num_rows, most):
            part = batch.slice(start, most)
            yield list(zip(*map(_plain, part.schema.names, part.columns), strict=True))


def _plain(name: str, column: pa.Array) -> list[object]:
    try:
        # Arrow would cut off what Python's own time does not hold
        values: list[object] = (column.cast(pa.time64("us")) if pa.types.is_time64(column.type) else column).to_pylist()
    except (pa.ArrowException, ValueError, OverflowError):
        raise UserError(
            f"The column {name!r} holds days beyond the years 1 to 9999, or times finer than a microsecond.",
            hint="Write it as text, or round it.",
        ) from None
    return values


def joined(parts: Iterable[str]) -> str:
    """Give parts of SQL as a list."""
    return ", ".join(parts)
