"""A search index as one file: SQLite's own full-text engine, which every language reads and no server has to run."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from platform_core.columns import column_of, parts_of, type_text
from platform_core.errors import UserError
from platform_core.resources.query import quoted
from platform_core.suggest import did_you_mean

_RECORDS, _SEARCH = "records", "search"
_TAKEN = {"rank", "rowid", _SEARCH}  # by SQLite
_MOST_COLUMNS = 2000


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
    _refuse(frame)
    columns = ", ".join(quoted(name) for name in frame.columns)
    searched = ", ".join(quoted(name) for name in text)
    tokens = f"{'porter ' if stem else ''}unicode61 remove_diacritics 2"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # Nobody sees the file before it is whole, so it needs no journal beside it
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        database.execute(f"CREATE TABLE {_RECORDS} ({columns})")
        places = ", ".join("?" * frame.width)
        rows = (tuple(map(_plain, row)) for row in _told(frame).iter_rows())
        # Every part is a quoted identifier or one of ours; values are bound
        database.executemany(f"INSERT INTO {_RECORDS} VALUES ({places})", rows)  # noqa: S608
        database.execute(
            f"CREATE VIRTUAL TABLE {_SEARCH} USING fts5({searched}, content='{_RECORDS}', tokenize='{tokens}')"
        )
        database.execute(f"INSERT INTO {_SEARCH} ({_SEARCH}) VALUES ('rebuild')")  # noqa: S608 - as above
        database.execute(f"INSERT INTO {_SEARCH} ({_SEARCH}) VALUES ('optimize')")  # noqa: S608 - as above
        database.execute("COMMIT")


def search_index(path: Path | str, words: str, *, limit: int = 20) -> pl.DataFrame:
    """Give the records of a published index in which all words stand, the best first.

    Args:
        path: The file that `publish_index` wrote.
        words: Words; a last one with a star (`perm*`) is the beginning of one. Nothing else in it has a meaning.
        limit: How many records at most.

    Raises:
        UserError: The file is no such index, or there are no words.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_index(pl.DataFrame({"authority": ["Leeds", "York"]}), Path(folder, "a.sqlite"), ["authority"])
    ...     search_index(Path(folder, "a.sqlite"), "lee*")["authority"].to_list()
    ['Leeds']
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


def _refuse(frame: pl.DataFrame) -> None:
    folded = [name.casefold() for name in frame.columns]
    if set(folded) & _TAKEN or len(set(folded)) < len(folded):
        raise UserError(
            f"A column is called {' or '.join(sorted(_TAKEN))}, or two differ by case only.", hint="Rename it."
        )
    if frame.width > _MOST_COLUMNS:
        raise UserError(f"An index holds at most {_MOST_COLUMNS:,} columns.", hint="Publish fewer.")
    for name, dtype in frame.schema.items():
        for part in parts_of(dtype):
            if isinstance(part, pl.Object | pl.BaseExtension) or (isinstance(part, pl.Binary) and part is not dtype):
                raise UserError(
                    f"An index holds no {type_text(part)} as in {name!r}.", hint="Leave it out, or make text of it."
                )


def _told(frame: pl.DataFrame) -> pl.DataFrame:
    """Give days, moments and lengths of time as ISO 8601, and what is nested as JSON."""
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    return frame.with_columns(pl.selectors.temporal().dt.to_string("iso:strict"), *map(_json, nested))


def _json(name: str) -> pl.Expr:
    """Give a column as JSON: the one field of an object, without the object round it."""
    column = column_of(name)
    text = pl.struct(column.alias("")).struct.json_encode().str.slice(len('{"":')).str.head(-1)
    return pl.when(column.is_not_null()).then(text).alias(name)


def _plain(value: Any) -> Any:
    """Give a value as SQLite holds it."""
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    return str(value) if isinstance(value, Decimal) else value
