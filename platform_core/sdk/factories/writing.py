"""Frames as files for people and programs: CSV, Excel, OpenDocument, JSON and Parquet, the same bytes each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

import polars as pl

from platform_core.columns import TEXT
from platform_core.errors import UserError
from platform_core.resources.base import needed
from platform_core.sdk.factories.ods import write_ods
from platform_core.suggest import did_you_mean

Formulas = Literal["escape", "keep", "refuse"]
Dates = Literal["iso", "uk"]

_UK = {"date": "%d/%m/%Y", "time": "%d/%m/%Y %H:%M:%S"}
# What a spreadsheet program takes for a formula, in the forms of wide scripts too; a plain number is none
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"  # noqa: RUF001 - they are meant
_NUMBER = r"^[+\-]?[0-9][0-9, ]*(\.[0-9]+)?%?$"
_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 1_048_576, 16_384, 32_767
_EXACT = 2**53
_BEGUN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # a workbook says when it was made: always this


def write_file(
    frame: pl.DataFrame,
    path: Path,
    ending: str,
    *,
    formulas: Formulas = "escape",
    dates: Dates = "iso",
    encoding: Literal["utf-8", "utf-8-sig"] = "utf-8",
    sheet: str = "Sheet1",
) -> None:
    """Write a frame to a file.

    Args:
        frame: The frame.
        path: The file.
        ending: What it is, as `.csv`.
        formulas: For CSV: what becomes of text that a spreadsheet program would take for a formula.
        dates: For CSV: how dates are written.
        encoding: For CSV: `utf-8-sig` puts a mark before the text, by which Excel knows it.
        sheet: For workbooks: the sheet's name.

    Raises:
        UserError: The format cannot hold the frame.
    """
    if ending not in FORMATS:
        raise UserError(f"There is no way to publish {ending!r}.", hint=f"Use {', '.join(FORMATS)}.")
    for name, value, known in (
        ("formulas", formulas, get_args(Formulas)),
        ("dates", dates, get_args(Dates)),
        ("encoding", encoding, ("utf-8", "utf-8-sig")),
    ):
        if value not in known:
            raise UserError(f"There is no {name}={value!r}.", hint=did_you_mean(str(value), known))
    FORMATS[ending](frame, path, {"formulas": formulas, "dates": dates, "encoding": encoding, "sheet": sheet})


def ending_of(name: str) -> str:
    """Give what the ending of a file's name says.

    Raises:
        UserError: It says no format.
    """
    ending = PurePosixPath(name).suffix.lower()
    if ending not in FORMATS:
        raise UserError(f"The ending of {name!r} says no format.", hint=f"Use {', '.join(FORMATS)}.")
    return ending


def _write_csv(frame: pl.DataFrame, path: Path, options: Mapping[str, str]) -> None:
    """By RFC 4180, which the UK government's standard for tabular data names: commas, quotes, CR and LF."""
    _flat(frame, "CSV")
    frame = _dated(frame, options["dates"])
    if options["formulas"] != "keep":
        frame = _harmless(frame, options["formulas"])
    bom = options["encoding"] == "utf-8-sig"
    frame.write_csv(path, line_terminator="\r\n", include_bom=bom)


def _write_json(frame: pl.DataFrame, path: Path, _: Mapping[str, str]) -> None:
    """As a list of records, one on each line."""
    lines = _json_lines(frame).removesuffix("\n").split("\n") if frame.height else []
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n", encoding="utf-8")


def _write_ndjson(frame: pl.DataFrame, path: Path, _: Mapping[str, str]) -> None:
    path.write_text(_json_lines(frame), encoding="utf-8")


def _json_lines(frame: pl.DataFrame) -> str:
    if any(isinstance(dtype, pl.Binary) for dtype in frame.dtypes):
        raise UserError("JSON holds no bytes.", hint="Leave the column out, or encode it.")
    floats = pl.selectors.float()
    ready = _dated(frame, "iso").with_columns(pl.when(floats.is_finite()).then(floats))
    return ready.write_ndjson() or ""


def _write_parquet(frame: pl.DataFrame, path: Path, _: Mapping[str, str]) -> None:
    frame.write_parquet(path, statistics=True)


