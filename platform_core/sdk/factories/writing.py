"""Frames as files for people and programs: CSV, Excel, OpenDocument, JSON and Parquet, the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

import polars as pl

from platform_core.columns import TEXT, column_of, parts_of, type_text
from platform_core.errors import UserError
from platform_core.sdk.factories.workbooks import refuse_sheet_name, write_opendocument, write_xlsx
from platform_core.storable import refuse_unstorable
from platform_core.suggest import did_you_mean

Formulas = Literal["escape", "keep", "refuse"]
Dates = Literal["iso", "uk"]
Encoding = Literal["utf-8", "utf-8-sig"]

_UK = {"date": "%d/%m/%Y", "time": "%d/%m/%Y %H:%M:%S%.f"}
_NO_TEXT = (pl.Binary, pl.Object, pl.BaseExtension)
# What a spreadsheet program takes for a formula, in the forms of wide scripts too; a plain number is none
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"  # noqa: RUF001 - they are meant
_NUMBER = r"^[+\-]?[0-9][0-9, ]*(\.[0-9]+)?%?$"


def write_file(
    frame: pl.DataFrame,
    path: Path,
    ending: str,
    *,
    formulas: Formulas = "escape",
    dates: Dates = "iso",
    encoding: Encoding = "utf-8",
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
    FORMATS[ending](frame, path, {"formulas": formulas, "dates": dates, "encoding": encoding, "sheet": sheet})


def refuse_options(how: Mapping[str, str]) -> None:
    """Refuse options of `write_file` that it does not know.

    Raises:
        UserError: One has no such value.
    """
    for name, known in (("formulas", Formulas), ("dates", Dates), ("encoding", Encoding)):
        if how[name] not in get_args(known):
            raise UserError(f"There is no {name}={how[name]!r}.", hint=did_you_mean(str(how[name]), get_args(known)))
    refuse_sheet_name(how["sheet"])


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
    if not frame.width:
        raise UserError("A frame without columns cannot be CSV.", hint="Publish a frame that has some.")
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
    for name, dtype in frame.schema.items():
        for part in parts_of(dtype):
            if isinstance(part, _NO_TEXT):
                raise _refused("JSON", type_text(part), name)
    floats = pl.selectors.float()
    ready = _dated(frame, "iso").with_columns(pl.when(floats.is_finite()).then(floats))
    return ready.write_ndjson() or ""


def _write_parquet(frame: pl.DataFrame, path: Path, _: Mapping[str, str]) -> None:
    refuse_unstorable(frame.schema)
    frame.write_parquet(path, statistics=True)


def _write_xlsx(frame: pl.DataFrame, path: Path, options: Mapping[str, str]) -> None:
    write_xlsx(_flat(frame, "a workbook"), path, options["sheet"])


def _write_ods(frame: pl.DataFrame, path: Path, options: Mapping[str, str]) -> None:
    write_opendocument(_flat(frame, "a workbook"), path, options["sheet"])


def _flat(frame: pl.DataFrame, what: str) -> pl.DataFrame:
    for name, dtype in frame.schema.items():
        if dtype.is_nested() or isinstance(dtype, _NO_TEXT):
            raise _refused(what, type_text(dtype), name)
    return frame


def _refused(what: str, kind: str, name: str) -> UserError:
    return UserError(f"{what} holds no {kind} as in {name!r}.", hint="Leave it out, or make text of it.")


def _dated(frame: pl.DataFrame, dates: str) -> pl.DataFrame:
    """Give dates and moments as text: ISO 8601, or as they are written in the UK."""
    if dates == "uk":
        frame = frame.with_columns(
            pl.selectors.date().dt.strftime(_UK["date"]), pl.selectors.datetime().dt.strftime(_UK["time"])
        )
    return frame.with_columns(pl.selectors.temporal().dt.to_string("iso:strict"))


def _harmless(frame: pl.DataFrame, formulas: str) -> pl.DataFrame:
    texts = [name for name, dtype in frame.schema.items() if dtype in TEXT]
    risky = {name: _is_formula(column_of(name).cast(pl.String)) for name in texts}
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
        (pl.when(risk).then(pl.lit("'")).otherwise(pl.lit("")) + column_of(name).cast(pl.String)).alias(name)
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
