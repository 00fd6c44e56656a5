"""The profile of a frame: nulls and bounds from the file's footer, and on request distinct counts, means, quantiles.

The full profile reads the data once, batch by batch, so that its memory does not grow with the table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

import polars as pl
import polars.selectors as cs

from platform_core.columns import column_of, type_text, unnamed
from platform_core.errors import UserError
from platform_core.frames import convert, kind_of, not_a_frame
from platform_core.metadata.bounds import ColumnStatistics
from platform_core.metadata.counting import QUANTILES, Column, sampled
from platform_core.metadata.declared import personal_columns
from platform_core.metadata.statistics import column_statistics

SCHEMA = {
    "column": pl.String,
    "type": pl.String,
    "nulls": pl.Int64,
    "null_share": pl.Float64,
    "least": pl.String,
    "greatest": pl.String,
    "distinct": pl.Int64,
    "mean": pl.String,
    "deviation": pl.String,
    **dict.fromkeys(QUANTILES, pl.String),
}

_HEAD = 10  # rows that the detector of personal data is given
_ORDERED = cs.numeric() | cs.temporal()
_FLAT = _ORDERED | cs.boolean() | cs.string() | cs.categorical() | cs.enum()


def profile(source: object, *, personal: Collection[str] = (), full: bool = True) -> pl.DataFrame:
    """Give one row for each column: nulls, least and greatest value, distinct count, mean, deviation and quartiles.

    Quartiles are exact up to 131,072 rows and within some 0.5 % of their rank beyond, distinct counts exact up to
    65,536 and within some 2 % beyond. Values are text, as columns differ in type; a column without an order has no
    quartiles. A lazy frame is computed twice, or once where it is a scan.

    Args:
        source: A frame of any kind, or the path of a Parquet file.
        personal: Columns of which no value is shown; their nulls and distinct values are counted.
        full: Whether to read the data. Where not, only what the footer of a file says is given.

    Raises:
        UserError: There is no such file, or the value is no frame.

    >>> profile(pl.DataFrame({"fee": [1, 2, None, 4]})).select("nulls", "greatest", "distinct", "median").rows()
    [(1, '4', 3, '2')]
    """
    statistics: Mapping[str, ColumnStatistics] = {}
    if isinstance(source, str | Path):
        lazy = _scan(Path(source))
        statistics = column_statistics(Path(source))
    elif kind_of(source) is None:
        raise not_a_frame(source, "What is to be profiled")
    else:
        lazy = cast("pl.LazyFrame", convert(source, "lazy"))
    if full or statistics:
        personal = personal_columns(lazy.head(_HEAD).collect(), personal)
    return profile_of(lazy, statistics, personal=personal, full=full)


def profile_of(
    lazy: pl.LazyFrame,
    statistics: Mapping[str, ColumnStatistics],
    *,
    rows: int | None = None,
    personal: Collection[str] = (),
    values: bool = True,
    full: bool = False,
) -> pl.DataFrame:
    """Give the profile of a stored frame, one row for each column; see `profile`.

    Args:
        lazy: The frame.
        statistics: What the file's footer says.
        rows: How many there are, where that is known.
        personal: Columns of which no value is shown: those that a detector finds as well.
        values: Whether values are shown of any column.
        full: Whether the data is read.
    """
    schema = lazy.collect_schema()
    masked = set(schema) if not values else set(personal)
    if rows is None and full:
        rows = int(lazy.select(pl.len()).collect(engine="streaming").item())
    found = _counted(lazy, schema, statistics, masked, rows or 0) if full else {}
    return pl.DataFrame(
        [_line(name, dtype, statistics.get(name), found, masked, rows) for name, dtype in schema.items()],
        schema=SCHEMA,
        orient="row",
    )


def _line(
    name: str,
    dtype: pl.DataType,
    known: ColumnStatistics | None,
    found: Mapping[str, Any],
    masked: Collection[str],
    rows: int | None,
) -> tuple[Any, ...]:
    nulls = known.nulls if known is not None and known.nulls is not None else found.get(f"{name}:nulls")
    share = None if nulls is None or rows is None else nulls / rows if rows else 0.0
    distinct = found.get(f"{name}:distinct")
    if distinct is not None and nulls:
        distinct -= 1  # the null was counted as a value
    if name in masked:
        values: list[Any] = [None] * (4 + len(QUANTILES))
    else:
        least, greatest = (known.least, known.greatest) if known is not None else (None, None)
        values = [
            least if least is not None else found.get(f"{name}:least"),
            greatest if greatest is not None else found.get(f"{name}:greatest"),
            *(found.get(f"{name}:{what}") for what in ("mean", "deviation", *QUANTILES)),
        ]
    texts = [None if value is None else shown(value) for value in values]
    return (name, type_text(dtype), nulls, share, *texts[:2], distinct, *texts[2:])


def _counted(
    lazy: pl.LazyFrame,
    schema: pl.Schema,
    statistics: Mapping[str, ColumnStatistics],
    masked: Collection[str],
    rows: int,
) -> dict[str, Any]:
    """Read the data, once and batch by batch: figures under `column:figure`."""
    unsaid = [name for name in schema if name not in statistics or statistics[name].nulls is None]
    columns = {
        name: Column(
            schema[name],
            values=name not in masked,
            bounds=name not in statistics or None in (statistics[name].least, statistics[name].greatest),
        )
        for name in cs.expand_selector(schema, _FLAT)
    }
    nulls = dict.fromkeys(unsaid, 0)
    first = 0
    for batch in lazy.select(map(column_of, dict.fromkeys([*columns, *unsaid]))).collect_batches():
        chosen = sampled(first, batch.height, rows)
        for name, column in columns.items():
            column.add(unnamed(batch[name]), chosen)
        for name in unsaid:
            nulls[name] += batch[name].null_count()
        first += batch.height
    found: dict[str, Any] = {f"{name}:nulls": count for name, count in nulls.items()}
    for name, column in columns.items():
        found |= {f"{name}:{figure}": value for figure, value in column.figures().items()}
    return found


def shown(value: Any) -> str:
    """Give a value as text: a number in at most twelve digits."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _scan(path: Path) -> pl.LazyFrame:
    try:
        frame = pl.scan_parquet(path, glob=False)
        frame.collect_schema()
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise UserError(
            f"{path.name!r} cannot be read as Parquet ({type(error).__name__}).", hint="Give the path of a file."
        ) from None
    return frame
