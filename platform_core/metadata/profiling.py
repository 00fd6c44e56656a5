"""The profile of a frame: nulls and bounds from the file's footer, and on request distinct counts, means, quantiles.

The full profile is two streaming passes over the file, whatever its size: one for distinct counts, means and standard
deviations, one for a sample that the quantiles are taken of. The sample is spread evenly over the rows by the golden
ratio, so it follows no period of the data. Up to 131,072 rows it is all of them, and distinct counts are exact too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from platform_core.errors import UserError
from platform_core.frames import convert, kind_of, not_a_frame
from platform_core.metadata.declared import personal_columns
from platform_core.metadata.statistics import ColumnStatistics, column_statistics

QUANTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
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

_EXACT = 131_072
_GOLDEN, _CIRCLE = 2_654_435_769, 1 << 32
_ROW = "__workbench_row__"
_ORDERED = cs.numeric() | cs.temporal()
_FLAT = _ORDERED | cs.boolean() | cs.string() | cs.categorical() | cs.enum()


def profile(source: object, *, personal: Collection[str] = (), full: bool = True) -> pl.DataFrame:
    """Give one row for each column: nulls, least and greatest value, distinct count, mean, deviation and quartiles.

    Distinct counts are approximate (within some 2 %) and so are quartiles (within some 0.3 % of their rank) beyond
    131,072 rows. Values are text, as columns differ in type; a column without an order has no quartiles.

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
        lazy = convert(source, "lazy")
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
        personal: Columns of which no value is shown.
        values: Whether values are shown of any column.
        full: Whether the data is read.
    """
    schema = lazy.collect_schema()
    masked = set(schema) if not values else set(personal)
    if values and (full or statistics):
        masked |= personal_columns(lazy.head(10).collect(), personal)
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
    return (name, str(dtype), nulls, share, *texts[:2], distinct, *texts[2:])


def _counted(
    lazy: pl.LazyFrame,
    schema: pl.Schema,
    statistics: Mapping[str, ColumnStatistics],
    masked: Collection[str],
    rows: int,
) -> dict[str, Any]:
    """Read the data: figures under `column:figure`."""
    flat = [name for name in schema if name in cs.expand_selector(schema, _FLAT)]
    ordered = [name for name in cs.expand_selector(schema, _ORDERED) if name not in masked]
    numbers = [name for name in ordered if schema[name].is_numeric()]
    unsaid = [name for name in schema if name not in statistics or statistics[name].nulls is None]
    unbounded = [
        name for name in flat if name not in masked and (name not in statistics or statistics[name].least is None)
    ]
    many = rows > _EXACT
    figures = [
        *(_distinct(pl.col(name), many=many).alias(f"{name}:distinct") for name in flat),
        *(pl.col(name).null_count().alias(f"{name}:nulls") for name in unsaid),
        *(pl.col(name).min().alias(f"{name}:least") for name in unbounded),
        *(pl.col(name).max().alias(f"{name}:greatest") for name in unbounded),
        *(pl.col(name).cast(pl.Float64).mean().alias(f"{name}:mean") for name in numbers),
        *(pl.col(name).cast(pl.Float64).std().alias(f"{name}:deviation") for name in numbers),
    ]
    queries = [lazy.select(figures), _sample(lazy.select(ordered), rows) if many else lazy.select(ordered)]
    counted, sample = pl.collect_all(queries, engine="streaming")
    found = counted.row(0, named=True) if figures else {}
    for name in ordered:
        column = sample[name].drop_nulls()
        column = (column.drop_nans() if schema[name].is_float() else column).sort()
        for what, share in QUANTILES.items():
            found[f"{name}:{what}"] = column[round(share * (len(column) - 1))] if len(column) else None
    return found


def _distinct(column: pl.Expr, *, many: bool) -> pl.Expr:
    return column.approx_n_unique() if many else column.n_unique()


def _sample(lazy: pl.LazyFrame, rows: int) -> pl.LazyFrame:
    """Give some 131,072 rows, spread evenly."""
    place = (pl.col(_ROW).cast(pl.UInt64) * _GOLDEN) & (_CIRCLE - 1)
    return lazy.with_row_index(_ROW).filter(place < _CIRCLE * _EXACT // rows).drop(_ROW)


def shown(value: Any) -> str:
    """Give a value as text: a number in at most twelve digits."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _scan(path: Path) -> pl.LazyFrame:
    try:
        frame = pl.scan_parquet(path, glob=False)
        frame.collect_schema()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UserError(
            f"{path.name!r} cannot be read as Parquet ({type(error).__name__}).", hint="Give the path of a file."
        ) from None
    return frame
