"""A search index as one file: SQLite's own full-text engine, which every language reads and no server has to run."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from platform_core.errors import UserError
from platform_core.resources.query import quoted
from platform_core.suggest import did_you_mean

_RECORDS, _SEARCH = "records", "search"


def write_index(frame: pl.DataFrame, path: Path, text: Sequence[str], *, stem: bool = True) -> None:
    """Write a frame with an index of some of its columns to a SQLite file.

    The table `records` has all columns; `search` is the index (FTS5), whose rows have the same `rowid`.

    Args:
        frame: The frame.
        path: A file that is empty or not there.
        text: The columns that are searched.
        stem: Whether `permits` finds `permit`: English words by their stems.

    Raises:
        UserError: There is no such column, or SQLite cannot hold one.
    """
    for name in text:
        if name not in frame.columns:
            raise UserError(f"The frame has no column {name!r} to search.", hint=did_you_mean(name, frame.columns))
    if not text:
        raise UserError("publish_index needs the columns that are searched.", hint='Write text=["title", "note"].')
    folded = [name.casefold() for name in frame.columns]
    if "rowid" in folded or "rank" in folded or len(set(folded)) < len(folded):
        raise UserError("A column is called rowid or rank, or two differ by case only.", hint="Rename it.")
    columns = ", ".join(quoted(name) for name in frame.columns)
    searched = ", ".join(quoted(name) for name in text)
    tokens = f"{'porter ' if stem else ''}unicode61 remove_diacritics 2"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE {_RECORDS} ({columns})")
        places = ", ".join("?" * frame.width)
        rows = (tuple(map(_plain, row)) for row in frame.iter_rows())
        # Every part is a quoted identifier or one of ours; values are bound
        database.executemany(f"INSERT INTO {_RECORDS} VALUES ({places})", rows)  # noqa: S608
        database.execute(
            f"CREATE VIRTUAL TABLE {_SEARCH} USING fts5({searched}, content='{_RECORDS}', tokenize='{tokens}')"
        )
        database.execute(f"INSERT INTO {_SEARCH} ({_SEARCH}) VALUES ('rebuild')")  # noqa: S608 - as above
        database.execute(f"INSERT INTO {_SEARCH} ({_SEARCH}) VALUES ('optimize')")  # noqa: S608 - as above


def search_index(path: Path | str, words: str, *, limit: int = 20) -> pl.DataFrame:
    """Give the records of a published index in which all words stand, the best first.

    Args:
        path: The file that `publish_index` wrote.
        words: Words; a last one with a star (`perm*`) is the beginning of one. Nothing else in it has a meaning.
        limit: How many records at most.

    Raises:
        UserError: The file is no such index, or there are no words.
    """
    terms = [f'"{word.rstrip("*")}"{"*" * word.endswith("*")}' for word in re.findall(r"\w+\*?", words)]
    if not terms:
        raise UserError("There are no words to search for.")
    sql = (
        f"SELECT r.* FROM {_SEARCH} s JOIN {_RECORDS} r ON r.rowid = s.rowid WHERE {_SEARCH} MATCH ? "  # noqa: S608
        "ORDER BY s.rank, r.rowid LIMIT ?"
    )
    if not Path(path).is_file():
        raise UserError(f"There is no index {Path(path).name!r}.", hint="Publish it first.")
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute(sql, (" ".join(terms), limit))
            names = [column[0] for column in found.description]
            return pl.DataFrame(found.fetchall(), schema=names, orient="row", infer_schema_length=None)
    except sqlite3.DatabaseError:
        raise UserError(f"{Path(path).name!r} is no index of publish_index.") from None


def _plain(value: Any) -> Any:
    """Give a value as SQLite holds it: numbers, text, bytes; days and moments as ISO 8601."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    if isinstance(value, Decimal | dt.timedelta | list | dict):
        return str(value)
    return value
