"""Tables of a DuckDB database that data is to be gone from, free blocks of the file too.

DuckDB keeps deleted rows in the free blocks of its file, so the database is copied to a new file, which takes the old
one's place: there has to be room for two. A mark in the old file says that this is still to come.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from platform_core.storage.duckdb_tables import BOOK, PURGES, DuckDBTables, table_of
from platform_core.storage.purging import Chosen, Kept
from platform_core.storage.stored import OWN_COLUMN

_OF = "layer = ? AND name = ? AND partition IS NOT DISTINCT FROM ?"


@dataclass(frozen=True, slots=True)
class DuckDBPurging:
    """A DuckDB database of assets, as `platform_core.storage.purging.Purging` says."""

    tables: DuckDBTables

    def kept(self, layer: str, name: str) -> Iterator[Kept]:
        """Give what is stored of an asset. What was written before days were noted counts as of the file's day."""
        with self.tables.reading() as database:
            if database is None:
                return
            known = "written" in [row[0] for row in database.execute(f"DESCRIBE {BOOK}").fetchall()]
            query = f"SELECT partition, {'written' if known else 'NULL'} FROM {BOOK} WHERE layer = ? AND name = ?"
            book = sorted(database.execute(query, [layer, name]).fetchall(), key=lambda one: one[0] or "")
            by = OWN_COLUMN if book and book[0][0] is not None else "NULL"
            counting = f"SELECT {by}, count(*) FROM {table_of(database, layer, name)} GROUP BY 1"
            rows = dict(database.execute(counting).fetchall()) if book else {}
        of_file = datetime.fromtimestamp(self.tables.path.stat().st_mtime, UTC).date()
        for key, written in book:
            yield Kept(key, (written or of_file).isoformat(), int(rows.get(key, 0)))

    def take_out(self, layer: str, name: str, chosen: Chosen, partition: str | None = None) -> None:
        """Delete some rows of a table, in one transaction."""
        where, values = (f"WHERE {OWN_COLUMN} = ?", [partition]) if partition is not None else ("", [])
        with self._purging(layer, name) as database:
            table = table_of(database, layer, name)
            rows = database.sql(f"SELECT rowid AS _row, * FROM {table} {where}", params=values).pl()
            database.register("gone", rows.filter(chosen(rows.schema)).select("_row").to_arrow())
            database.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT _row FROM gone)")
            number = "nextval('_workbench.writes')"
            database.execute(f"UPDATE {BOOK} SET number = {number} WHERE {_OF}", [layer, name, partition])

    def drop(self, layer: str, name: str, partition: str | None = None) -> None:
        """Delete a table, or the rows of one partition, and what the book says of it, in one transaction."""
        with self._purging(layer, name) as database:
            if partition is None:
                database.execute(f"DROP TABLE IF EXISTS {table_of(database, layer, name)}")
            else:
                database.execute(f"DELETE FROM {table_of(database, layer, name)} WHERE {OWN_COLUMN} = ?", [partition])
            database.execute(f"DELETE FROM {BOOK} WHERE {_OF}", [layer, name, partition])

    def forget(self, layer: str, name: str, partition: str | None = None) -> None:
        """Copy the database to a file without free blocks, which takes its place."""
        path = self.tables.path
        if not path.exists():
            return
        duck = import_module("duckdb")
        fresh = path.with_name(f".{path.name}.fresh")
        with self.tables.locked(fcntl.LOCK_EX):
            try:
                fresh.unlink(missing_ok=True)  # of a run that was killed
                duck.connect(str(path)).close()  # takes in what a killed writer left in the log
                with duck.connect() as database:
                    old, new = (str(place).replace("'", "''") for place in (path, fresh))
                    database.execute(f"ATTACH '{old}' AS old (READ_ONLY); ATTACH '{new}' AS new")
                    database.execute("COPY FROM DATABASE old TO new")
                    database.execute(f"CREATE TABLE IF NOT EXISTS new.{PURGES} (layer VARCHAR, name VARCHAR)")
                    database.execute(f"DELETE FROM new.{PURGES}")
                    database.execute("CHECKPOINT new")
                with fresh.open("rb+") as file:
                    os.fsync(file.fileno())
                shutil.copymode(path, fresh)
                fresh.replace(path)
            finally:
                with suppress(FileNotFoundError):
                    fresh.unlink()

    def beside(self, layer: str, name: str, partition: str | None = None) -> Any:
        """Give nothing: a table keeps none of a frame's attrs."""
        return []

    def is_unfinished(self, layer: str, name: str) -> bool:
        """Say whether the mark is there."""
        with self.tables.reading() as database:
            if database is None:
                return False
            found = database.execute(
                "SELECT 1 FROM duckdb_tables() WHERE schema_name || '.' || table_name = ?", [PURGES]
            ).fetchall()
            query = f"SELECT 1 FROM {PURGES} WHERE layer = ? AND name = ?"
            return bool(found) and bool(database.execute(query, [layer, name]).fetchall())

    @contextmanager
    def _purging(self, layer: str, name: str) -> Iterator[Any]:
        """Give a connection inside a transaction that also sets the mark."""
        with self.tables.writing() as database:
            database.begin()
            database.execute(f"CREATE TABLE IF NOT EXISTS {PURGES} (layer VARCHAR, name VARCHAR)")
            database.execute(f"INSERT INTO {PURGES} VALUES (?, ?)", [layer, name])
            yield database
            database.commit()
