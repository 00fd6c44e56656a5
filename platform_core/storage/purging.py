"""Tables that keep what was overwritten: rows taken out of them, and what is no longer of use made to be gone."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import Any

import polars as pl

from platform_core.errors import UserError
from platform_core.governance.classification import NOTE
from platform_core.needed import needed
from platform_core.sql_names import quoted
from platform_core.storage.delta_tables import DeltaTables
from platform_core.storage.duckdb_tables import _BOOK, DuckDBTables
from platform_core.storage.stored import LIST_NOTE, OWN_COLUMN

Chosen = Callable[[Mapping[str, pl.DataType]], pl.Expr]
_LOG, _LOG_DEFAULT = "delta.logRetentionDuration", "interval 30 days"


def take_out(
    tables: DeltaTables | DuckDBTables, layer: str, name: str, chosen: Chosen, partition: str | None = None
) -> None:
    """Take rows out of a table, in one transaction; `forget` makes them be gone.

    Args:
        tables: Where the table is.
        layer: Its layer.
        name: Its asset.
        chosen: Gives, of the columns with their types, what is true for the rows that go.
        partition: The partition that they are taken out of; None for a table without.

    Raises:
        UserError: Another run wrote the table meanwhile.
    """
    if isinstance(tables, DeltaTables):
        lazy = tables.read(name, "lazy", partition, layer)
        kept = lazy.filter(~chosen(lazy.collect_schema())).collect()
        overwriting = replace(tables, writing=replace(tables.writing, mode="overwrite", key=()))
        notes = _notes(tables._open(layer, name))
        overwriting.write(layer, name, kept, partition, notes.get(LIST_NOTE), notes.get(NOTE))
        return
    table = f"{quoted(layer)}.{quoted(name)}"
    where, values = (f"WHERE {OWN_COLUMN} = ?", [partition]) if partition is not None else ("", [])
    with tables._writing() as database:
        rows = database.sql(f"SELECT rowid AS _row, * FROM {table} {where}", params=values).pl()
        gone = rows.filter(chosen(rows.schema)).select("_row")
        database.begin()
        database.register("gone", gone.to_arrow())
        database.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT _row FROM gone)")
        database.execute(
            f"UPDATE {_BOOK} SET number = nextval('_workbench.writes') "
            "WHERE layer = ? AND name = ? AND partition IS NOT DISTINCT FROM ?",
            [layer, name, partition],
        )
        database.commit()


def forget(tables: DeltaTables | DuckDBTables, layer: str, name: str) -> None:
    """Delete all that a table holds beside the rows that are read now.

    Of Delta these are older versions and their entries in the log, which tell the least and the greatest value of each
    column; who reads an older version meanwhile loses it. A DuckDB file keeps deleted rows in its free blocks, so the
    database is copied to a new file, which takes the old one's place: there has to be room for two.

    Raises:
        UserError: Something of an older version is left.
    """
    if isinstance(tables, DeltaTables):
        _forget_versions(tables, layer, name)
    elif tables.path.exists():
        with tables._locked(fcntl.LOCK_EX):
            _copy(tables)


def _forget_versions(tables: DeltaTables, layer: str, name: str) -> None:
    delta: Any = needed("deltalake", "delta")
    table = tables._open(layer, name)
    written, held = table.version(), table.metadata().configuration.get(_LOG)
    notes = delta.CommitProperties(custom_metadata={f"workbench.{key}": one for key, one in _notes(table).items()})
    table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)
    table.alter.set_table_properties({_LOG: "interval 0 seconds"}, commit_properties=notes)
    table = tables._open(layer, name)
    table.create_checkpoint()
    table.cleanup_metadata()
    table.alter.set_table_properties({_LOG: held or _LOG_DEFAULT}, commit_properties=notes)
    table = tables._open(layer, name)
    if min(int(one["version"]) for one in table.history()) < written:
        raise UserError(f"An older version of {layer}/{name} is still there.", hint="Run it again.")


def _notes(table: Any) -> dict[str, str]:
    newest: dict[str, Any] = next(iter(table.history(1)), {})
    return {key: newest[f"workbench.{key}"] for key in (LIST_NOTE, NOTE) if f"workbench.{key}" in newest}


def _copy(tables: DuckDBTables) -> None:
    duck = import_module("duckdb")
    fresh = tables.path.with_name(f".{tables.path.name}.fresh")
    log = tables.path.with_name(f"{tables.path.name}.wal")
    try:
        with suppress(FileNotFoundError):
            fresh.unlink()  # of a run that was killed
        duck.connect(str(tables.path)).close()  # takes in what a killed writer left in the log
        with duck.connect() as database:
            old, new = (str(path).replace("'", "''") for path in (tables.path, fresh))
            database.execute(f"ATTACH '{old}' AS old (READ_ONLY); ATTACH '{new}' AS new; COPY FROM DATABASE old TO new")
            database.execute("CHECKPOINT new")
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        shutil.copymode(tables.path, fresh)
        fresh.replace(tables.path)
        with suppress(FileNotFoundError):
            log.unlink()
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()
