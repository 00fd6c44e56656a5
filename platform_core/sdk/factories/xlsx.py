"""What the reader of Excel workbooks does not know: some errors of cells, and which day a workbook counts from."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from pathlib import Path

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_ERROR = re.compile(
    rb'(<(?P<space>\w+:)?c\b[^>]*\bt="e"[^>]*>(?:<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>)'
    rb"#[^<]*(?=</)"
)
_FROM_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904="(?:1|true)"')
# A time without a day is one of the day before the first that a workbook counts
_NO_DAY, _NO_DAY_1904 = dt.date(1899, 12, 31), dt.date(1904, 1, 1)
_BROKEN = (zipfile.BadZipFile, KeyError, zlib.error, OSError)


def with_known_errors(path: Path) -> bytes | None:
    """Give a workbook with `#N/A` for every error of a cell, of which some are not known to its reader (`#NAME?`).

    None where there is none, or it is no workbook of this form.
    """
    made, found = io.BytesIO(), False
    try:
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(made, "w") as changed:
            for name in archive.namelist():
                held = archive.read(name)
                if _SHEET.fullmatch(name):
                    held, number = _ERROR.subn(rb"\1#N/A", held)
                    found = found or number > 0
                changed.writestr(name, held)
    except _BROKEN:
        return None
    return made.getvalue() if found else None


def day_of_times(path: Path) -> dt.date:
    """Give the day on which a workbook's times stand that have none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _NO_DAY_1904 if _FROM_1904.search(archive.read("xl/workbook.xml")) else _NO_DAY
    except _BROKEN:
        return _NO_DAY
