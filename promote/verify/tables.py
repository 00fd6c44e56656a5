"""The files that a bronze step reads, as frames to make up and as files of the same format again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from platform_core.errors import UserError

_DATA_LIKE = re.compile(
    r"\s*[+-]?(?:[0-9][0-9,]*)?\.?[0-9]+(?:[eE][+-]?[0-9]+)?%?\s*|[0-9]{4}-[0-9]{2}-[0-9]{2}.*|.*@.*|\s*"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows as a frame, and how a frame with the same columns is written in the file's own form.

    `header` has the names of the columns where the frame counts them instead.
    """

    frame: pl.DataFrame
    write: Callable[[pl.DataFrame, Path], None]
    header: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """Read a file of delimited text, JSON lines, JSON records or Parquet.

    Delimited text is read as text alone, so that no type is guessed.

    Raises:
        UserError: The file has another format, no header, or rows of unequal length.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(f"No test data can be made up for a file of type {path.suffix or 'without ending'}.")
    try:
        return reader(path)
    except (OSError, ValueError, TypeError, csv.Error, pl.exceptions.PolarsError) as error:
        raise UserError(f"A {path.suffix} file cannot be read as a table ({type(error).__name__}).") from None


def visible_files(folder: Path) -> set[str]:
    """Give the files that a recording holds data in, relative to it; what a resource notes beside is hidden."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def _delimited(path: Path) -> Table:
    raw = path.read_bytes()
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = raw.decode(encoding)
    first = text.partition("\n")[0]
    delimiter = max(",\t;|", key=first.count)
    end = "\r\n" if first.endswith("\r") else "\n"
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    rows = [row for row in rows if row]
    if not rows:
        raise UserError("A file is empty.")
    header, *body = rows
    if not _is_header(header):
        raise UserError("A delimited file has no header, so its columns cannot be told from its data.")
    if any(len(row) != len(header) for row in body):
        raise UserError("A delimited file has rows of unequal length.")
    names = [str(place) for place in range(len(header))]
    frame = pl.DataFrame(
        [pl.Series(name, [row[place] for row in body], dtype=pl.String) for place, name in enumerate(names)]
    )

    def write(small: pl.DataFrame, target: Path) -> None:
        with target.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter, lineterminator=end).writerows([header, *small.rows()])

    return Table(frame, write, tuple(header))


def _is_header(cells: Sequence[str]) -> bool:
    return len(set(cells)) == len(cells) and not any(
        _DATA_LIKE.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in cells[1:] or cells
    )


def _json_lines(path: Path) -> Table:
    return _records(
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()], _lines
    )


def _json(path: Path) -> Table:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, list):
        raise UserError("A JSON file is no list of records.")
    return _records(found, lambda rows: "[\n" + ",\n".join(rows) + "\n]\n")


def _lines(rows: Sequence[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


def _records(records: Sequence[object], join: Callable[[Sequence[str]], str]) -> Table:
    if not all(isinstance(record, dict) for record in records):
        raise UserError("A JSON file holds something else than records.")

    def write(small: pl.DataFrame, target: Path) -> None:
        rows = [json.dumps(row, ensure_ascii=False) for row in small.rows(named=True)]
        target.write_text(join(rows), encoding="utf-8", newline="\n")

    return Table(pl.DataFrame(records, infer_schema_length=None), write)


def _parquet(path: Path) -> Table:
    return Table(pl.read_parquet(path), lambda small, target: small.write_parquet(target))


_READERS: dict[str, Callable[[Path], Table]] = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".tab": _delimited,
    ".txt": _delimited,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".parquet": _parquet,
}
