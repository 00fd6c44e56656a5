"""Assets as tables of one DuckDB database: `<layer>.<asset>`, each written in one transaction.

DuckDB lets one process write a file and no other read it meanwhile. So writers and readers take turns by a lock beside
the file, and a reader takes the rows it asked for into a temporary file without a name, from where a lazy frame scans
them: nobody keeps the database open.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import IO, Any, cast

import pyarrow as pa

from platform_core.arrow_stream import stream_of
from platform_core.columns import type_text
from platform_core.errors import UserError
from platform_core.frames import FrameKind, kind_of, to_polars
from platform_core.lake import lists_of, safe_name
from platform_core.parquet import told_of_writing, write_open
from platform_core.parquet_read import Footer, read_files
from platform_core.sql_names import quoted
from platform_core.storable import casts_to, refuse_names, refuse_relation, types_of
from platform_core.storage.stored import OWN_COLUMN, Lists, Stored, never_stored, only, still_listed

BOOK = "_workbench.assets"  # which parts there are, and who lists them
PURGES = "_workbench.purges"  # the assets whose purge has begun

_PLACE = f"{OWN_COLUMN}_place"
_ODD_TYPE = re.compile(r">\[0\]")  # a list of no place at all, which nothing reads again

Tables = Stored[str]


@dataclass(frozen=True, slots=True)
class DuckDBTables:
    """A DuckDB database of assets.

    Attributes:
        path: The database's file.
        lists: Gives the lists of partitions that the project's YAML holds.
    """

    path: Path
    lists: Lists = field(default_factory=lists_of, compare=False, repr=False)

    def find(self, name: str, layer: str | None = None) -> Tables | None:
        """Find an asset in a layer, else in any; None where it was never written.

        Raises:
            UserError: It stands in two layers.
        """
        with self.reading() as database:
            found = [] if database is None else _found(database, name, layer)
        return only(found, name, [one.layer for one in found])

    def layers(self) -> list[str]:
        """Give the layers that hold assets."""
        return sorted({layer for layer, _ in self._book()})

    def names(self) -> list[str]:
        """Give the names of all assets that are stored."""
        return sorted({name for _, name in self._book()})

    def read(
        self,
        name: str,
        kind: FrameKind = "lazy",
        partition: str | Iterable[str] | None = None,
        layer: str | None = None,
    ) -> Any:
        """Read an asset as the kind asked for; partitions in the order of their keys.

        Raises:
            UserError: The asset or a partition was never written.
        """
        with self.reading() as database:
            found = [] if database is None else _found(database, name, layer)
            one = only(found, name, [one.layer for one in found])
            if one is None or database is None:
                raise never_stored(name)
            keys = [key for key, _ in one.chosen(partition, lambda stored: self._declared(database, stored))]
            table = database.table(table_of(database, one.layer, name))
            if one.path is None:
                database.execute("CREATE TEMP TABLE wanted (key VARCHAR, place BIGINT)")
                database.executemany("INSERT INTO wanted VALUES (?, ?)", [[key, n] for n, key in enumerate(keys)])
                stored = table_of(database, one.layer, name)
                own, place = OWN_COLUMN, "rowid"
                if any(column.casefold() == "rowid" for column in table.columns):  # which hides DuckDB's own
                    own, place = f"{OWN_COLUMN}, {_PLACE}", _PLACE
                    stored = f"(SELECT *, row_number() OVER () AS {_PLACE} FROM {stored})"
                table = database.sql(
                    f"SELECT stored.* EXCLUDE ({own}) FROM {stored} AS stored "
                    f"JOIN wanted ON stored.{OWN_COLUMN} = wanted.key ORDER BY wanted.place, stored.{place}"
                )
            with TemporaryFile() as part:
                write_open(table, cast("IO[bytes]", part))
                return read_files([("", cast("IO[bytes]", part))], kind, f"{one.layer}/{name}")

    def write(
        self,
        layer: str,
        name: str,
        value: object,
        partition: str | None = None,
        listed: str | None = None,
        classification: str | None = None,
    ) -> Footer:
        """Write an asset, or one partition of it, in one transaction, batch by batch.

        A partition with new columns adds them to the table; those that it lacks are null.

        Raises:
            UserError: A name could be a path, the value is no frame, computing it fails, a column's type does not fit
                those of other partitions, or the disk is full.
        """
        for text, what in ((layer, "layer"), (name, "asset name")):
            safe_name(text, what)
        label = f"{layer}/{name}" if partition is None else f"{layer}/{name}/{partition}"
        duck = import_module("duckdb")
        with told_of_writing(value, label), stream_of(value) as rows, self.writing() as database:
            refuse_names(rows.schema.names, OWN_COLUMN)
            own = types_of(cast("Any", value)) if kind_of(value) == "duckdb" else {}
            if not own:
                _refuse_changed(database, rows.schema)
            query = f"SELECT {casts_to(own) or '*'} FROM stream"
            database.register("stream", rows)
            database.begin()
            try:
                if partition is None:
                    _replace_table(database, layer, name, query)
                else:
                    _replace_partition(database, layer, name, safe_name(partition, "partition key"), query)
                database.execute(
                    f"DELETE FROM {BOOK} WHERE layer = ? AND name = ? AND partition IS NOT DISTINCT FROM ?",
                    [layer, name, partition],
                )
                database.execute(
                    f"INSERT INTO {BOOK} VALUES (?, ?, ?, ?, nextval('_workbench.writes'), ?)",
                    [layer, name, partition, listed, datetime.now(UTC).date()],
                )
                if classification is not None:
                    text = classification.replace("'", "''")
                    database.execute(f"COMMENT ON TABLE {table_of(database, layer, name)} IS '{text}'")
                footer = _footer(database, layer, name, partition)
                database.commit()
            except duck.IOException as error:
                raise OSError(str(error)) from None
        return footer

    def mark(self, layer: str, name: str, partition: str | None = None) -> str | None:
        """Give the number of the last write; None where there is none."""
        with self.reading() as database:
            if database is None:
                return None
            query = f"SELECT number FROM {BOOK} WHERE layer = ? AND name = ? AND partition IS NOT DISTINCT FROM ?"
            rows = database.execute(query, [layer, name, partition]).fetchall()
        return str(rows[0][0]) if rows else None

    def _declared(self, database: Any, stored: Tables) -> dict[str, str]:
        query = f"SELECT DISTINCT listed FROM {BOOK} WHERE layer = ? AND name = ?"
        noted = [row[0] for row in database.execute(query, [stored.layer, stored.name]).fetchall()]
        return {key: stored.partitions[key] for key in still_listed(stored.partitions, noted, self.lists)}

    def _book(self) -> list[tuple[str, str]]:
        with self.reading() as database:
            if database is None:
                return []
            return list(database.execute(f"SELECT DISTINCT layer, name FROM {BOOK}").fetchall())

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Give a connection that reads, or None where there is no database yet."""
        if not self.path.exists():
            yield None
            return
        with self.locked(fcntl.LOCK_SH), import_module("duckdb").connect(str(self.path), read_only=True) as database:
            database.execute("SET threads = 2; SET preserve_insertion_order = true")
            yield database

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """Give a connection that writes."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.locked(fcntl.LOCK_EX), import_module("duckdb").connect(str(self.path)) as database:
            database.execute(
                f"CREATE SCHEMA IF NOT EXISTS _workbench; CREATE SEQUENCE IF NOT EXISTS _workbench.writes; "
                f"CREATE TABLE IF NOT EXISTS {BOOK} "
                "(layer VARCHAR, name VARCHAR, partition VARCHAR, listed VARCHAR, number BIGINT); "
                f"ALTER TABLE {BOOK} ADD COLUMN IF NOT EXISTS written DATE"
            )
            yield database

    @contextmanager
    def locked(self, how: int) -> Iterator[None]:
        """Take turns with other processes; the kernel lets go of the lock when one is killed."""
        lock = self.path.with_name(f".{self.path.name}.lock")
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)


def schema_of(database: Any, layer: str) -> str:
    """Give a layer as SQL, under the name of the database too: a file `gold.duckdb` gives the name that a layer has."""
    ((name,),) = database.execute("SELECT current_database()").fetchall()
    return f"{quoted(name)}.{quoted(layer)}"


def table_of(database: Any, layer: str, name: str) -> str:
    """Give the table of an asset as SQL."""
    return f"{schema_of(database, layer)}.{quoted(name)}"


def _found(database: Any, name: str, layer: str | None) -> list[Tables]:
    query = f"SELECT layer, partition FROM {BOOK} WHERE name = ? AND (? IS NULL OR layer = ?) ORDER BY 1, 2"
    by_layer: dict[str, list[str | None]] = {}
    for where, key in database.execute(query, [name, layer, layer]).fetchall():
        by_layer.setdefault(where, []).append(key)
    return [
        Stored(
            where, name, name if None in keys else None, MappingProxyType({key: key for key in keys if key is not None})
        )
        for where, keys in by_layer.items()
    ]


def _replace_table(database: Any, layer: str, name: str, query: str) -> None:
    database.execute(f"CREATE SCHEMA IF NOT EXISTS {schema_of(database, layer)}")
    database.execute(f"CREATE OR REPLACE TABLE {table_of(database, layer, name)} AS {query}")
    database.execute(f"DELETE FROM {BOOK} WHERE layer = ? AND name = ?", [layer, name])


def _replace_partition(database: Any, layer: str, name: str, key: str, query: str) -> None:
    table = table_of(database, layer, name)
    database.execute(f"CREATE SCHEMA IF NOT EXISTS {schema_of(database, layer)}")
    whole = database.execute(
        f"SELECT count(*) FROM {BOOK} WHERE layer = ? AND name = ? AND partition IS NULL", [layer, name]
    ).fetchall()[0][0]
    if whole:
        database.execute(f"DROP TABLE IF EXISTS {table}")
        database.execute(f"DELETE FROM {BOOK} WHERE layer = ? AND name = ?", [layer, name])
    database.execute(f"CREATE TEMP TABLE given AS {query}")
    database.execute(
        f"CREATE TABLE IF NOT EXISTS {table} AS SELECT *, NULL::VARCHAR AS {OWN_COLUMN} FROM given LIMIT 0"
    )
    about, stored = database.table("given"), database.table(table)
    present = dict(zip(stored.columns, map(str, stored.types), strict=True))
    refuse_names([*present, *(column for column in about.columns if column not in present)])
    for column, dtype in zip(about.columns, map(str, about.types), strict=True):
        if present.setdefault(column, dtype) != dtype:
            raise UserError(
                f"Column {column!r} of {layer}/{name} is {_shown(dtype)} in partition {key!r} but "
                f"{_shown(present[column])} in others.",
                hint="Give it one type in all partitions; delete the table to write it anew.",
            )
        database.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {quoted(column)} {dtype}")
    database.execute(f"DELETE FROM {table} WHERE {OWN_COLUMN} = ?", [key])
    database.execute(f"INSERT INTO {table} BY NAME SELECT *, ?::VARCHAR AS {OWN_COLUMN} FROM given", [key])


def _shown(dtype: str) -> str:
    """Give a type of DuckDB without the categories of an ENUM, which are values.

    >>> _shown("STRUCT(a ENUM('it''s', 'b)'), b INTEGER)")
    'STRUCT(a ENUM, b INTEGER)'
    """
    return re.sub(r"ENUM\('(?:[^']|''|', ')*'\)", "ENUM", dtype)


def _footer(database: Any, layer: str, name: str, partition: str | None) -> Footer:
    """Give rows and columns as the reader will see them."""
    table = table_of(database, layer, name)
    where, values = ("", []) if partition is None else (f" WHERE {OWN_COLUMN} = ?", [partition])
    rows = database.execute(f"SELECT count(*) FROM {table}{where}", values).fetchall()[0][0]
    refuse_relation(database.table(table))
    empty = to_polars(database.sql(f"SELECT * FROM {table} LIMIT 0"))
    columns = tuple((column, str(dtype)) for column, dtype in empty.schema.items() if column != OWN_COLUMN)
    return Footer(int(rows), columns, 0)


def _refuse_changed(database: Any, given: pa.Schema) -> None:
    """Refuse what DuckDB does not take or would give back as another type: a zone, a category, a duration."""
    for about in given:
        empty = pa.schema([about]).empty_table()
        dtype = to_polars(empty).dtypes[0]
        try:
            relation = database.from_arrow(empty)
            refuse_relation(relation)
            stored = None if _ODD_TYPE.search(str(about.type)) else to_polars(relation).dtypes[0]
            renamed = relation.columns != [about.name]
        except (pa.ArrowException, import_module("duckdb").Error):
            stored, renamed = None, False
        if renamed:
            raise UserError(f"DuckDB takes no column called {about.name!r}.", hint="Give it another name.")
        if stored != dtype:
            told = "does not take" if stored is None else f"would give back as {type_text(stored)}"
            raise UserError(
                f"Column {about.name!r} is {type_text(dtype)}, which DuckDB {told}.",
                hint="Cast it to text or another type first.",
            )
