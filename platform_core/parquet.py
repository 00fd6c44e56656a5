"""Frames to and from single Parquet files: lazily where the kind allows, never half written.

A lazy frame streams to the disk without ever being whole in memory; a DuckDB relation goes batch by batch. What the
plain columns of a file cannot say of a pandas frame or a DuckDB relation stands in the file's metadata, and comes back
where it is read as that kind. Every file carries statistics, so row counts and skipping need no scan.
"""

from __future__ import annotations

import errno
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from platform_core.atomic import replacing
from platform_core.errors import UserError
from platform_core.frames import FrameKind, arrow_of_pandas, convert, is_arrow, kind_of, not_a_frame
from platform_core.pandas_parquet.arrow_types import plain_array
from platform_core.pandas_parquet.refusals import Unstorable
from platform_core.storable import refuse_relation, refuse_unstorable, typed, types_of
from platform_core.unions import common_schema, conform

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_BATCH_ROWS = 122_880
_GLOB = re.compile(r"[*?\[\]]")
_INDEX_COLUMN = re.compile(r"__index_level_\d+__")
_DUCKDB = "workbench.duckdb"
_NOTES = "workbench.notes"
_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_DISK_TEXT = re.compile(r"No space left|quota exceeded|File too large|os error (28|27|122)")


@dataclass(frozen=True, slots=True)
class Footer:
    """What a Parquet file says of itself at its end.

    Attributes:
        rows: The number of rows.
        columns: Names and Polars types of the columns, in the file's order.
        size: The size of the file in bytes.
    """

    rows: int
    columns: tuple[tuple[str, str], ...]
    size: int


def read_footer(path: Path) -> Footer:
    """Read the footer of a Parquet file; the rows themselves are not touched."""
    schema = _schema(path)
    hidden = set(_row_numbers(path, schema))
    columns = tuple((name, str(dtype)) for name, dtype in schema.items() if name not in hidden)
    return Footer(_rows(path), columns, path.stat().st_size)


def read_notes(path: Path) -> dict[str, str]:
    """Give the notes that a file was written with."""
    notes: dict[str, str] = json.loads(_metadata(path).get(_NOTES, "{}"))
    return notes


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
    if kind_of(value) is None and not is_arrow(value):
        raise not_a_frame(value, f"What is to be stored as {what}")
    try:
        with replacing(target) as path:
            _write(value, path, {_NOTES: json.dumps(dict(notes))} if notes else {})
    except OSError as error:
        raise _disk_error(error, what) from error
    except _engine_errors() as error:
        raise _plan_error(error, what) from None  # the chain would show values of the data
    return read_footer(target)


def scan_files(files: Sequence[tuple[str, Path]], what: str) -> pl.LazyFrame:
    """Give one or several Parquet files as one lazy frame, in the order given.

    Where the files differ, a column that one lacks is null there, and types are widened where no value can change.

    Args:
        files: A label for errors (the partition) and the path of each.
        what: What the files are to a reader of an error.

    Raises:
        UserError: A column's types in two files have no common type that holds both.
    """
    schemas = [(label, _schema(path)) for label, path in files]
    hidden = [_row_numbers(path, schema) for (_, path), (_, schema) in zip(files, schemas, strict=True)]
    if all(list(schema.items()) == list(schemas[0][1].items()) for _, schema in schemas):
        return _scan([path for _, path in files]).drop(hidden[0])
    visible = [
        (label, pl.Schema({name: dtype for name, dtype in schema.items() if name not in names}))
        for (label, schema), names in zip(schemas, hidden, strict=True)
    ]
    union = common_schema(visible, what)
    scans = [conform(_scan([path]), schema, union) for (_, path), (_, schema) in zip(files, visible, strict=True)]
    return pl.concat(scans, how="vertical")


def read_files(files: Sequence[tuple[str, Path]], kind: FrameKind, what: str) -> Any:
    """Give one or several Parquet files as one frame of the kind asked for.

    `lazy` and, where the files are alike, `duckdb` read nothing yet. `pandas` gives back what pandas wrote, with index,
    types and labels, and `duckdb` the types of what DuckDB wrote.

    Raises:
        UserError: As `scan_files` does.
    """
    lazy = scan_files(files, what)
    paths = [path for _, path in files]
    if kind == "pandas" and all(map(_by_pandas, paths)):
        same = len({tuple(_schema(path).items()) for path in paths}) == 1
        return _pandas(paths) if same else convert(lazy, kind)
    if kind == "duckdb":
        names = lazy.collect_schema().names()
        plain = bool(names) and all(_is_plain(path, names) for path in paths)
        types = {_metadata(path).get(_DUCKDB, "{}") for path in paths}
        relation = (
            import_module("duckdb").read_parquet(
                [str(path) for path in paths], hive_partitioning=False, union_by_name=True
            )
            if plain and not any(_GLOB.search(str(path)) for path in paths)
            else cast("duckdb.DuckDBPyRelation", convert(lazy, kind))
        )
        return typed(relation, json.loads(types.pop())) if len(types) == 1 else relation
    return convert(lazy, kind)


def _is_plain(path: Path, names: Sequence[str]) -> bool:
    """Say whether DuckDB reads the columns of a file as Polars does: all of them, and no 128 bits as bytes."""
    schema = _schema(path)
    folded = {name.casefold() for name in names}
    wide = any("nt128" in str(dtype) for dtype in schema.dtypes())
    return schema.names() == list(names) and len(folded) == len(names) and not wide


