"""Frames to and from single Parquet files: lazily where the kind allows, never half written.

A lazy frame streams to the disk without ever being whole in memory; a DuckDB relation goes batch by batch. A pandas
frame keeps its index, types, categories and time zones in the file's metadata. Every file carries statistics, so row
counts and skipping need no scan.
"""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Sequence
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
from platform_core.unions import common_schema, conform

if TYPE_CHECKING:
    import pandas as pd

_BATCH_ROWS = 122_880
_GLOB = re.compile(r"[*?\[\]]")
_INDEX_COLUMN = re.compile(r"__index_level_\d+__")
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
    return Footer(pq.read_metadata(path).num_rows, columns, path.stat().st_size)


def write_parquet(value: object, target: Path, what: str) -> Footer:
    """Write a frame of any kind to a Parquet file: the file is as it was, or holds the whole frame.

    Args:
        value: A frame of the four kinds, or an Arrow table, batch or reader.
        target: The file; folders above it are made.
        what: What the file is to a reader of an error, such as `silver/issues`.

    Raises:
        UserError: The value is no frame, computing it fails, Parquet cannot hold it, or the disk is full.
    """
    if kind_of(value) is None and not is_arrow(value):
        raise not_a_frame(value, f"What is to be stored as {what}")
    try:
        with replacing(target) as path:
            _write(value, path)
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

    `lazy` and, where the files are alike, `duckdb` read nothing yet. `pandas` gives back the index and the types of
    what pandas wrote.

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
        plain = all(_schema(path).names() == names for path in paths)
        if plain and not any(_GLOB.search(str(path)) for path in paths):
            return import_module("duckdb").read_parquet(
                [str(path) for path in paths], hive_partitioning=False, union_by_name=True
            )
    return convert(lazy, kind)


def _schema(path: Path) -> pl.Schema:
    return _scan([path]).collect_schema()


def _write(value: object, path: Path) -> None:
    match kind_of(value):
        case "lazy":
            cast("pl.LazyFrame", value).sink_parquet(path, statistics=True, engine="streaming")
            return
        case "polars":
            cast("pl.DataFrame", value).write_parquet(path, statistics=True)
            return
        case "pandas":
            pq.write_table(arrow_of_pandas(cast("pd.DataFrame", value)), path, compression="zstd")
            return
        case "duckdb":
            _write_batches(cast("Any", value).to_arrow_reader(_BATCH_ROWS), path)
            return
    if isinstance(value, pa.RecordBatchReader):
        _write_batches(value, path)
    else:
        table = pa.Table.from_batches([value]) if isinstance(value, pa.RecordBatch) else cast("pa.Table", value)
        _unrepeated(table.schema.names)
        pq.write_table(table, path, compression="zstd")


def _write_batches(reader: pa.RecordBatchReader, path: Path) -> None:
    _unrepeated(reader.schema.names)
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


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
    return names if names and _by_pandas(path) else []


def _by_pandas(path: Path) -> bool:
    return b"pandas" in (pq.read_metadata(path).metadata or {})


def _pandas(paths: Sequence[Path]) -> pd.DataFrame:
    pandas = import_module("pandas")
    frames = [pq.ParquetFile(path).read().to_pandas() for path in paths]
    if len(frames) == 1:
        return cast("pd.DataFrame", frames[0])
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
