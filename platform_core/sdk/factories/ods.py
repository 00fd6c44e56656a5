"""OpenDocument workbooks: ISO 26300, as far as one sheet of typed values needs it.

A sheet is written row by row: the libraries that write it hold the whole document in memory as a tree.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from platform_core.errors import UserError

_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "number": "datastyle",
        "fo": "xsl-fo-compatible",
    }.items()
)
_PLACE = '<number:{0} number:style="long"/>'
_DAY = "<number:text>/</number:text>".join(_PLACE.format(part) for part in ("day", "month", "year"))
_HOUR = "<number:text>:</number:text>".join(_PLACE.format(part) for part in ("hours", "minutes", "seconds"))
_STYLES = (
    f'<number:date-style style:name="N1">{_DAY}</number:date-style>'
    f'<number:date-style style:name="N2">{_DAY}<number:text> </number:text>{_HOUR}</number:date-style>'
    '<style:style style:name="day" style:family="table-cell" style:data-style-name="N1"/>'
    '<style:style style:name="moment" style:family="table-cell" style:data-style-name="N2"/>'
    '<style:style style:name="head" style:family="table-cell"><style:text-properties fo:font-weight="bold"/>'
    "</style:style>"
)
_CONTENT = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {_SPACES} office:version="1.3">'
    f"<office:automatic-styles>{_STYLES}</office:automatic-styles><office:body><office:spreadsheet>"
)
_MANIFEST_NAME = "META-INF/manifest.xml"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML holds none of these
_EMPTY = "<table:table-cell/>"
# A formula that failed is marked, or by older programs a nought that shows the error
_FAILED_SIGN = re.compile(rb'calcext:value-type="error"|<text:p>(?:#[A-Z]|Err:[0-9])')
_FAILED = re.compile(
    rb'\A[^>]*calcext:value-type="error"'
    rb'|\A[^>]*office:value-type="float"[^>]*>\s*<text:p>(?:#(?:[A-Z0-9/]+[!?]|N/A)|Err:[0-9]{3})</text:p>'
)
_CELL = re.compile(rb"<table:table-cell\b(?P<told>[^>]*?)(?:/>|>.*?</table:table-cell>)", re.DOTALL)
_COVERED = re.compile(rb"<table:covered-table-cell\b(?P<told>[^>]*[^>/])?>.*?</table:covered-table-cell>", re.DOTALL)
_REPEATED = re.compile(rb'table:number-columns-repeated="([0-9]+)"')
_ROWS_REPEATED = re.compile(rb'table:number-rows-repeated="([0-9]+)"')
_BEGINS = re.compile(rb"<table:table(?:-row)?(?=[ />])[^>]*>")
_ANY_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b[^>]*>")
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384


def write_ods(path: Path, sheet: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook of one sheet.

    Args:
        path: The file.
        sheet: The sheet's name.
        header: The names of the columns.
        rows: Rows of numbers, truth values, dates, moments without a zone, times, None, and text in which nothing is
            `FORBIDDEN`.
    """
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(_entry("mimetype", zipfile.ZIP_STORED), _KIND)  # first and not compressed, says the standard
        archive.writestr(_entry(_MANIFEST_NAME), _MANIFEST)
        with archive.open(_entry("content.xml"), "w", force_zip64=True) as file:
            names = "".join(_text(name, ' table:style-name="head"') for name in header)
            width = f'<table:table-column table:number-columns-repeated="{max(len(header), 1)}"/>'
            head = f"<table:table-header-rows><table:table-row>{names}</table:table-row></table:table-header-rows>"
            file.write(f"{_CONTENT}<table:table table:name={quoteattr(sheet)}>{width}{head}".encode())
            for row in rows:
                file.write(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>".encode())
            file.write(b"</table:table></office:spreadsheet></office:body></office:document-content>")


def readable(path: Path, errors: str) -> Path | bytes:
    """Give a workbook with what its reader would leave out or take for something else put as it reads it.

    The tabs and line breaks of cells become characters; a cell that a merge covers, or whose formula failed, is empty.

    Raises:
        UserError: A formula failed, and `errors` is `refuse`, or a value stands where its reader reads none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content = archive.read("content.xml")
            others = {name: archive.read(name) for name in archive.namelist() if name in {"mimetype", _MANIFEST_NAME}}
    except (zipfile.BadZipFile, KeyError, zlib.error, OSError):
        return path  # its reader tells what is wrong with it
    _refuse_beyond(content, path.name)
    plain = content
    if _FAILED_SIGN.search(content):
        plain = _CELL.sub(lambda cell: _emptied(cell) if _FAILED.search(cell[0]) else cell[0], content)
    if errors == "refuse" and plain != content:
        raise UserError(f"{path.name!r} has formulas that failed.", hint='Mend them, or write errors="null".')
    plain = _COVERED.sub(_emptied, plain)
    for tag, character in ((b"tab", b"&#9;"), (b"line-break", b"&#10;")):
        plain = re.sub(rb"<text:" + tag + rb"[^>]*/>", character, plain)
    if plain == content:
        return path
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, held in {**others, "content.xml": plain}.items():
            archive.writestr(name, held)
    return made.getvalue()


def _refuse_beyond(content: bytes, name: str) -> None:
    """Refuse values below the last row and right of the last column of a sheet, which its reader passes over unseen."""
    begins = _BEGINS.finditer(content)
    begin, rows = next(begins, None), 0
    while begin is not None:
        after = next(begins, None)
        place, end = begin.end(), after.start() if after is not None else len(content)
        if not begin[0].startswith(b"<table:table-row"):
            rows = 0
        else:
            repeated = _ROWS_REPEATED.search(begin[0])
            rows += int(repeated[1]) if repeated else 1
            if (rows > MOST_ROWS and _holds_value(content, place, end)) or _is_too_wide(content, place, end):
                raise UserError(
                    f"{name!r} has values below row {MOST_ROWS:,} or right of column {MOST_COLUMNS:,} of a sheet, "
                    "where its reader reads none.",
                    hint="Save it as CSV, or in several sheets.",
                )
        begin = after


def _holds_value(content: bytes, begin: int, end: int) -> bool:
    return content.find(b"office:value", begin, end) >= 0 or content.find(b"<text:p", begin, end) >= 0


def _is_too_wide(content: bytes, begin: int, end: int) -> bool:
    more = _REPEATED.findall(content, begin, end)
    if content.count(b"<table:", begin, end) + sum(map(int, more)) - len(more) <= MOST_COLUMNS:
        return False
    cells = list(_ANY_CELL.finditer(content, begin, end))
    columns = 0
    for cell, after in zip_longest(cells, cells[1:]):
        repeated = _REPEATED.search(cell[0])
        columns += int(repeated[1]) if repeated else 1
        if columns > MOST_COLUMNS and _holds_value(content, cell.start(), after.start() if after is not None else end):
            return True
    return False


def _emptied(cell: re.Match[bytes]) -> bytes:
    """Give a cell without what it holds, as often as it stood."""
    repeated = _REPEATED.search(cell["told"])
    return b"<table:table-cell" + (b" " + repeated[0] if repeated else b"") + b"/>"


def _entry(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # of 1980, whenever it is written
    entry.compress_type = compression
    return entry


def _cell(value: Any) -> str:  # noqa: PLR0911 - one for each type of the standard
    if value is None:
        return _EMPTY
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return _typed("boolean", "boolean-value", str(value).lower())
    if isinstance(value, dt.datetime):
        return _typed("date", "date-value", value.isoformat(), "moment")
    if isinstance(value, dt.date):
        return _typed("date", "date-value", value.isoformat(), "day")
    if isinstance(value, dt.time):
        return _typed("time", "time-value", "PT{}H{}M{}S".format(*value.isoformat().split(":")))
    return _typed("float", "value", repr(value))


def _typed(kind: str, attribute: str, value: str, style: str = "") -> str:
    styled = f' table:style-name="{style}"' if style else ""
    return (
        f'<table:table-cell{styled} office:value-type="{kind}" office:{attribute}="{value}"><text:p>{value}</text:p>'
        "</table:table-cell>"
    )


def _text(value: str, style: str = "") -> str:
    lines = re.split("\r\n|\r|\n", escape(value))
    kept = (re.sub(" {2,}", lambda run: f' <text:s text:c="{len(run[0]) - 1}"/>', line) for line in lines)
    paragraphs = "".join(f"<text:p>{line.replace(chr(9), '<text:tab/>')}</text:p>" for line in kept)
    return f'<table:table-cell{style} office:value-type="string">{paragraphs}</table:table-cell>'
