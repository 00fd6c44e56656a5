"""Files of people as frames: CSV, JSON, Parquet, and the sheets of Excel and OpenDocument workbooks."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

import polars as pl

from platform_core.columns import column_of, unnamed
from platform_core.errors import UserError
from platform_core.resources.base import needed
from platform_core.sdk.factories.csv_files import read_csv
from platform_core.sdk.factories.json_files import read_json, read_json_lines
from platform_core.sdk.factories.ods import readable
from platform_core.sdk.factories.unreadable import unreadable
from platform_core.sdk.factories.xlsx import day_of_times, with_known_errors
from platform_core.suggest import did_you_mean

DAYS = {"uk": "%d/%m/%Y", "iso": "%Y-%m-%d"}
_EXACT = 2**53
_FIRST_YEAR = 1000
Errors = Literal["refuse", "null"]
SHEETS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}


def read_table(path: Path, *, encoding: str = "utf-8", **options: Any) -> pl.DataFrame:
    """Give a file as a frame, by its ending.

    Args:
        path: A CSV, JSON, JSON-lines or Parquet file, or a workbook.
        encoding: Of a CSV file, as Python names it: `utf-8`, or `cp1252` of older Excel.
        **options: Of `read_sheet` for a workbook, else of Polars' own reader. Without any, JSON is read strictly.

    Raises:
        UserError: The ending says no format, or the file is not what its ending says.
    """
    ending = path.suffix.lower()
    if ending in SHEETS:
        return _typed_by_values(read_sheet(path, **options))
    if ending not in FORMATS:
        raise UserError(f"The ending of {path.name!r} says no format.", hint=f"Use {', '.join([*FORMATS, *SHEETS])}.")
    if ending != ".parquet":
        _refuse_disguised(path, encoding)
    try:
        frame = FORMATS[ending](path, encoding, options)
        # A column without a value has the type of none, so that it fits the files that have some
        return frame if ending == ".parquet" else _typed_by_values(frame)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        is_text = "utf-8" in str(error).lower() or isinstance(error, UnicodeDecodeError)
        hint = 'Older Excel writes encoding="cp1252".' if is_text else None
        what = f"is not {encoding}" if is_text else f"cannot be read as {ending[1:]} ({type(error).__name__})"
        empty = isinstance(error, pl.exceptions.NoDataError)
        raise UserError(f"{path.name!r} {'is empty' if empty else what}.", hint=hint) from None


def _parquet(path: Path, _: str, options: Mapping[str, Any]) -> pl.DataFrame:
    return pl.read_parquet(path, glob=False, **options)


def _json(path: Path, encoding: str, options: Mapping[str, Any]) -> pl.DataFrame:
    lines = path.suffix.lower() != ".json"
    if options:
        reader = pl.read_ndjson if lines else pl.read_json
        return reader(path, **{"infer_schema_length": None, **options})
    name = "utf-8-sig" if encoding == "utf-8" else encoding  # which passes over a mark before the text
    return read_json_lines(path, name) if lines else read_json(path, name)


def _tsv(path: Path, encoding: str, options: Mapping[str, Any]) -> pl.DataFrame:
    return read_csv(path, encoding, {"separator": "\t", **options})


FORMATS: Mapping[str, Callable[[Path, str, Mapping[str, Any]], pl.DataFrame]] = {
    ".parquet": _parquet,
    ".json": _json,
    ".ndjson": _json,
    ".jsonl": _json,
    ".csv": read_csv,
    ".tsv": _tsv,
}


def _refuse_disguised(path: Path, encoding: str) -> None:
    """Refuse text that is none, or is in another encoding, as its first bytes say."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise UserError(
            f"{path.name!r} is a {'zip' if head[:1] == b'P' else 'gzip'} archive, whatever its ending says.",
            hint="Unpack it first, or give read= a function that does.",
        )
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) and encoding.lower().startswith("utf-8"):
        raise UserError(f"{path.name!r} is not {encoding} but UTF-16.", hint='Write reading={"encoding": "utf-16"}.')


def _typed_by_values(frame: pl.DataFrame) -> pl.DataFrame:
    empty = [name for name in frame.columns if frame[name].null_count() == frame.height]
    return frame.with_columns(column_of(name).cast(pl.Null) for name in empty)


