"""Frames to single Parquet files, never half written; `parquet_read` reads them.

A lazy frame streams to the disk without ever being whole in memory; a DuckDB relation goes batch by batch. What the
plain columns of a file cannot say of a pandas frame or a DuckDB relation stands in the file's metadata, and comes back
where it is read as that kind. Every file carries statistics, so row counts and skipping need no scan.
"""

from __future__ import annotations

import errno
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from platform_core.atomic import replacing
from platform_core.errors import UserError
from platform_core.frames import arrow_of_pandas, is_arrow, kind_of, not_a_frame
from platform_core.governance.classification import NOTE
from platform_core.pandas_parquet.arrow_types import plain_array
from platform_core.pandas_parquet.refusals import Unstorable
from platform_core.parquet_read import DUCKDB_TYPES, NOTES, Footer, read_footer
from platform_core.storable import refuse_relation, refuse_repeated, refuse_unstorable, types_of

if TYPE_CHECKING:
    import pandas as pd

_BATCH_ROWS = 122_880
_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_DISK_TEXT = re.compile(r"No space left|quota exceeded|File too large|os error (28|27|122)")


def write_parquet(value: object, target: Path, what: str, notes: Mapping[str, str] | None = None) -> Footer:
    """Write a frame of any kind to a Parquet file: the file is as it was, or holds the whole frame.

    Args:
        value: A frame of the four kinds, or an Arrow table, batch or reader.
        target: The file; folders above it are made.
        what: What the file is to a reader of an error, such as `silver/issues`.
        notes: What the file is to tell of itself (see `read_notes`).

    Raises:
        UserError: The value is no frame, computing it fails, Parquet cannot hold it, or the disk is full.
    """
    with told_of_writing(value, what), replacing(target) as path:
        _write(value, path, _metadata(notes))
        return _read_again(path, what)


def _read_again(path: Path, what: str) -> Footer:
    """Read the footer of what was written, before it takes the place of what can be read."""
    try:
        return read_footer(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise UserError(
            f"{what} was not written: it holds a type or a time zone that Polars cannot read again.",
            hint="Cast the column to text, or to a time zone of the IANA database.",
        ) from None


def write_object(
    value: object, upload: Callable[[IO[bytes]], object], what: str, notes: Mapping[str, str] | None = None
) -> None:
    """Write a frame of any kind to an object store, whole or not at all.

    It goes through a file of the temporary folder that has no name, so that nothing of it stays where the process is
    killed. Polars could stream to the store itself; where its plan fails half way it leaves what it had as an object
    that looks whole.

    Args:
        value: A frame, as `write_parquet` takes it.
        upload: Writes an open file to the store, whole or not at all.
        what: What the object is to a reader of an error.
        notes: What the object is to tell of itself.

    Raises:
        UserError: As `write_parquet` does, or the store refuses.
    """
    with told_of_writing(value, what), TemporaryFile() as part:
        write_open(value, cast("IO[bytes]", part), notes)
        upload(cast("IO[bytes]", part))


def write_open(value: object, file: IO[bytes], notes: Mapping[str, str] | None = None) -> None:
    """Write a frame of any kind to an open file, and stand at its start again."""
    _write(value, file, _metadata(notes))
    file.flush()
    file.seek(0)


@contextmanager
def told_of_writing(value: object, what: str) -> Iterator[None]:
    """Turn what goes wrong in writing a frame into an error for people, without a value of the data.

    Raises:
        UserError: The value is no frame, computing it fails, or there is no room for it.
    """
    if kind_of(value) is None and not is_arrow(value):
        raise not_a_frame(value, f"What is to be stored as {what}")
    try:
        yield
    except OSError as error:
        raise _disk_error(error, what) from error
    except _engine_errors() as error:
        raise _plan_error(error, what) from None  # the chain would show values of the data


def _metadata(notes: Mapping[str, str] | None) -> dict[str, str]:
    if not notes:
        return {}
    plain = {f"workbench.{NOTE}": notes[NOTE]} if NOTE in notes else {}  # for whoever looks with another tool
    return {NOTES: json.dumps(dict(notes)), **plain}


def _write(value: object, path: Path | IO[bytes], metadata: dict[str, str]) -> None:
    match kind_of(value):
        case "lazy":
            lazy = cast("pl.LazyFrame", value)
            refuse_unstorable(lazy.collect_schema())
            lazy.sink_parquet(path, statistics=True, engine="streaming", metadata=metadata or None)
            return
        case "polars":
            frame = cast("pl.DataFrame", value)
            refuse_unstorable(frame.schema)
            frame.write_parquet(path, statistics=True, metadata=metadata or None)
            return
        case "pandas":
            _write_table(arrow_of_pandas(cast("pd.DataFrame", value)), path, metadata, len(cast("pd.DataFrame", value)))
            return
        case "duckdb":
            relation = cast("Any", value)
            refuse_relation(relation)
            told = metadata | {DUCKDB_TYPES: json.dumps(types_of(relation))}
            _write_batches(relation.to_arrow_reader(_BATCH_ROWS), path, told)
            return
    if isinstance(value, pa.RecordBatchReader):
        _write_batches(value, path, metadata)
    else:
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


def _engine_errors() -> tuple[type[Exception], ...]:
    """Give what the engines raise when a plan of theirs fails; DuckDB's only once somebody imported DuckDB."""
    duckdb_error = getattr(sys.modules.get("duckdb"), "Error", None)
    return (pl.exceptions.PolarsError, pa.ArrowException, *([duckdb_error] if duckdb_error else []))


def _disk_error(error: OSError, what: str) -> UserError:
    if error.errno in _FULL_DISK or FULL_DISK_TEXT.search(str(error)):
        return UserError(f"The disk is full: {what} was not written and is as it was.", hint="Make room and run again.")
    if isinstance(error, FileNotFoundError):
        return UserError(f"Computing {what} failed: a file that it reads is not there.", hint="Materialise it first.")
    reason = error.strerror or type(error).__name__
    return UserError(f"{what} could not be written ({reason}).", hint="Check the lake's folder and its permissions.")


def _plan_error(error: Exception, what: str) -> UserError:
    if FULL_DISK_TEXT.search(str(error)):
        return _disk_error(OSError(errno.ENOSPC, ""), what)
    told = ""
    if isinstance(error, pl.exceptions.PolarsError):
        # Polars puts the values that failed behind `: [`; other engines weave them into the sentence
        told = ": " + (str(error).splitlines() or [""])[0].split(": [", 1)[0]
    return UserError(
        f"Computing {what} failed: {type(error).__name__}{told}",
        hint="The step's plan ran when its output was written; collect it in the notebook to see more.",
    )
