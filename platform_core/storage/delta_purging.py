"""Delta tables that data is to be gone from, with older versions and what the log tells of them.

The log of a table holds the least and the greatest value of each column, for each version. A commit that takes rows
out carries a mark, and the last one of `forget` takes it back.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from platform_core.errors import UserError
from platform_core.governance.classification import NOTE
from platform_core.storage.delta_tables import DeltaTables, commit_notes, equals
from platform_core.storage.purging import Chosen, Kept
from platform_core.storage.stored import LIST_NOTE, never_stored

_MARK, _BEGUN, _DROPPED, _DONE = "workbench.purge", "begun", "dropped", "done"
_DROPPED_LOG = "_dropped_log"
_LOG, _LOG_DEFAULT, _LOG_AT_ONCE = "delta.logRetentionDuration", "interval 30 days", "interval 0 seconds"
_LOG_BEFORE = "workbench.log_retention"
_KEPT_NOTES = (f"workbench.{LIST_NOTE}", f"workbench.{NOTE}")


@dataclass(frozen=True, slots=True)
class DeltaPurging:
    """A folder of Delta tables, as `platform_core.storage.purging.Purging` says."""

    tables: DeltaTables

    def kept(self, layer: str, name: str) -> Iterator[Kept]:
        """Give what is stored of a table: the day of its newest file, rows and bytes, by partition."""
        table = self.tables.open(layer, name)
        if table is None:
            return
        files = pl.DataFrame(table.get_add_actions(flatten=True))
        column = next((f"partition.{one}" for one in table.metadata().partition_columns), None)
        by_partition = [(None, files)] if column is None else [(str(key), of) for (key,), of in files.group_by(column)]
        for partition, of in sorted(by_partition, key=lambda one: one[0] or ""):
            if of.height:
                newest: Any = of["modification_time"].max()
                day = datetime.fromtimestamp(newest / 1000, UTC) if isinstance(newest, int) else newest
                yield Kept(partition, day.date().isoformat(), int(of["num_records"].sum()), int(of["size_bytes"].sum()))

    def take_out(self, layer: str, name: str, chosen: Chosen, partition: str | None = None) -> None:
        """Write a table, or one partition of it, without some rows."""
        table = self._table(layer, name)
        lazy = self.tables.read(name, "lazy", partition, layer)
        kept = lazy.filter(~chosen(lazy.collect_schema())).collect()
        notes = {_MARK: _BEGUN, **_notes(table)}
        overwriting = replace(self.tables.writing, mode="overwrite", key=(), notes=notes)
        replace(self.tables, writing=overwriting).write(layer, name, kept, partition)

    def drop(self, layer: str, name: str, partition: str | None = None) -> None:
        """Delete all rows of a table, or of one partition of it; `forget` takes a whole table's folder away too.

        In an object store, where nothing is renamed in one step, a table of no rows stays.
        """
        table = self._table(layer, name)
        mark = _DROPPED if partition is None and "://" not in self.tables.root else _BEGUN
        where = None if partition is None else equals(table.metadata().partition_columns[0], partition)
        table.delete(where, commit_properties=commit_notes({_MARK: mark, **_notes(table)}))

    def forget(self, layer: str, name: str, partition: str | None = None) -> None:
        """Delete the files of older versions, and the entries of the log that tell of them."""
        table = self._table(layer, name)
        written, notes = table.version(), _notes(table)
        held = table.metadata().configuration.get(_LOG, _LOG_DEFAULT)
        if held == _LOG_AT_ONCE:  # of a run that was killed
            held = _newest(table, _LOG_BEFORE) or _LOG_DEFAULT
        mark = _newest(table, _MARK)
        dropped = mark == _DROPPED and not pl.DataFrame(table.get_add_actions(flatten=True)).height
        at_once = commit_notes({_MARK: _DROPPED if dropped else _BEGUN, _LOG_BEFORE: held, **notes})
        table.vacuum(
            retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True, commit_properties=at_once
        )
        table.alter.set_table_properties({_LOG: _LOG_AT_ONCE}, commit_properties=at_once)
        table = self._table(layer, name)
        table.create_checkpoint()
        table.cleanup_metadata()
        if min(int(one["version"]) for one in table.history()) < written:
            raise UserError(f"An older version of {layer}/{name} is still there.", hint="Run it again.")
        if dropped and _is_taken_away(Path(self.tables.root, layer, name), table.version()):
            return
        table.alter.set_table_properties({_LOG: held}, commit_properties=commit_notes({_MARK: _DONE, **notes}))

    def beside(self, layer: str, name: str, partition: str | None = None) -> Any:
        """Give nothing: a table keeps none of a frame's attrs."""
        return []

    def is_unfinished(self, layer: str, name: str) -> bool:
        """Say whether the newest mark in the log says that a purge began."""
        table = self.tables.open(layer, name)
        return table is not None and _newest(table, _MARK) in {_BEGUN, _DROPPED}

    def _table(self, layer: str, name: str) -> Any:
        table = self.tables.open(layer, name)
        if table is None:
            raise never_stored(name)
        return table


def _is_taken_away(folder: Path, version: int) -> bool:
    """Take a table of no rows away, its log first, so that it is whole or not there - unless one wrote it meanwhile."""
    log, aside = folder / "_delta_log", folder / _DROPPED_LOG
    shutil.rmtree(aside, ignore_errors=True)  # of a run that was killed
    log.rename(aside)
    if (aside / f"{version + 1:020}.json").exists():
        aside.rename(log)
        return False
    shutil.rmtree(folder)
    return True


def _newest(table: Any, key: str) -> str | None:
    """Give the newest note of a name that the log holds."""
    return next((str(one[key]) for one in table.history() if key in one), None)


def _notes(table: Any) -> dict[str, str]:
    """Give what the newest version tells, for a version that is made from it."""
    newest: dict[str, Any] = next(iter(table.history(1)), {})
    return {key: str(newest[key]) for key in _KEPT_NOTES if key in newest}
