"""Parquet files as frames: one or several, of a disk or an object store, lazily where the kind allows.

A lazy frame of a few files of the disk holds them open: a writer who replaces one meanwhile takes nothing from under
it, so what it gives is wholly the old data. Where it is made of many files, it opens each when it is collected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import polars as pl

from platform_core.columns import column_of, parts_of, type_text
from platform_core.frames import FrameKind, convert
from platform_core.storable import typed
from platform_core.unions import common_schema, conform
from platform_core.values import dataclass, field

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

DUCKDB_TYPES = "workbench.duckdb"
_READ_OTHERWISE = (pl.Int128, pl.UInt128, pl.Duration, pl.Array)  # by DuckDB
NOTES = "workbench.notes"

_GLOB = re.compile(r"[*?\[\]]")
_INDEX_COLUMN = re.compile(r"__index_level_\d+__")
_MOST_HELD_OPEN = 32

FEW_ROWS = 10_000  # of a frame that is read once, for all that is told of it
_FEW_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Footer:
    """What a Parquet file says of itself at its end.

    Attributes:
        rows: The number of rows.
        columns: Names and Polars types of the columns, in the file's order.
        size: The size of the file in bytes.
        frame: The rows themselves, where they were read with it.
    """

    rows: int
    columns: tuple[tuple[str, str], ...]
    size: int
    frame: pl.DataFrame | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A Parquet file in an object store, which nobody changes once it is there.

    Attributes:
        url: Its address as Polars reads it.
        size: Its size in bytes.
        options: What Polars needs to reach the store.
        fetch: Gives the whole content.
    """

    url: str
    size: int
    options: Mapping[str, str] = field(repr=False)
    fetch: Callable[[], bytes] = field(repr=False)


Place = Path | RemoteFile | IO[bytes]


class _File:
    """A file that is read: its scan, schema and metadata, all of the same content."""

    def __init__(self, place: Place, handle: IO[bytes] | None = None) -> None:
        self.place = place
        self._handle = handle if isinstance(place, Path | RemoteFile) else place

    @property
    def source(self) -> Any:
        """What Polars scans: the open file, else the path or address."""
        if self._handle is not None:
            self._handle.seek(0)
            return self._handle
        return self.place.url if isinstance(self.place, RemoteFile) else self.place

    @property
    def options(self) -> dict[str, str] | None:
        return dict(self.place.options) if isinstance(self.place, RemoteFile) else None

    @cached_property
    def scan(self) -> pl.LazyFrame:
        """Its scan, which reads the footer once for all that is made of it."""
        return _scan([self])

    @cached_property
    def schema(self) -> pl.Schema:
        return self.scan.collect_schema()

    @cached_property
    def metadata(self) -> dict[str, str]:
        # Not by Arrow, which cannot open a file of Polars with 128-bit numbers
        return pl.read_parquet_metadata(self.source, storage_options=self.options)

    @cached_property
    def hidden(self) -> list[str]:
        """The columns that hold only the unnamed row numbers of a pandas frame (see `frames.row_numbers`)."""
        names = [name for name, dtype in self.schema.items() if _INDEX_COLUMN.fullmatch(name) and dtype.is_integer()]
        index = json.loads(self.metadata.get("pandas", "{}")).get("index_columns", []) if names else []
        return [name for name in names if name in index]

    def arrow(self) -> pa.Table:
        import pyarrow as pa  # noqa: PLC0415 - its import costs more than most files: only for what pandas wrote
        import pyarrow.parquet as pq  # noqa: PLC0415 - as above

        if isinstance(self.place, RemoteFile):
            return pq.ParquetFile(pa.BufferReader(self.place.fetch())).read()
        return pq.ParquetFile(self.source).read()

    def rows(self) -> int:
        return int(self.scan.select(pl.len()).collect().item())  # which reads the footer alone


def read_footer(place: Place, *, few: bool = False) -> Footer:
    """Read the footer of a Parquet file; the rows themselves are not touched.

    Args:
        place: The file.
        few: Whether to read the rows with it where they are few, which costs no more than to count them.
    """
    file = _File(place)
    hidden = set(file.hidden)
    columns = tuple((name, type_text(dtype)) for name, dtype in file.schema.items() if name not in hidden)
    size = place.stat().st_size if isinstance(place, Path) else getattr(place, "size", 0)
    if few and size <= _FEW_BYTES:
        with suppress(pl.exceptions.PolarsError, pl.exceptions.PanicException):  # whoever reads the rows is told
            frame = file.scan.head(FEW_ROWS + 1).collect()
            if frame.height <= FEW_ROWS:
                return Footer(frame.height, columns, size, frame.drop(hidden) if hidden else frame)
    return Footer(file.rows(), columns, size)


def read_notes(place: Place) -> dict[str, str]:
    """Give the notes that a file was written with."""
    notes: dict[str, str] = json.loads(_File(place).metadata.get(NOTES, "{}"))
    return notes


def written_as(place: Place) -> FrameKind:
    """Give the kind of frame that a file was written from, as which it comes back whole."""
    metadata = _File(place).metadata
    return "pandas" if "pandas" in metadata else "duckdb" if DUCKDB_TYPES in metadata else "lazy"


def duckdb_types(place: Place) -> dict[str, str]:
    """Give the types of DuckDB that a file was written with; none where it was not."""
    types: dict[str, str] = json.loads(_File(place).metadata.get(DUCKDB_TYPES, "{}"))
    return types


def pandas_attributes(place: Place) -> Any:
    """Give the attrs of the pandas frame that a file was written from, as JSON; none where it was not."""
    facts = json.loads(_File(place).metadata.get("workbench.pandas", "{}"))
    return facts.get("attrs") or []


