"""Frames as workbooks, Excel and OpenDocument, with nothing in them but values.

A cell holds text, a truth, a double, or a day and time to the millisecond. What it would change is text where all of it
can be told so, and refused otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from platform_core.columns import TEXT, unnamed
from platform_core.errors import UserError
from platform_core.plain_numbers import is_whole
from platform_core.resources.base import needed
from platform_core.scratch import Scratch
from platform_core.sdk.factories.ods import FORBIDDEN, MOST_COLUMNS, MOST_ROWS, write_ods

_LONGEST, _LONGEST_NAME = 32_767, 31
_EXACT, _DIGITS = 2**53, 15
_PER_MILLISECOND = {"ns": 1_000_000, "us": 1_000, "ms": 1}
_BEGUN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # a workbook says when it was made: always this
# Excel has a 29 February 1900 and nothing before that year, so programs differ on the days before
_FIRST_DAY = dt.date(1900, 3, 1).timetuple()
_SHOWN = {dt.date: "dd/mm/yyyy", dt.datetime: "dd/mm/yyyy hh:mm:ss", dt.time: "hh:mm:ss"}


class _Exact(float):
    """A double that is written in full: the library writes sixteen digits, which may be another number."""

    def __format__(self, _: str) -> str:
        return float.__repr__(self)


def write_xlsx(frame: pl.DataFrame, path: Path, sheet: str) -> None:
    """Write an Excel workbook of one sheet; text stays text, whatever it begins with."""
    rows = _rows(frame, "Excel")
    library = needed("xlsxwriter", "spreadsheets")
    plain = {f"strings_to_{what}": False for what in ("formulas", "numbers", "urls")}
    with Scratch() as folder:
        book = library.Workbook(str(path), {**plain, "constant_memory": True, "tmpdir": str(folder)})
        book.set_properties({"created": _BEGUN})
        bold = book.add_format({"bold": True})
        shown = {kind: book.add_format({"num_format": form}) for kind, form in _SHOWN.items()}
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        page.write_row(0, 0, frame.columns, bold)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                _write_cell(page, number, place, value, shown)
        try:
            book.close()
        except library.exceptions.FileCreateError as error:
            raise OSError(*getattr(error.args[0], "args", ())) from None


def _write_cell(page: Any, row: int, column: int, value: Any, shown: Mapping[type, Any]) -> None:
    if isinstance(value, dt.date) and value.timetuple() < _FIRST_DAY:
        page.write_string(row, column, value.isoformat())
    elif isinstance(value, dt.date | dt.time):
        page.write_datetime(row, column, value, shown[type(value)])
    elif isinstance(value, str):
        page.write_string(row, column, value)
    elif isinstance(value, float):
        page.write_number(row, column, _Exact(value))
    elif value is not None:
        page.write(row, column, value)


def write_opendocument(frame: pl.DataFrame, path: Path, sheet: str) -> None:
    """Write an OpenDocument workbook of one sheet; every line's end of a text is one of the document."""
    rows = _rows(frame, "OpenDocument")
    for name in _texts(frame):
        if FORBIDDEN.search(name) or _written(frame, name).str.contains(FORBIDDEN.pattern).any():
            raise UserError(
                f"OpenDocument holds no control characters, as {name!r} does.",
                hint="Replace them, or publish Excel or CSV.",
            )
    write_ods(path, sheet, frame.columns, rows)


def refuse_sheet_name(name: object) -> None:
    """Refuse what programs do not take for the name of a sheet.

    Raises:
        UserError: It is such.

    >>> refuse_sheet_name("2024/25")
    Traceback (most recent call last):
    platform_core.errors.UserError: '2024/25' cannot be the name of a sheet.
    hint: A name has 1 to 31 characters, none of them []:*?/ or a backslash, and no apostrophe at its ends.
    """
    fits = isinstance(name, str) and 1 <= len(name) <= _LONGEST_NAME and not set(name) & set("[]:*?/\\")
    if not fits or str(name).strip("'") != name or FORBIDDEN.search(str(name)):
        raise UserError(
            f"{name!r} cannot be the name of a sheet.",
            hint=f"A name has 1 to {_LONGEST_NAME} characters, none of them []:*?/ or a backslash, and no apostrophe "
            "at its ends.",
        )


def _rows(frame: pl.DataFrame, what: str) -> Iterator[tuple[Any, ...]]:
    """Give the rows in what a cell can hold: moments are UTC's, without a zone.

    Raises:
        UserError: A sheet or a cell cannot hold them.
    """
    _refuse_size(frame, what)
    _refuse_finer(frame)
    ready = frame.with_columns(pl.selectors.duration().dt.to_string("iso:strict"))
    ready = ready.with_columns(pl.selectors.datetime(time_zone="*").dt.convert_time_zone("UTC"))
    days = ready.select(pl.selectors.date(), pl.selectors.datetime())
    for day in days:
        years = unnamed(day).dt.year()
        if (~years.is_between(dt.MINYEAR, dt.MAXYEAR)).any():
            raise UserError(f"A workbook holds the years 1 to 9999, and {day.name!r} has others.", hint="Make it text.")
    return (tuple(map(_cell, row)) for row in ready.iter_rows())


def _cell(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)  # noqa: PLR0124 - NaN is not
    if isinstance(value, Decimal):
        return float(value) if len(value.as_tuple().digits) <= _DIGITS else f"{value:f}"
    return str(value) if is_whole(value) and abs(value) > _EXACT else value


def _refuse_size(frame: pl.DataFrame, what: str) -> None:
    if frame.height >= MOST_ROWS or frame.width > MOST_COLUMNS:
        raise UserError(
            f"A sheet of {what} has at most {MOST_ROWS - 1:,} rows under its header, and {MOST_COLUMNS:,} columns.",
            hint="Publish CSV or Parquet, or fewer rows.",
        )
    for name in _texts(frame):
        # Counted as Excel does: a character beyond the first 65,536 is two
        text = _written(frame, name)
        longest = (text.str.len_chars() + text.str.count_matches(r"[\x{10000}-\x{10FFFF}]")).max()
        if isinstance(longest, int) and longest > _LONGEST:
            raise UserError(f"A cell of {what} holds at most {_LONGEST:,} characters; {name!r} has more.")


def _refuse_finer(frame: pl.DataFrame) -> None:
    for column in frame.select(pl.selectors.datetime() | pl.selectors.time()):
        unit = "ns" if column.dtype == pl.Time else getattr(column.dtype, "time_unit", "ns")
        if (unnamed(column).to_physical() % _PER_MILLISECOND[unit] != 0).any():
            raise UserError(
                f"The column {column.name!r} holds times finer than a millisecond, which a workbook would cut off.",
                hint='Round it, as with .dt.round("1ms"), so that nothing is rounded unseen.',
            )


def _written(frame: pl.DataFrame, name: str) -> pl.Series:
    return unnamed(frame[name]).cast(pl.String)


def _texts(frame: pl.DataFrame) -> list[str]:
    return [name for name, dtype in frame.schema.items() if dtype in TEXT]