def read_sheet(
    path: Path,
    *,
    sheet: str | int = 0,
    header_row: int = 1,
    columns: Sequence[str] = (),
    fill_down: Sequence[str] = (),
    errors: Errors = "refuse",
) -> pl.DataFrame:
    """Give a sheet of a workbook as a frame, without the empty rows at its end.

    A column whose cells are of several types is text. A cell that a merge covers is null, all but the first.

    Args:
        path: An Excel or OpenDocument workbook.
        sheet: Its name, or its number from 0.
        header_row: The row of the names, counted from 1 as the workbook shows it; what stands above it is passed over.
        columns: The columns to keep; all where it is left out.
        fill_down: Columns whose empty cells take the value above: those of a merge that covers several rows.
        errors: Whether a cell whose formula failed (`#N/A`) is refused, or null.

    Raises:
        UserError: It is no workbook, has no such sheet or column, or the header has a name twice or none over values.
    """
    if errors not in get_args(Errors):
        raise UserError(f"There is no errors={errors!r}.", hint=did_you_mean(str(errors), get_args(Errors)))
    given = readable(path, errors) if path.suffix.lower() == ".ods" else path
    try:
        header, body, lost = _parts(given, sheet, path, header_row)
    except _UnreadableSheetError:
        known = with_known_errors(path)
        if known is None:
            raise
        header, body, lost = _parts(known, sheet, path, header_row)
    frame = _named(_ended(body), header.row(0), path.name, day_of_times(path))
    for name in (*columns, *fill_down):
        if name not in frame.columns:
            raise UserError(f"{path.name!r} has no column {name!r}.", hint=did_you_mean(name, frame.columns))
    if errors == "refuse":
        wanted = {place for place, name in enumerate(header.row(0)) if not columns or _words(name) in columns}
        _refuse_lost([cell for cell in lost if cell[1] in wanted], path.name)
    filled = frame.with_columns(column_of(name).forward_fill() for name in fill_down)
    return filled.select(column_of(name) for name in columns or filled.columns)


class _UnreadableSheetError(UserError):
    """A sheet holds something that its reader does not know."""


def _parts(
    given: Path | bytes, sheet: str | int, path: Path, header_row: int
) -> tuple[pl.DataFrame, pl.DataFrame, list[tuple[int, int]]]:
    """Give the row of the names, what stands below it, and the places of the cells whose values that lacks."""
    library = needed("fastexcel", "spreadsheets")
    try:
        book = library.read_excel(given)
    except library.FastExcelError as error:
        raise unreadable(path, str(error)) from None
    names = book.sheet_names
    if (sheet not in names) if isinstance(sheet, str) else not 0 <= sheet < len(names):
        raise UserError(f"{path.name!r} has no sheet {sheet!r}.", hint=did_you_mean(str(sheet), names))
    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of each column without values
    header, _ = _rows(library, book, sheet, path.name, skip_rows=header_row - 1, n_rows=1, dtypes="string")
    if header.is_empty():
        raise UserError(
            f"The sheet {sheet!r} of {path.name!r} has no row {header_row}.",
            hint="header_row= is the row of the column names, from 1.",
        )
    return header, *_rows(library, book, sheet, path.name, skip_rows=header_row, schema_sample_rows=None)


def _rows(
    library: Any, book: Any, sheet: str | int, file: str, **options: Any
) -> tuple[pl.DataFrame, list[tuple[int, int]]]:
    """Give rows, and the places of the cells whose values they lack: errors, and text in a column of numbers."""
    try:
        page = book.load_sheet(sheet, header_row=None, **options)
        if isinstance(sheet, int) and page.visible != "visible":
            raise UserError(f"Sheet {sheet} of {file!r}, {page.name!r}, is hidden.", hint="Name the one that is meant.")
        rows, errors = page.to_arrow_with_errors()
        return pl.DataFrame(rows), [cell.position for cell in errors.errors] if errors else []
    except library.InvalidParametersError:  # there are fewer rows
        return pl.DataFrame(), []
    except library.UnsupportedColumnTypeCombinationError as error:
        found = re.search(r"__UNNAMED__(\d+)", str(error))
        which = f"Column {_letters(int(found[1]))}" if found else "A column"
        raise UserError(
            f"{which} of the sheet {sheet!r} of {file!r} has lengths of time among other values.",
            hint="Make them text in the workbook, or leave the column empty.",
        ) from None
    except (library.FastExcelError, pl.exceptions.PolarsError, OverflowError) as error:
        raise _UnreadableSheetError(
            f"The sheet {sheet!r} of {file!r} cannot be read ({type(error).__name__}).",
            hint="Save it anew in Excel or LibreOffice, with the values of its formulas.",
        ) from None