def _rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except pa.ArrowNotImplementedError:  # 128-bit numbers of Polars
        return int(_scan([path]).select(pl.len()).collect().item())


def _schema(path: Path) -> pl.Schema:
    return _scan([path]).collect_schema()


def _write(value: object, path: Path, metadata: dict[str, str]) -> None:
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
            told = metadata | {_DUCKDB: json.dumps(types_of(relation))}
            _write_batches(relation.to_arrow_reader(_BATCH_ROWS), path, told)
            return
    if isinstance(value, pa.RecordBatchReader):
        _write_batches(value, path, metadata)
    else:
        table = pa.Table.from_batches([value]) if isinstance(value, pa.RecordBatch) else cast("pa.Table", value)
        _unrepeated(table.schema.names)
        _write_table(_plain_table(table), path, metadata, table.num_rows)


def _write_table(table: pa.Table, path: Path, metadata: dict[str, str], rows: int) -> None:
    table = _told(table, metadata)
    if table.num_columns:
        pq.write_table(table, path, compression="zstd")
        return
    # Arrow would lose the number of rows
    texts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    pl.DataFrame(height=rows).write_parquet(path, metadata=texts or None)


def _write_batches(reader: pa.RecordBatchReader, path: Path, metadata: dict[str, str]) -> None:
    _unrepeated(reader.schema.names)
    empty = _told(_plain_table(reader.schema.empty_table()), metadata)
    with pq.ParquetWriter(path, empty.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_table(_told(_plain_table(pa.Table.from_batches([batch])), metadata))


def _told(table: pa.Table, metadata: dict[str, str]) -> pa.Table:
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata}) if metadata else table


def _plain_table(table: pa.Table) -> pa.Table:
    """Give a table whose columns have the types that every reader knows."""
    for place, field in enumerate(table.schema):
        try:
            column = plain_array(table.column(place))
        except Unstorable as error:
            raise UserError(
                f"Column {field.name!r} holds {error.held}, which no Parquet file can hold.",
                hint="Cast it to another type of Arrow first.",
            ) from None
        if column.type != field.type:
            table = table.set_column(place, field.with_type(column.type), column)
    return table


def _unrepeated(names: Sequence[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise UserError(
            f"Several columns are called {', '.join(map(repr, repeated))}.", hint="Give every column its own name."
        )


def _scan(paths: list[Path]) -> pl.LazyFrame:
    # A partition key may hold `*` or `=`: neither a pattern nor a Hive folder is meant by it
    return pl.scan_parquet(cast("Any", paths), glob=False, hive_partitioning=False)


def _row_numbers(path: Path, schema: pl.Schema) -> list[str]:
    """Name the columns that hold only the unnamed row numbers of a pandas frame (see `frames.row_numbers`)."""
    names = [name for name, dtype in schema.items() if _INDEX_COLUMN.fullmatch(name) and dtype.is_integer()]
    index = json.loads(_metadata(path).get("pandas", "{}")).get("index_columns", []) if names else []
    return [name for name in names if name in index]


def _by_pandas(path: Path) -> bool:
    return "pandas" in _metadata(path)


def _metadata(path: Path) -> dict[str, str]:
    # Not by Arrow, which cannot open a file of Polars with 128-bit numbers
    return pl.read_parquet_metadata(path)


def _pandas(paths: Sequence[Path]) -> pd.DataFrame:
    from platform_core.pandas_parquet.table import frame_of  # noqa: PLC0415 - pandas is loaded for pandas frames alone

    pandas = import_module("pandas")
    frames = [frame_of(pq.ParquetFile(path).read()) for path in paths]
    if len(frames) == 1:
        return frames[0]
    counted = all(isinstance(frame.index, pandas.RangeIndex) for frame in frames)
    return cast("pd.DataFrame", pandas.concat(frames, ignore_index=counted))


def _engine_errors() -> tuple[type[Exception], ...]:
    """Give what the engines raise when a plan of theirs fails; DuckDB's only once somebody imported DuckDB."""
    duckdb_error = getattr(sys.modules.get("duckdb"), "Error", None)
    return (pl.exceptions.PolarsError, pa.ArrowException, *([duckdb_error] if duckdb_error else []))


def _disk_error(error: OSError, what: str) -> UserError:
    if error.errno in _FULL_DISK or _FULL_DISK_TEXT.search(str(error)):
        return UserError(f"The disk is full: {what} was not written and is as it was.", hint="Make room and run again.")
    if isinstance(error, FileNotFoundError):
        return UserError(f"Computing {what} failed: a file that it reads is not there.", hint="Materialise it first.")
    reason = error.strerror or type(error).__name__
    return UserError(f"{what} could not be written ({reason}).", hint="Check the lake's folder and its permissions.")


def _plan_error(error: Exception, what: str) -> UserError:
    if _FULL_DISK_TEXT.search(str(error)):
        return _disk_error(OSError(errno.ENOSPC, ""), what)
    told = ""
    if isinstance(error, pl.exceptions.PolarsError):
        # Polars puts the values that failed behind `: [`; other engines weave them into the sentence
        told = ": " + (str(error).splitlines() or [""])[0].split(": [", 1)[0]
    return UserError(
        f"Computing {what} failed: {type(error).__name__}{told}",
        hint="The step's plan ran when its output was written; collect it in the notebook to see more.",
    )
