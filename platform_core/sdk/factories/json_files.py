"""JSON files as frames: each key with one type, learned from all records of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_core.errors import UserError
from platform_core.resources.json_records import Record, Records

if TYPE_CHECKING:
    import polars as pl


def read_json(path: Path, encoding: str) -> pl.DataFrame:
    """Give a file of one list of records, or of one record, as a frame.

    Raises:
        UserError: It is no JSON, holds something else, or a key's values are of several types.
    """
    held = _parsed(path.read_text(encoding=encoding), path.name, 1)
    return _frame(path.name, held if isinstance(held, list) else [held])


def read_json_lines(path: Path, encoding: str) -> pl.DataFrame:
    """Give a file of one record a line as a frame, as `read_json` does."""
    with path.open(encoding=encoding) as file:
        return _frame(path.name, list(_lines(file, path.name)))


def _lines(file: Any, name: str) -> Iterator[Any]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield _parsed(line, name, number)


def _frame(name: str, held: list[Any]) -> pl.DataFrame:
    if not all(isinstance(record, dict) for record in held):
        raise UserError(f"{name!r} holds no list of records.", hint="Give read= a function that makes a frame of it.")
    records = Records(repr(name), advice="Give read= a function to")
    records.learn(held)
    return records.frame(held)


def _parsed(text: str, name: str, first: int) -> Any:
    def record(pairs: list[tuple[str, Any]]) -> Record:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
            raise UserError(f"A record of {name!r} has the key {twice!r} twice.")
        return found

    try:
        return json.loads(text, object_pairs_hook=record)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{name!r} is no JSON at line {first + error.lineno - 1}.", hint="Is it cut off, or still being written?"
        ) from None
