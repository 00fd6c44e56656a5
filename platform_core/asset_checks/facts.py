"""What a Parquet file tells of its data without being read: rows, nulls, extremes, and the values of dictionaries.

Nothing is guessed: where a statistic is missing, of a kind that does not bound every value (floats leave NaN out, text
may be cut short), or of a type that Polars reads otherwise, nothing is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from platform_core.asset_checks.dictionaries import dictionary_of
from platform_core.columns import TEXT
from platform_core.thrift import UnreadableError

_UNITS = {"ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_MOST_VALUES = 50_000  # of a column's dictionaries; beyond it reading the data costs no more


class Facts:
    """What the footers and dictionaries of Parquet files that are read as one frame tell of it."""

    def __init__(self, paths: Sequence[Path], schema: pl.Schema) -> None:
        self._footers = [(path, pq.read_metadata(path)) for path in paths]
        self._schema = schema
        self.nulls = cache(self._nulls)
        self.extremes = cache(self._extremes)
        self.values = cache(self._values)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(footer.num_rows for _, footer in self._footers)

    def _nulls(self, column: str) -> int | None:
        """Give the number of nulls of a column, or None where it is not told."""
        total = 0
        for chunk in self._chunks(column):
            statistics = chunk.statistics if chunk is not None else None
            if statistics is None or not statistics.has_null_count:
                return None
            total += statistics.null_count
        return total

    def _extremes(self, column: str) -> pl.Series | None:
        """Give the least and the greatest value in the column's type, none where all are null; None where not told."""
        dtype = self._schema[column]
        if not dtype.is_integer() and not isinstance(dtype, pl.Date | pl.Datetime):
            return None
        found: list[int] = []
        for footer, place in self._places(column):
            if place is None or not _as_polars_reads(footer.schema.column(place), dtype):
                return None
            for group in range(footer.num_row_groups):
                statistics = footer.row_group(group).column(place).statistics
                if statistics is None:
                    return None
                if statistics.has_min_max:
                    # Whole numbers as their sign says; dates and times as they are stored
                    pair = (
                        (statistics.min, statistics.max)
                        if dtype.is_integer()
                        else (statistics.min_raw, statistics.max_raw)
                    )
                    found += [int(pair[0]), int(pair[1])]
                elif not statistics.has_null_count or statistics.null_count != footer.row_group(group).num_rows:
                    return None
        ends = [min(found), max(found)] if found else []
        if dtype.is_integer():
            return pl.Series(column, ends, dtype=dtype)
        stored = pl.Int32 if isinstance(dtype, pl.Date) else pl.Int64
        return pl.Series(column, ends, dtype=stored).cast(dtype)

    def _values(self, column: str) -> pl.Series | None:
        """Give the values that a column of text can hold at most, or None where not every page has a dictionary."""
        dtype = self._schema[column]
        if not isinstance(dtype, TEXT):
            return None
        found: set[bytes] = set()
        for (path, footer), (_, place) in zip(self._footers, self._places(column), strict=True):
            if place is None or footer.schema.column(place).physical_type != "BYTE_ARRAY":
                return None
            try:
                for values in dictionary_of(path, footer, place):
                    found.update(values)
                    if len(found) > _MOST_VALUES:
                        return None
            except UnreadableError:
                return None
        try:
            return pl.Series(column, [value.decode() for value in sorted(found)], dtype=pl.String).cast(dtype)
        except (UnicodeDecodeError, pl.exceptions.PolarsError):  # an Enum that lacks a value of the dictionary
            return None

    def _places(self, column: str) -> list[tuple[pq.FileMetaData, int | None]]:
        return [
            # A folder may name the column as Hive does: then that counts, whatever the file holds
            (
                footer,
                None if any(unquote(part).startswith(f"{column}=") for part in path.parts) else _place(footer, column),
            )
            for path, footer in self._footers
        ]

    def _chunks(self, column: str) -> Iterator[pq.ColumnChunkMetaData | None]:
        for footer, place in self._places(column):
            if place is None:
                yield None
            else:
                for group in range(footer.num_row_groups):
                    yield footer.row_group(group).column(place)


def facts_of(paths: Sequence[Path], schema: pl.Schema) -> Facts | None:
    """Give what files tell of the frame that they are read as; None where a footer cannot be read."""
    try:
        return Facts(paths, schema)
    except (OSError, pa.ArrowException):  # 128-bit numbers of Polars among them
        return None


def _place(footer: pq.FileMetaData, column: str) -> int | None:
    """Give the place of a flat column; a name with a dot may be the field of a struct, which is another thing."""
    if "." in column:
        return None
    places = [
        place
        for place in range(footer.num_columns)
        if footer.schema.column(place).path == column and footer.schema.column(place).max_repetition_level == 0
    ]
    return places[0] if len(places) == 1 else None


def _as_polars_reads(column: pq.ColumnSchema, dtype: pl.DataType) -> bool:
    """Say whether a column's stored whole numbers are those of the Polars type."""
    kind = json.loads(column.logical_type.to_json())
    if dtype.is_integer():
        return column.physical_type in {"INT32", "INT64"} and kind["Type"] in {"None", "Int"}
    if isinstance(dtype, pl.Date):
        return (column.physical_type, kind["Type"]) == ("INT32", "Date")
    if not isinstance(dtype, pl.Datetime) or column.physical_type != "INT64":
        return False
    return (kind["Type"], kind.get("timeUnit")) == ("Timestamp", _UNITS[dtype.time_unit])