def _write_xlsx(frame: pl.DataFrame, path: Path, options: Mapping[str, str]) -> None:
    """With nothing in it but values: text stays text, whatever it begins with."""
    _fits(frame, "Excel")
    library = needed("xlsxwriter", "spreadsheets")
    plain = {f"strings_to_{what}": False for what in ("formulas", "numbers", "urls")}
    book = library.Workbook(str(path), {**plain, "constant_memory": True, "default_date_format": "dd/mm/yyyy"})
    book.set_properties({"created": _BEGUN})
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
    page = book.add_worksheet(options["sheet"])
    page.freeze_panes(1, 0)
    page.write_row(0, 0, frame.columns, bold)
    for number, row in enumerate(_sheet_rows(frame), start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(number, place, value)
            elif isinstance(value, dt.datetime):
                page.write_datetime(number, place, value, moment)
            elif value is not None:
                page.write(number, place, value)
    book.close()


def _write_ods(frame: pl.DataFrame, path: Path, options: Mapping[str, str]) -> None:
    _fits(frame, "OpenDocument")
    write_ods(path, options["sheet"], frame.columns, _sheet_rows(frame))


def _sheet_rows(frame: pl.DataFrame) -> Any:
    """Give the rows in what a cell can hold: moments without a zone are UTC's, what a double would change is text."""
    ready = _flat(frame, "a workbook").with_columns(pl.selectors.datetime(time_zone="*").dt.convert_time_zone("UTC"))
    return (tuple(map(_cell, row)) for row in ready.iter_rows())


def _cell(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)  # noqa: PLR0124 - NaN is not
    if isinstance(value, Decimal):
        return float(value) if len(value.as_tuple().digits) <= 15 else str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT else value


def _flat(frame: pl.DataFrame, what: str) -> pl.DataFrame:
    for name, dtype in frame.schema.items():
        if dtype.is_nested() or isinstance(dtype, pl.Binary | pl.Object):
            raise UserError(f"{what} holds no {dtype} as in {name!r}.", hint="Leave it out, or make text of it.")
    return frame


def _fits(frame: pl.DataFrame, what: str) -> None:
    if frame.height >= _MOST_ROWS or frame.width > _MOST_COLUMNS:
        raise UserError(
            f"A sheet of {what} has at most {_MOST_ROWS - 1:,} rows under its header, and {_MOST_COLUMNS:,} columns.",
            hint="Publish CSV or Parquet, or fewer rows.",
        )
    text = frame.select(pl.selectors.string().str.len_chars().max())
    long = [name for name in text.columns if (text[name].item() or 0) > _LONGEST]
    if long:
        raise UserError(f"A cell of {what} holds at most {_LONGEST:,} characters; {long[0]!r} has more.")


def _dated(frame: pl.DataFrame, dates: str) -> pl.DataFrame:
    """Give dates and moments as text: ISO 8601, or as they are written in the UK."""
    if dates == "uk":
        return frame.with_columns(
            pl.selectors.date().dt.strftime(_UK["date"]), pl.selectors.datetime().dt.strftime(_UK["time"])
        )
    return frame.with_columns(pl.selectors.temporal().dt.to_string("iso:strict"))


def _harmless(frame: pl.DataFrame, formulas: str) -> pl.DataFrame:
    texts = [name for name, dtype in frame.schema.items() if dtype in TEXT]
    risky = {name: _is_formula(pl.col(name).cast(pl.String)) for name in texts}
    headers = pl.Series(frame.columns, dtype=pl.String)
    risky_headers = set(headers.filter(pl.select(_is_formula(pl.lit(headers))).to_series()))
    if formulas == "refuse":
        found = frame.select(risk.any().alias(name) for name, risk in risky.items())
        columns = [name for name in texts if found[name].item()] + sorted(risky_headers)
        if columns:
            raise UserError(
                f"Text of {columns[0]!r} begins as a formula of a spreadsheet does.",
                hint='formulas="escape" puts an apostrophe before it, formulas="keep" leaves it.',
            )
        return frame
    escaped = frame.with_columns(
        (pl.when(risk).then(pl.lit("'")).otherwise(pl.lit("")) + pl.col(name).cast(pl.String)).alias(name)
        for name, risk in risky.items()
    )
    return escaped.rename({name: f"'{name}" for name in risky_headers})


def _is_formula(text: pl.Expr) -> pl.Expr:
    return (text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)).fill_null(value=False)


FORMATS: Mapping[str, Callable[[pl.DataFrame, Path, Mapping[str, str]], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".ods": _write_ods,
    ".json": _write_json,
    ".ndjson": _write_ndjson,
    ".parquet": _write_parquet,
}
