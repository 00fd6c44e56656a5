"""What the footer of a Parquet file says of its columns: nulls, least and greatest value. No row is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from platform_core.metadata.bounds import ColumnStatistics

_MOST_CHUNKS = 20_000  # of columns in row groups; looking at each costs some microseconds


def column_statistics(path: Path) -> Mapping[str, ColumnStatistics]:
    """Read what a Parquet file's footer says of its columns, by name.

    Columns of lists and structs are left out, and so is everything where the file holds more chunks than can be looked
    at quickly, or numbers of 128 bits.
    """
    try:
        footer = pq.read_metadata(path)
    except pa.ArrowNotImplementedError:  # 128-bit numbers of Polars
        return {}
    if not footer.num_row_groups or footer.num_columns * footer.num_row_groups > _MOST_CHUNKS:
        return {}
    chunks: dict[str, list[Any]] = {}
    for group in (footer.row_group(number) for number in range(footer.num_row_groups)):
        for chunk in (group.column(number) for number in range(footer.num_columns)):
            chunks.setdefault(chunk.path_in_schema, []).append(chunk.statistics if chunk.is_stats_set else None)
    plain = {footer.schema.column(number).path for number in range(footer.num_columns)}
    names = set(footer.schema.to_arrow_schema().names)
    return {name: _together(parts) for name, parts in chunks.items() if name in plain & names}


def _together(parts: list[Any]) -> ColumnStatistics:
    known = all(part is not None and part.has_null_count for part in parts)
    nulls = sum(part.null_count for part in parts) if known else None
    # A chunk of nothing but nulls has no bounds; one that does hold values but no bounds leaves the whole without
    full = [part for part in parts if part is None or part.num_values]
    if not full or any(part is None or not part.has_min_max for part in full):
        return ColumnStatistics(nulls)
    return ColumnStatistics(nulls, _bound(full, "min", min), _bound(full, "max", max))


def _bound(parts: Iterable[Any], side: str, choose: Any) -> Any:
    try:
        found = choose(getattr(part, side) for part in parts)
    except (TypeError, ValueError, OverflowError, pa.ArrowException):
        return None
    if isinstance(found, bytes):
        return None
    # A writer may write zero as -0.0
    return found + 0.0 if isinstance(found, float) else found
