"""Scanning a frame: every column made text, read in parts on all cores, and judged once more as a column."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from platform_core.columns import TEXT
from platform_core.errors import UserError
from platform_core.frames import to_polars
from platform_core.governance.pii import repeating
from platform_core.governance.pii.cutting import are_long
from platform_core.governance.pii.kinds import Named, named
from platform_core.suggest import did_you_mean

FINDINGS = pl.Schema(
    {
        "row": pl.UInt32,
        "column": pl.String,
        "kind": pl.String,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "score": pl.Float64,
    }
)
_PART_BYTES, _PART_ROWS = 32 << 20, 1 << 20  # of a part at most: each costs the making of every pattern once more
_FEW_ROWS = 20_000  # of different texts, which are not worth a second core


def scan(
    frame: Any, columns: str | Iterable[str] | None = None, *, engine: str = "own", least: float = 0.5
) -> pl.DataFrame:
    """Find personal data in the cells of a frame.

    Args:
        frame: A Polars DataFrame or LazyFrame (which is collected), a pandas DataFrame, a DuckDB relation or Arrow.
        columns: The columns to look at; all of them where it is None. Texts, categories, numbers and dates are read as
            they are written; booleans, times, durations and bytes hold nothing; lists and structs are left out (flatten
            them first; naming one is an error).
        engine: `own`, or `presidio` to add the names that Presidio's language model finds in prose (the package
            `presidio-analyzer` and a model of spaCy have to be installed).
        least: The score below which a finding is left out.

    Returns:
        A row for each finding, by column, row and start: `row` (from 0), `column`, `kind` (of `pii.KINDS`), `start` and
        `end` (characters, not bytes; the end is after the last) and `score` (0 to 1; above 0.95 something proves it).
        Findings of a cell do not overlap: what is surer stands.

    Raises:
        UserError: A column is not there or is nested, the value is no frame, or there is no such engine.

    >>> from platform_core.governance import pii
    >>> frame = pl.DataFrame({"note": ["Mrs Ada Khan, 07700 900123", None], "nhs": [9434765919, 9434765918]})
    >>> for row in pii.scan(frame).rows():
    ...     print(row)
    (0, 'note', 'name', 0, 12, 0.95)
    (0, 'note', 'phone', 14, 26, 0.9)
    (0, 'nhs', 'nhs_number', 0, 10, 0.98)
    """
    if engine not in {"own", "presidio"}:
        raise UserError(f"There is no engine {engine!r}.", hint="Write engine='own' or engine='presidio'.")
    whole = _frame(frame)
    chosen = _chosen(whole.schema, columns)
    extra = None
    if engine == "presidio":
        from platform_core.governance.pii import prose  # noqa: PLC0415 - few have it

        extra = prose.finder()
    judged = [
        part.with_columns(column=pl.lit(chosen[place])).select(
            pl.col(key).cast(dtype) for key, dtype in FINDINGS.items()
        )
        for place, part in found_in([whole[name] for name in chosen], least, extra)
    ]
    return pl.concat(judged) if judged else pl.DataFrame(schema=FINDINGS)


def found_in(
    columns: Sequence[pl.Series],
    least: float = 0.5,
    extra: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
) -> list[tuple[int, pl.DataFrame]]:
    """Give what is found in columns, of one frame or of several, each judged by its own name and cells alone.

    They are read together: making the patterns costs more than reading a few cells with them.

    Args:
        columns: The columns; they may differ in length.
        least: The score below which a finding is left out.
        extra: Finds more in cells.

    Returns:
        The place among the columns, ascending, and the findings of each in which there are some, by row and start.

    >>> [(place, part["kind"].to_list()) for place, part in found_in([pl.Series(["x"]), pl.Series(["a@b.org", "x"])])]
    [(1, ['email'])]
    """
    height = max((len(column) for column in columns), default=1) or 1
    about = [named(column.name) for column in columns]
    again: dict[int, pl.DataFrame] = {}
    parts = list(_parts(columns, height, again))
    if not parts:
        return []
    # Of a table of measures there is no text to read: what reads them costs more to load than that
    from platform_core.governance.pii import judging, texts  # noqa: PLC0415

    if len(parts) < 2:
        done = [_found(part, about, height, extra) for part in parts]
    else:
        with ThreadPoolExecutor(max_workers=min(len(parts), os.cpu_count() or 1)) as pool:
            done = list(pool.map(lambda part: _found(part, about, height, extra), parts))
    every = pl.concat([part for part in done if part.height] or [pl.DataFrame(schema=texts.SCHEMA)])
    if every.is_empty():
        return []
    every = repeating.everywhere(every, again, height)
    # Cells are numbered through all columns, in the order of the columns
    places = every.select(pl.col("row") // height).to_series().rle()
    every = every.with_columns(row=pl.col("row") % height)
    begun, judged = 0, []
    for count, place in zip(places.struct.field("len"), places.struct.field("value"), strict=True):
        part, begun = every.slice(begun, count), begun + count
        part = judging.as_column(part, columns[place], about[place])
        judged.append((place, part if (part["score"] >= least).all() else part.filter(pl.col("score") >= least)))
    return sorted(judged, key=lambda item: item[0])


def written(column: pl.Series, begin: int = 0) -> pl.DataFrame | None:
    """Give the cells of a column as they are written, without nulls, with their rows; None where it has no text.

    Args:
        column: The column.
        begin: The number of its first row.
    """
    dtype = column.dtype
    about = named(column.name)
    column = column.alias("")  # Polars takes `^a$` for a pattern in a Series' own methods too
    if isinstance(dtype, pl.Float32 | pl.Float64):
        finite = column.is_finite().fill_null(value=False)
        held = column.filter(finite)
        if held.is_empty() or not (held == held.floor()).all() or (held.abs() > 2.0**53).any():
            return None
        # Whole numbers with a gap among them, as pandas holds them
        column, dtype = column.set(~finite, None).cast(pl.Int64), pl.Int64()
    if dtype.is_integer():
        most = column.max()
        if not about.kinds and (not isinstance(most, int) or most < 10**5):
            return None
    elif isinstance(dtype, pl.Date | pl.Datetime):
        if not about.says("date_of_birth"):
            return None
        column = column.dt.date().cast(pl.String)
    elif not isinstance(dtype, (*TEXT, pl.Decimal)):
        return None
    rows = pl.int_range(begin, begin + len(column), dtype=pl.UInt64, eager=True)
    cells = pl.DataFrame({"row": rows, "text": column.cast(pl.String)})
    return cells.drop_nulls("text") if column.null_count() else cells


def _frame(frame: Any) -> pl.DataFrame:
    if isinstance(frame, pl.Series):
        return frame.to_frame()
    return to_polars(frame)


def _chosen(schema: pl.Schema, columns: str | Iterable[str] | None) -> list[str]:
    if columns is None:
        return list(schema)
    wanted = [columns] if isinstance(columns, str) else list(columns)
    for name in wanted:
        if name not in schema:
            raise UserError(f"There is no column {name!r} to scan.", hint=did_you_mean(name, schema))
        if schema[name].is_nested() or isinstance(schema[name], pl.Object):
            raise UserError(
                f"The column {name!r} is nested ({schema[name].base_type()}).", hint="Explode or unnest it first."
            )
    return wanted


def _parts(columns: Sequence[pl.Series], height: int, again: dict[int, pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Give the cells in parts that one thread reads at a time, short columns together; tell where texts stand again."""
    alike: dict[bool, list[pl.DataFrame]] = {False: [], True: []}
    for place, column in enumerate(columns):
        cells = written(column, place * height)
        if cells is None or cells.is_empty():
            continue
        cells, rows = repeating.once(cells)
        if rows is not None:
            again[place] = rows
        alike[are_long(cells)].append(cells)
    for together in filter(None, alike.values()):
        cells = pl.concat(together, rechunk=True)
        least = max(int(cells["text"].str.len_bytes().sum()) / _PART_BYTES, cells.height / _PART_ROWS)
        cores = min(os.cpu_count() or 1, -(-cells.height // _FEW_ROWS))
        # As many parts for one core as for the other
        yield from cells.iter_slices(-(-cells.height // (math.ceil(least / cores) * cores)))


def _found(
    cells: pl.DataFrame,
    about: Sequence[Named],
    height: int,
    extra: Callable[[pl.DataFrame], pl.DataFrame] | None,
) -> pl.DataFrame:
    from platform_core.governance.pii import texts  # noqa: PLC0415 - as above

    found = texts.find(cells, about, height)
    return (
        found if extra is None else texts.apart(pl.concat([found, extra(cells)], how="diagonal").select(found.columns))
    )
