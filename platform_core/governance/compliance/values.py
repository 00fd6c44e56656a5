"""Reports as values, and as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Value = str | int | float | None

NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what it is called, its columns, its rows. `numbers` are the columns that hold counts."""

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its name, its title, the day it is of, its tables, and what has to be said beside them."""

    id: str
    title: str
    on: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()


def as_json(report: Report) -> str:
    """Give a report as JSON: every table as a list of rows by column."""
    content = {
        "version": 1,
        "report": report.id,
        "title": report.title,
        "on": report.on,
        "notes": list(report.notes),
        "tables": {
            sheet.id: [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows] for sheet in report.sheets
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_csv(sheet: Sheet) -> str:
    r"""Give a table as CSV; text that a spreadsheet program would run has an apostrophe before it.

    >>> as_csv(Sheet("a", "A", ("x", "y"), (("=1+1", 2),)))
    "x,y\r\n'=1+1,2\r\n"
    """
    into = io.StringIO()
    writer = csv.writer(into)
    writer.writerow(sheet.columns)
    writer.writerows([_escaped(value) for value in row] for row in sheet.rows)
    return into.getvalue()


def tables(reports: Sequence[Report]) -> Mapping[str, Sheet]:
    """Give every table of some reports by the name of its file."""
    return {f"{report.id}-{sheet.id}.csv": sheet for report in reports for sheet in report.sheets}


def _escaped(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