def _refuse_lost(lost: Sequence[tuple[int, int]], file: str) -> None:
    if lost:
        row, column = min(lost)
        raise UserError(
            f"{len(lost)} cells of {file!r} hold errors, or what their column cannot (text like #N/A among numbers, 24 "
            f"hours among times); the first is {_letters(column)}{row + 1}.",
            hint='Mend them, leave the column out with columns=, or write errors="null".',
        )


def _letters(column: int) -> str:
    """Give a column's letters as a workbook shows them.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _words(name: str | None) -> str:
    return " ".join((name or "").split())


def _ended(body: pl.DataFrame) -> pl.DataFrame:
    """Give the rows without the empty ones at the end."""
    if not body.width:
        return body
    full = body.select(full=~pl.all_horizontal(pl.all().is_null())).to_series().arg_true()
    return body.head(0 if full.is_empty() else int(full[-1]) + 1)


def _named(body: pl.DataFrame, header: Sequence[str | None], file: str, no_day: dt.date) -> pl.DataFrame:
    """Give the columns their names; one without a name and without values is left out."""
    kept: dict[str, pl.Series] = {}
    for place, name in enumerate(header):
        column = body.to_series(place) if place < body.width else pl.Series(dtype=pl.Null)
        text = _words(name)
        if not text and column.null_count() == len(column):
            continue
        if not text or text in kept:
            what = f"the name {text!r} twice" if text else f"no name over column {place + 1}, which holds values"
            raise UserError(f"The header of {file!r} has {what}.", hint="Is header_row= the row of the names?")
        kept[text] = _plain(column, no_day)
    return pl.DataFrame([column.alias(name) for name, column in kept.items()])


def _plain(column: pl.Series, no_day: dt.date) -> pl.Series:
    """Give a workbook's numbers and moments as everything else here has them: whole numbers, and microseconds."""
    if column.dtype == pl.Datetime("ms"):
        is_time = column.null_count() < len(column) and bool((column.dt.date() == no_day).all())
        return column.dt.time() if is_time else column.cast(pl.Datetime("us"))
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
    sheet = PurePosixPath(file).suffix.lower() in SHEETS
    for name, form in dates.items():
        if form not in DAYS and "%" not in form:
            raise UserError(f"dates= has no form {form!r}.", hint="Write uk, iso, or as strptime has it: %d.%m.%Y.")
        if name not in frame.columns:
            raise UserError(f"{file!r} has no column {name!r}.", hint=did_you_mean(name, frame.columns))
        column = unnamed(frame[name])
        if column.dtype == pl.Date:
            continue
        if isinstance(column.dtype, pl.Datetime):
            if (column.dt.time() != dt.time()).any():
                raise UserError(f"Values of {name!r} in {file!r} have a time of day.", hint="Leave it out of dates=.")
            frame = frame.with_columns(column.dt.date().alias(name))
            continue
        text = column.cast(pl.String).str.strip_chars()
        read = text.str.to_date(DAYS.get(form, form), strict=False)
        # `%Y` takes 25 for the year 25
        read = read.set(read.dt.year() < _FIRST_YEAR, None)
        if sheet:  # a date among texts
            read = read.fill_null(text.str.strip_suffix(" 00:00:00").str.to_date(DAYS["iso"], strict=False))
        wrong = int((read.is_null() & text.is_not_null() & (text != "")).sum())
        if wrong:
            raise UserError(f"{wrong} of {len(text)} values of {name!r} in {file!r} are no dates of the form {form!r}.")
        frame = frame.with_columns(read.alias(name))
    return frame