def read_files(files: Sequence[tuple[str, Place]], kind: FrameKind, what: str) -> Any:
    """Give one or several Parquet files as one frame of the kind asked for, in the order given.

    Where the files differ, a column that one lacks is null there, and types are widened where no value can change.
    `lazy` reads nothing yet, and where the files are alike and on a disk `duckdb` looks for NaN alone. `pandas` gives
    back what pandas wrote, with index, types and labels, and `duckdb` the types of what DuckDB wrote.

    Args:
        files: A label for errors (the partition) and the place of each.
        kind: The kind of frame.
        what: What the files are to a reader of an error.

    Raises:
        UserError: A column's types in two files have no common type that holds both.
    """
    with _opened(files) as opened:
        lazy = _lazy(opened, what)
        found = [file for _, file in opened]
        if kind == "pandas" and all("pandas" in file.metadata for file in found):
            same = len({tuple(file.schema.items()) for file in found}) == 1
            return _pandas(found) if same else convert(lazy, kind)
        if kind == "duckdb":
            types = {file.metadata.get(DUCKDB_TYPES, "{}") for file in found}
            relation = _relation(found, lazy)
            return typed(relation, json.loads(types.pop())) if len(types) == 1 else relation
        return convert(lazy, kind)


@contextmanager
def _opened(files: Sequence[tuple[str, Place]]) -> Iterator[list[tuple[str, _File]]]:
    held = len(files) <= _MOST_HELD_OPEN
    with ExitStack() as stack:
        yield [
            # Polars takes the descriptor over, so what it scans outlives this block
            (label, _File(place, stack.enter_context(place.open("rb")) if held and isinstance(place, Path) else None))
            for label, place in files
        ]


def _lazy(files: Sequence[tuple[str, _File]], what: str) -> pl.LazyFrame:
    first = files[0][1]
    if len(files) == 1:
        return first.scan.drop(first.hidden) if first.hidden else first.scan
    if all(list(file.schema.items()) == list(first.schema.items()) for _, file in files):
        return _scan([file for _, file in files]).drop(first.hidden)
    visible = [
        (label, pl.Schema({name: dtype for name, dtype in file.schema.items() if name not in file.hidden}))
        for label, file in files
    ]
    union = common_schema(visible, what)
    scans = [conform(file.scan, schema, union) for (_, file), (_, schema) in zip(files, visible, strict=True)]
    return pl.concat(scans, how="vertical")


def _scan(files: Sequence[_File]) -> pl.LazyFrame:
    # A partition key may hold `*` or `=`: neither a pattern nor a Hive folder is meant by it
    sources = [file.source for file in files]
    return pl.scan_parquet(sources, glob=False, hive_partitioning=False, storage_options=files[0].options)


def _relation(files: Sequence[_File], lazy: pl.LazyFrame) -> duckdb.DuckDBPyRelation:
    names = lazy.collect_schema().names()
    paths = [str(file.place) for file in files if isinstance(file.place, Path)]
    plain = bool(names) and len(paths) == len(files) and all(_is_plain(file, names) for file in files)
    if plain and not any(map(_GLOB.search, paths)) and not holds_nan(lazy):
        duck = import_module("duckdb")
        return cast("duckdb.DuckDBPyRelation", duck.read_parquet(paths, hive_partitioning=False, union_by_name=True))
    return cast("duckdb.DuckDBPyRelation", convert(lazy, "duckdb"))


def holds_nan(lazy: pl.LazyFrame) -> bool:
    """Say whether a NaN stands anywhere.

    The statistics of a file leave it out, and DuckDB, to which it is the greatest number, goes by them: it passes over
    rows that it should find, as `isnan(rate)` or `rate > 100` do in memory.
    """
    asked = [nan for name, dtype in lazy.collect_schema().items() for nan in _nans(column_of(name), dtype)]
    found = [expression.alias(str(place)) for place, expression in enumerate(asked)]
    return bool(found) and any(lazy.select(found).collect(engine="streaming").row(0))


def _nans(value: pl.Expr, dtype: Any) -> Iterator[pl.Expr]:
    """Give what is true where a NaN stands in a column, one for each of its parts that may hold some."""
    if not any(part.is_float() for part in parts_of(dtype)):
        return
    if dtype.is_float():
        yield value.is_nan().any()
    elif isinstance(dtype, pl.List | pl.Array):
        yield from _nans(value.explode(), dtype.inner)
    elif isinstance(dtype, pl.Struct):
        for part in dtype.fields:
            yield from _nans(value.struct.field(part.name), part.dtype)
    else:
        yield pl.lit(value=True)  # a map: nobody looked


def _is_plain(file: _File, names: Sequence[str]) -> bool:
    """Say whether DuckDB reads the columns of a file as Polars does.

    It knows no two names by case, and reads 128 bits as bytes, lengths of time as numbers and arrays as lists.
    """
    folded = {name.casefold() for name in names}
    odd = any(isinstance(part, _READ_OTHERWISE) for dtype in file.schema.dtypes() for part in parts_of(dtype))
    return file.schema.names() == list(names) and len(folded) == len(names) and not odd


def _pandas(files: Sequence[_File]) -> pd.DataFrame:
    from platform_core.pandas_parquet.table import frame_of  # noqa: PLC0415 - pandas is loaded for pandas frames alone

    pandas = import_module("pandas")
    frames = [frame_of(file.arrow()) for file in files]
    if len(frames) == 1:
        return frames[0]
    counted = all(isinstance(frame.index, pandas.RangeIndex) for frame in frames)
    return cast("pd.DataFrame", pandas.concat(frames, ignore_index=counted))
