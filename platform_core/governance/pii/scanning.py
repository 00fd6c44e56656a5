"""Scanning a frame: every column made text, read in parts on all cores, and judged once more as a column."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from platform_core.errors import UserError
from platform_core.frames import convert, kind_of
from platform_core.governance.pii import prose, texts
from platform_core.governance.pii.kinds import Named, named
from platform_core.suggest import did_you_mean

FINDINGS = pl.Schema({"row": pl.UInt32, "column": pl.String, "kind": pl.String, "start": pl.UInt32, "end": pl.UInt32, "score": pl.Float64})  # fmt: skip
_PART_BYTES, _PART_ROWS = 4 << 20, 65_536
_FEW = 20  # cells below which a column says nothing of its own
_BY_CHANCE = 0.35  # a share of valid check digits that numbers drawn at random stay well below


def scan(frame: Any, columns: str | Iterable[str] | None = None, *, engine: str = "own", least: float = 0.5) -> pl.DataFrame:
    """Find personal data in the cells of a frame.

    Args:
        frame: A Polars DataFrame or LazyFrame (which is collected), a pandas DataFrame, a DuckDB relation or Arrow.
        columns: The columns to look at; all of them where it is None. Texts, categories, numbers and dates are read as
            they are written; booleans, times, durations and bytes hold nothing, lists and structs are left out (flatten them first; naming one
            is an error).
        engine: `own`, or `presidio` to add the names that Presidio's language model finds in prose (the package
            `presidio-analyzer` and a model of spaCy have to be installed).
        least: The score below which a finding is left out.

    Returns:
        A row for each finding, by column, row and start, with `row` (from 0), `column`, `kind` (of `pii.KINDS`), `start` and `end`
        (characters, not bytes; the end is after the last) and `score` (0 to 1; above 0.95 something proves it). Findings of
        a cell do not overlap: what is surer stands.

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
    extra = prose.finder() if engine == "presidio" else None
    tasks = [(name, part) for name in chosen for part in _parts(written(whole[name]))]
    with ThreadPoolExecutor(max_workers=max(1, min(len(tasks), os.cpu_count() or 1))) as pool:
        done = list(pool.map(lambda task: _found(task[1], named(task[0]), extra), tasks))
    made = []
    for name in chosen:
        found = [part for (owner, _), part in zip(tasks, done, strict=True) if owner == name and part.height]
        if found:
            judged = _as_column(pl.concat(found), whole[name], named(name))
            made.append(judged.filter(pl.col("score") >= least).with_columns(column=pl.lit(name)).select(FINDINGS.names()))
    return pl.concat(made) if made else pl.DataFrame(schema=FINDINGS)


def written(column: pl.Series) -> pl.DataFrame | None:
    """Give the cells of a column as they are written, without nulls, and each with its row; None where it has no text."""
    dtype = column.dtype
    about = named(column.name)
    if isinstance(dtype, pl.Float32 | pl.Float64):
        finite = column.is_finite().fill_null(value=False)
        held = column.filter(finite)
        if held.is_empty() or not (held == held.floor()).all() or held.abs().max() > 2.0**53:  # type: ignore[operator]  # a float
            return None
        # Whole numbers with a gap among them, as pandas holds them
        column, dtype = column.set(~finite, None).cast(pl.Int64), pl.Int64()
    if dtype.is_integer():
        most = column.max()
        if most is None or (most < 10**5 and not about.kinds):  # type: ignore[operator]  # a number
            return None
    elif isinstance(dtype, pl.Date | pl.Datetime):
        if not about.says("date_of_birth"):
            return None
        column = column.dt.date().cast(pl.String)
    elif not isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Decimal):
        return None
    text = column.cast(pl.String).alias("text")
    return text.to_frame().with_row_index("row").drop_nulls("text")


def _frame(frame: Any) -> pl.DataFrame:
    if isinstance(frame, pl.Series):
        return frame.to_frame()
    return frame if kind_of(frame) == "polars" else convert(convert(frame, "lazy"), "lazy").collect()  # type: ignore[no-any-return, union-attr]


def _chosen(schema: pl.Schema, columns: str | Iterable[str] | None) -> list[str]:
    if columns is None:
        return list(schema)
    wanted = [columns] if isinstance(columns, str) else list(columns)
    for name in wanted:
        if name not in schema:
            raise UserError(f"There is no column {name!r} to scan.", hint=did_you_mean(name, schema))
        if schema[name].is_nested() or isinstance(schema[name], pl.Object):
            raise UserError(f"The column {name!r} is nested ({schema[name].base_type()}).", hint="Explode or unnest it first.")
    return wanted


def _parts(cells: pl.DataFrame | None) -> Iterator[pl.DataFrame]:
    """Give the cells in parts that one thread reads at a time."""
    if cells is None or cells.is_empty():
        return
    size = cells["text"].str.len_bytes().mean() or 1
    rows = max(1024, min(_PART_ROWS, int(_PART_BYTES / max(1.0, size))))  # type: ignore[arg-type]  # a mean of whole numbers
    yield from cells.iter_slices(rows)


def _found(cells: pl.DataFrame, about: Named, extra: Callable[[pl.DataFrame], pl.DataFrame] | None) -> pl.DataFrame:
    found = texts.find(cells, about)
    return found if extra is None else texts.apart(pl.concat([found, extra(cells)], how="diagonal").select(found.columns))


def _as_column(found: pl.DataFrame, column: pl.Series, about: Named) -> pl.DataFrame:
    """Leave out what chance alone would find: a tenth of any numbers have the check digit of some kind."""
    chance = found.filter(pl.col("chance") & pl.col("whole"))
    if not about.says("nhs_number", "utr", "card") and chance.height:
        cells = column.cast(pl.String).drop_nulls().str.strip_chars()
        for ten, form in ((True, r"^[0-9]{10}$"), (False, r"^[0-9]{13,19}$")):
            alike = int(cells.str.contains(form).sum())
            valid = chance.filter(pl.col("ten") == ten).height
            if alike >= _FEW and valid < _BY_CHANCE * alike:
                found = found.filter(~(pl.col("chance") & pl.col("whole") & (pl.col("ten") == ten)))
    return found


def kinds_in(found: pl.DataFrame) -> Sequence[str]:
    """Name the kinds of some findings, sorted."""
    return sorted(found["kind"].unique())
