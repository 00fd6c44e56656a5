"""Files of people as frames: CSV, JSON, Parquet, and the sheets of Excel and OpenDocument workbooks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from platform_core.errors import UserError
from platform_core.resources.base import needed
from platform_core.suggest import did_you_mean

DAYS = {"uk": "%d/%m/%Y", "iso": "%Y-%m-%d"}
_EXACT = 2**53
SHEETS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}


def read_table(path: Path, *, encoding: str = "utf-8", **options: Any) -> pl.DataFrame:
    """Give a file as a frame, by its ending.

    Args:
        path: A CSV, JSON, JSON-lines or Parquet file, or a workbook.
        encoding: Of a CSV file, as Python names it: `utf-8`, or `cp1252` of older Excel.
        **options: Of `read_sheet` for a workbook, else of Polars' own reader.

    Raises:
        UserError: The ending says no format, or the file is not what its ending says.
    """
    ending = path.suffix.lower()
    readers: Mapping[str, Callable[..., pl.DataFrame]] = {
        ".parquet": pl.read_parquet,
        ".json": pl.read_json,
        ".ndjson": pl.read_ndjson,
        ".jsonl": pl.read_ndjson,
        ".csv": pl.read_csv,
        ".tsv": pl.read_csv,
    }
    if ending in SHEETS:
        return _typed_by_values(read_sheet(path, **options))
    if ending not in readers:
        raise UserError(f"The ending of {path.name!r} says no format.", hint=f"Use {', '.join([*readers, *SHEETS])}.")
    if ending in {".csv", ".tsv"}:
        text = {"infer_schema_length": None, "encoding": encoding, **({"separator": "\t"} if ending == ".tsv" else {})}
        options = text | options
    try:
        frame = readers[ending](path, **options)
        # A column without a value has the type of none, so that it fits the files that have some
        return frame if ending == ".parquet" else _typed_by_values(frame)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        is_text = "utf-8" in str(error).lower() or isinstance(error, UnicodeDecodeError)
        hint = 'Older Excel writes encoding="cp1252".' if is_text else None
        what = f"is not {encoding}" if is_text else f"cannot be read as {ending[1:]} ({type(error).__name__})"
        raise UserError(f"{path.name!r} {what}.", hint=hint) from None


def _typed_by_values(frame: pl.DataFrame) -> pl.DataFrame:
    empty = [name for name in frame.columns if frame[name].null_count() == frame.height]
    return frame.with_columns(pl.col(empty).cast(pl.Null))


def read_sheet(
    path: Path,
    *,
    sheet: str | int = 0,
    header_row: int = 1,
    columns: Sequence[str] = (),
    fill_down: Sequence[str] = (),
) -> pl.DataFrame:
    """Give a sheet of a workbook as a frame, without the empty rows at its end.

    A column whose cells are of several types is text. A cell that a merge covers is null, all but the first.

    Args:
        path: An Excel or OpenDocument workbook.
        sheet: Its name, or its number from 0.
        header_row: The row of the names, counted from 1 as the workbook shows it; what stands above it is passed over.
        columns: The columns to keep; all where it is left out.
        fill_down: Columns whose empty cells take the value above: those of a merge that covers several rows.

    Raises:
        UserError: It is no workbook, has no such sheet or column, or the header has a name twice or none over values.
    """
    library = needed("fastexcel", "spreadsheets")
    try:
        book = library.read_excel(path)
    except library.FastExcelError:
        raise UserError(f"{path.name!r} is no workbook that can be read.", hint="Is it open, or protected?") from None
    names = book.sheet_names
    if (sheet not in names) if isinstance(sheet, str) else not 0 <= sheet < len(names):
        raise UserError(f"{path.name!r} has no sheet {sheet!r}.", hint=did_you_mean(str(sheet), names))
    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of each column without values
    header = _rows(library, book, sheet, path.name, skip_rows=header_row - 1, n_rows=1, dtypes="string")
    if header.is_empty():
        raise UserError(
            f"The sheet {sheet!r} of {path.name!r} has no row {header_row}.",
            hint="header_row= is the row of the column names, from 1.",
        )
    body = _rows(library, book, sheet, path.name, skip_rows=header_row, schema_sample_rows=None)
    frame = _named(_ended(body), header.row(0), path.name)
    for name in (*columns, *fill_down):
        if name not in frame.columns:
            raise UserError(f"{path.name!r} has no column {name!r}.", hint=did_you_mean(name, frame.columns))
    return frame.with_columns(pl.col(list(fill_down)).forward_fill()).select(list(columns) or pl.all())


def _rows(library: Any, book: Any, sheet: str | int, file: str, **options: Any) -> pl.DataFrame:
    try:
        return pl.DataFrame(book.load_sheet(sheet, header_row=None, **options))
    except library.InvalidParametersError:  # there are fewer rows
        return pl.DataFrame()
    except (library.FastExcelError, pl.exceptions.PolarsError, OverflowError) as error:
        raise UserError(f"The sheet {sheet!r} of {file!r} cannot be read ({type(error).__name__}).") from None


def _ended(body: pl.DataFrame) -> pl.DataFrame:
    """Give the rows without the empty ones at the end."""
    if not body.width:
        return body
    full = body.select(~pl.all_horizontal(pl.all().is_null())).to_series().arg_true()
    return body.head(0 if full.is_empty() else int(full[-1]) + 1)


def _named(body: pl.DataFrame, header: Sequence[str | None], file: str) -> pl.DataFrame:
    """Give the columns their names; one without a name and without values is left out."""
    kept: dict[str, pl.Series] = {}
    for place, name in enumerate(header):
        column = body.to_series(place) if place < body.width else pl.Series(dtype=pl.Null)
        text = " ".join((name or "").split())
        if not text and column.null_count() == len(column):
            continue
        if not text or text in kept:
            what = f"the name {text!r} twice" if text else f"no name over column {place + 1}, which holds values"
            raise UserError(f"The header of {file!r} has {what}.", hint="Is header_row= the row of the names?")
        kept[text] = _plain(column)
    return pl.DataFrame([column.alias(name) for name, column in kept.items()])


def _plain(column: pl.Series) -> pl.Series:
    """Give a workbook's numbers and moments as everything else here has them: whole numbers, and microseconds."""
    if column.dtype == pl.Datetime("ms"):
        return column.cast(pl.Datetime("us"))
    if column.dtype == pl.Float64 and bool(((column % 1 == 0) & (column.abs() < _EXACT)).all()):
        return column.cast(pl.Int64)
    return column


def with_dates(frame: pl.DataFrame, dates: Mapping[str, str], file: str) -> pl.DataFrame:
    """Give a frame with columns of text read as dates.

    Args:
        frame: The frame.
        dates: The format of each column: `uk` (31/01/2025), `iso` (2025-01-31), or one of `strptime`.
        file: The file, as errors name it.

    Raises:
        UserError: There is no such column, or a value is no such date; how many are not is said, and no value.
    """
    for name, form in dates.items():
        if name not in frame.columns:
            raise UserError(f"{file!r} has no column {name!r}.", hint=did_you_mean(name, frame.columns))
        column = frame[name]
        if column.dtype == pl.Date:
            continue
        if column.dtype.is_temporal():
            frame = frame.with_columns(column.dt.date())
            continue
        text = column.cast(pl.String).str.strip_chars()
        read = text.str.to_date(DAYS.get(form, form), strict=False)
        wrong = int((read.is_null() & text.is_not_null() & (text != "")).sum())
        if wrong:
            raise UserError(f"{wrong} of {len(text)} values of {name!r} in {file!r} are no dates of the form {form!r}.")
        frame = frame.with_columns(read)
    return frame
