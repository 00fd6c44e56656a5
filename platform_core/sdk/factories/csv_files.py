"""CSV files as people and programs write them, with what Polars would guess wrongly kept or refused."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from platform_core.columns import unnamed
from platform_core.errors import UserError

_LAYOUT = {"separator", "quote_char", "eol_char", "comment_prefix", "skip_rows", "skip_lines", "encoding", "glob"}
_TYPES = {"schema", "schema_overrides", "infer_schema", "infer_schema_length", "try_parse_dates", "decimal_comma"}
_NAMES = {"has_header", "new_columns", "columns", "schema", "with_column_names"}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
# What a number would lose: the noughts before it, and digits that a double has no room for
_NOT_WHOLE, _NOT_DOUBLE = r"^\s*[+-]?0[0-9]", r"^\s*[+-]?(?:0[0-9]|[0-9]{16})"
_END = 65_536  # bytes of a file's end in which its last line is looked for


def read_csv(path: Path, encoding: str, options: Mapping[str, Any]) -> pl.DataFrame:
    """Give a CSV file as a frame: numbers with leading noughts are text, and blank lines at the end no rows.

    Args:
        path: The file.
        encoding: As Python names it.
        options: Of Polars' reader; a type that they give is not looked at.

    Raises:
        UserError: The header is none, or the file is cut off or laid out otherwise.
        PolarsError: It is no CSV file.
    """
    told = {"infer_schema_length": None, "encoding": encoding, "glob": False, **options}
    frame = pl.read_csv(path, **told)
    if not _NAMES & options.keys():
        layout = {name: value for name, value in told.items() if name in _LAYOUT}
        header = pl.read_csv(path, has_header=False, n_rows=1, infer_schema=False, **layout).row(0)
        _refuse_layout(header, path.name, options)
        if len(header) > 1 and not encoding.lower().replace("-", "").startswith("utf16"):
            end = _end_of(path)
            _refuse_cut(end, len(header), path.name, options)
            blank = end[len(end.rstrip("\r\n")) :].count("\n") - 1  # lines, of which Polars makes rows
            frame = frame.head(-blank) if blank > 0 else frame
        frame = _named(frame, header, path.name)
    return _exact(frame, path, told)


def _refuse_layout(header: Sequence[str | None], file: str, options: Mapping[str, Any]) -> None:
    names = [name or "" for name in header]
    found = next((mark for mark in _SEPARATORS if len(names) == 1 and mark in names[0]), None)
    if found is not None and "separator" not in options:
        raise UserError(
            f"The fields of {file!r} seem to be separated by {_SEPARATORS[found]}.",
            hint=f"Write reading={{'separator': {found!r}}}.",
        )
    if any("\r" in name.replace("\r\n", "") for name in names):
        raise UserError(f"The lines of {file!r} end as those of old Macs.", hint='Write reading={"eol_char": "\\r"}.')
    twice = next((name for place, name in enumerate(names) if name and name in names[:place]), None)
    if twice is not None:
        raise UserError(
            f"The header of {file!r} has the name {twice!r} twice.",
            hint='Give the columns names of their own: reading={"new_columns": […]}.',
        )


def _named(frame: pl.DataFrame, header: Sequence[str | None], file: str) -> pl.DataFrame:
    """Give the columns that have a name; one without has no values either."""
    nameless = [place for place, name in enumerate(header) if not (name or "").strip()]
    for place in nameless:
        if frame.to_series(place).null_count() < frame.height:
            raise UserError(f"The header of {file!r} has no name over column {place + 1}, which holds values.")
    return frame.select(column for place, column in enumerate(frame) if place not in nameless)


def _end_of(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _END, 0))
        return file.read().decode("latin-1")  # in which every byte is a character


def _refuse_cut(end: str, width: int, file: str, options: Mapping[str, Any]) -> None:
    """Refuse a file whose last line breaks off before its last field: it is being written."""
    last = end.rpartition("\n")[2]
    separator, quote = options.get("separator", ","), options.get("quote_char", '"')
    if not last.strip() or quote is None or last.count(quote) % 2:
        return
    if len(next(csv.reader([last], delimiter=separator, quotechar=quote))) < width:
        raise UserError(
            f"The last line of {file!r} has fewer fields than the header.",
            hint="Is it still being written? Then run it again later.",
        )


def _exact(frame: pl.DataFrame, path: Path, told: Mapping[str, Any]) -> pl.DataFrame:
    """Give numbers that are not the text they are read from as that text, but where their type was given."""
    given = told.get("schema") or told.get("schema_overrides") or {}
    if not isinstance(given, Mapping):
        return frame  # types by position
    asked = [name for name, dtype in frame.schema.items() if dtype.is_numeric() and name not in given]
    if not asked:
        return frame
    options = {name: value for name, value in told.items() if name not in _TYPES}
    written = pl.read_csv(path, infer_schema=False, **options)
    texts = [
        column
        for column in map(written.get_column, asked)
        if unnamed(column).str.contains(_NOT_DOUBLE if frame.schema[column.name].is_float() else _NOT_WHOLE).any()
    ]
    return frame.with_columns(texts)
