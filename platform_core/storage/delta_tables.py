"""Assets as Delta tables: `<root>/<layer>/<asset>/`, on a disk or in an object store.

A table's log says which of its files count, so a reader has one version whole whoever writes meanwhile. Of two that
write at once the second is told where its write does not fit the first; two appends both stand, and one that loses the
race to make the table is made again. Files of a write that was killed stand in no
version; they and superseded ones are deleted a week after, by a later write.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import polars as pl
import pyarrow as pa

from platform_core.arrow_stream import stream_of, telling
from platform_core.errors import UserError
from platform_core.frames import FrameKind, convert
from platform_core.lake import lists_of, safe_name
from platform_core.needed import needed
from platform_core.parquet import FULL_DISK_TEXT, told_of_writing
from platform_core.parquet_read import Footer
from platform_core.storable import refuse_names
from platform_core.storage.stored import (
    LIST_NOTE,
    OWN_COLUMN,
    Lists,
    Stored,
    never_stored,
    notes_of,
    only,
    still_listed,
)

if TYPE_CHECKING:
    from platform_core.resources.objects import ObjectStoreResource

_LAYERS = ("bronze", "silver", "gold", "default")
_KEPT_HOURS = 7 * 24
_NOTE = f"workbench.{LIST_NOTE}"
_APPENDS = 5  # times that one is tried
_NULL_KEY = "__HIVE_DEFAULT_PARTITION__"

Tables = Stored[str]


@dataclass(frozen=True, slots=True)
class Writing:
    """What a write does with what is there.

    Attributes:
        mode: `overwrite` replaces the rows (of its partition, where it has one), `append` keeps them, `merge` replaces
            those of the same key and adds the others.
        key: The columns that are the key, for `merge`.
        evolution: Where columns change: `fixed` is an error, `add` adds the new ones, `replace` takes the new schema.
        column: The column that holds the partition. Where a frame lacks it, it is added; without a name it is our own,
            and no reader sees it.
        notes: More that a version tells, by key.
    """

    mode: Literal["overwrite", "append", "merge"] = "overwrite"
    key: tuple[str, ...] = ()
    evolution: Literal["fixed", "add", "replace"] = "fixed"
    column: str = ""
    notes: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class DeltaTables:
    """A folder of Delta tables.

    Attributes:
        root: The folder or the address of a store's prefix.
        writing: What a write does.
        options: What is needed to reach the store.
        lists: Gives the lists of partitions that the project's YAML holds.
    """

    root: str
    writing: Writing = Writing()
    options: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    lists: Lists = field(default_factory=lists_of, compare=False, repr=False)

    @classmethod
    def in_store(
        cls, store: ObjectStoreResource, prefix: str = "lake", writing: Writing = Writing(), lists: Lists | None = None
    ) -> DeltaTables:
        """Give the tables under a prefix of an object store."""
        root = store.url(prefix.strip("/")).rstrip("/")
        return cls(root, writing, store.delta_options(), lists or lists_of())

    def layers(self) -> list[str]:
        """Give the layers that hold tables; in an object store those of the workbench."""
        if "://" in self.root:
            return list(_LAYERS)
        folder = Path(self.root)
        return sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []

    def names(self) -> list[str]:
        """Give the names of the tables on a disk; those of an object store are not looked for."""
        folders = [] if "://" in self.root else [Path(self.root, layer) for layer in self.layers()]
        return sorted(
            {entry.name for folder in folders for entry in folder.iterdir() if (entry / "_delta_log").is_dir()}
        )

    def find(self, name: str, layer: str | None = None) -> Tables | None:
        """Find a table in a layer, else in any; None where it was never written.

        Raises:
            UserError: It stands in two layers.
        """
        layers = [layer] if layer is not None else self.layers()
        found = [one for where in layers if (one := self._stored(where, name)) is not None]
        return only(found, name, [one.layer for one in found])

    def read(
        self,
        name: str,
        kind: FrameKind = "lazy",
        partition: str | Iterable[str] | None = None,
        layer: str | None = None,
    ) -> Any:
        """Read a table of the version that is the newest now, as the kind asked for.

        Raises:
            UserError: The asset or a partition was never written.
        """
        stored = self.find(name, layer)
        table = None if stored is None else self.open(stored.layer, name)
        if stored is None or table is None:
            raise never_stored(name)
        lazy = pl.scan_delta(table, storage_options=dict(self.options) or None)
        if stored.path is None:
            (column,) = table.metadata().partition_columns
            chosen = stored.chosen(partition, lambda one: self._declared(table, one))
            parts = [lazy.filter(pl.col(column).cast(pl.String) == key) for key, _ in chosen]
            lazy = pl.concat(parts)
            lazy = lazy.drop(OWN_COLUMN, strict=False)
        else:
            stored.chosen(partition, lambda _: {})
        return convert(lazy, kind)

    def write(
        self,
        layer: str,
        name: str,
        value: object,
        partition: str | None = None,
        listed: str | None = None,
        classification: str | None = None,
    ) -> Footer:
        """Write a table, or one partition of it, as one version, batch by batch.

        Raises:
            UserError: A name could be a path, the value is no frame, computing it fails, columns changed that may not,
                another run wrote what this one replaces, or the disk is full.
        """
        label = f"{layer}/{name}" if partition is None else f"{layer}/{name}/{partition}"
        errors = needed("deltalake.exceptions", "delta")
        if partition is not None and safe_name(partition, "partition key") == _NULL_KEY:
            raise UserError(f"A Delta table takes the partition key {partition!r} for none.", hint="Name it otherwise.")
        about_it = {f"workbench.{key}": text for key, text in notes_of(listed, classification).items()}
        notes = {**about_it, **self.writing.notes}
        with told_of_writing(value, label):
            try:
                # Appends fit each other, and so do partitions, but for the first ones of a table: each of them makes it
                fits = self.writing.mode == "append" or (partition is not None and self.open(layer, name) is None)
                again = fits and not isinstance(value, pa.RecordBatchReader)
                for left in reversed(range(_APPENDS if again else 1)):
                    try:
                        self._commit(layer, name, value, partition, notes)
                        break
                    except errors.CommitFailedError:
                        if not left:
                            raise
            except errors.CommitFailedError:
                raise UserError(
                    f"{label} was not written: another run wrote it meanwhile.", hint="Run it again."
                ) from None
            except errors.SchemaMismatchError:
                raise UserError(f"{label} was not written: its columns have changed.", hint=_EVOLVE) from None
            except errors.DeltaError as error:
                raise _refused(label, str(error)) from None
        table = self.open(layer, name)
        if table is None:
            raise never_stored(name)
        table.vacuum(retention_hours=_KEPT_HOURS, dry_run=False, commit_properties=commit_notes(notes))
        return self._footer(layer, name, partition)

    def mark(self, layer: str, name: str, partition: str | None = None) -> str | None:
        """Give the version of the table; None where there is none."""
        table = self.open(layer, name)
        return None if table is None else f"{table.metadata().id}-{table.version()}"

    @property
    def _column(self) -> str:
        return self.writing.column or OWN_COLUMN

    def _commit(self, layer: str, name: str, value: object, partition: str | None, notes: Mapping[str, str]) -> None:
        url = self._url(layer, name)
        with stream_of(value) as rows:
            own = partition is not None and not self.writing.column
            refuse_names(rows.schema.names, OWN_COLUMN if own else "")
            for about in rows.schema:
                _refuse(about.name, about.type)
            if partition is None:
                self._commit_rows(url, rows, partition, notes)
                return
            wrong: list[UserError] = []
            given = _with_partition(rows, self._column, partition, wrong)
            with telling(wrong):
                self._commit_rows(url, given, partition, notes)

    def _commit_rows(
        self, url: str, rows: pa.RecordBatchReader, partition: str | None, notes: Mapping[str, str]
    ) -> None:
        delta: Any = needed("deltalake", "delta")
        writing, options = self.writing, dict(self.options) or None
        is_new = not delta.DeltaTable.is_deltatable(url, options)
        if writing.mode == "merge" and not is_new:
            keys = [*writing.key, *([self._column] if partition is not None else [])]
            matched = " AND ".join(f"old.{_quoted(key)} = new.{_quoted(key)}" for key in keys)
            table = delta.DeltaTable(url, storage_options=options)
            merger = table.merge(
                rows,
                matched,
                "new",
                "old",
                merge_schema=writing.evolution != "fixed",
                commit_properties=commit_notes(notes),
            )
            merger.when_matched_update_all().when_not_matched_insert_all().execute()
            return
        whole = partition is None
        # Two that make a table, or replace one without rows, fit each other to delta-rs: it would keep the rows of both
        alone = is_new or (whole and writing.mode != "append")
        schema_mode = {"fixed": None, "add": "merge", "replace": "overwrite" if whole else "merge"}[writing.evolution]
        delta.write_deltalake(
            url,
            rows,
            mode="append" if writing.mode == "append" else "overwrite",
            partition_by=None if whole else [self._column],
            predicate=None if whole or writing.mode != "overwrite" else equals(self._column, partition or ""),
            schema_mode="merge" if writing.mode == "append" and schema_mode else schema_mode,
            storage_options=options,
            commit_properties=commit_notes(notes, alone=alone),
        )

    def _url(self, layer: str, name: str) -> str:
        for text, what in ((layer, "layer"), (name, "asset name")):
            if not _PLAIN.fullmatch(safe_name(text, what)):
                raise UserError(
                    f"{text!r} cannot be the name of a Delta table.", hint="Use letters, digits and dashes."
                )
        return f"{self.root}/{layer}/{name}"

    def open(self, layer: str, name: str) -> Any:
        """Give a table as delta-rs has it, of the version that is the newest now; None where there is none.

        Raises:
            UserError: A name could be a path.
        """
        delta: Any = needed("deltalake", "delta")
        url, options = self._url(layer, name), dict(self.options) or None
        return delta.DeltaTable(url, storage_options=options) if delta.DeltaTable.is_deltatable(url, options) else None

    def _stored(self, layer: str, name: str) -> Tables | None:
        table = self.open(layer, name)
        if table is None:
            return None
        if not table.metadata().partition_columns:
            return Stored(layer, name, name, MappingProxyType({}))
        keys = sorted(str(next(iter(one.values()))) for one in table.partitions())
        return Stored(layer, name, None, MappingProxyType({key: key for key in keys})) if keys else None

    def _declared(self, table: Any, stored: Tables) -> dict[str, str]:
        newest: dict[str, Any] = next(iter(table.history(1)), {})
        return {key: stored.partitions[key] for key in still_listed(stored.partitions, [newest.get(_NOTE)], self.lists)}

    def _footer(self, layer: str, name: str, partition: str | None) -> Footer:
        lazy = self.read(name, "lazy", partition, layer)
        rows = lazy.select(pl.len()).collect().item()
        columns = tuple((column, str(dtype)) for column, dtype in lazy.collect_schema().items())
        table = self.open(layer, name)
        sizes = pl.DataFrame(table.get_add_actions(flatten=True))["size_bytes"] if table is not None else [0]
        return Footer(int(rows), columns, int(sum(sizes)))


_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
_HELD = (
    pa.types.is_signed_integer, pa.types.is_float32, pa.types.is_float64, pa.types.is_boolean, pa.types.is_string,
    pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary, pa.types.is_large_binary,
    pa.types.is_binary_view, pa.types.is_date32, pa.types.is_decimal128,
)  # fmt: skip
_TIMES = {"timestamp[us]", "timestamp[us, tz=UTC]"}
_EVOLVE = "Write `evolution: add` or `evolution: replace` under `io:` where that is meant, or delete the table."


def _refused(label: str, text: str) -> Exception:
    """Say what Delta refused, without its sentence where a value of the data may stand in it."""
    if FULL_DISK_TEXT.search(text):
        return OSError(text)  # which is told as it is of every other store
    if "schema" in text.lower() or "cast" in text.lower():
        return UserError(f"{label} was not written: its columns have changed.", hint=_EVOLVE)
    return UserError(f"{label} was not written: the Delta table refused it.", hint="Look at the key and the partition.")


def _refuse(column: str, dtype: pa.DataType) -> None:
    """Refuse a column that Delta has no type for, or would give back as another type.

    Raises:
        UserError: It is one.
    """
    for place in range(dtype.num_fields):
        _refuse(column, dtype.field(place).type)
    nested = pa.types.is_list(dtype) or pa.types.is_large_list(dtype) or pa.types.is_struct(dtype)
    if nested or pa.types.is_map(dtype) or any(test(dtype) for test in _HELD) or str(dtype) in _TIMES:
        return
    raise UserError(
        f"Column {column!r} is {dtype}, which a Delta table would give back as another type or cannot hold.",
        hint="Cast it to text, a signed whole number, or a timestamp in microseconds, without a zone or in UTC.",
    )


def _with_partition(rows: pa.RecordBatchReader, column: str, key: str, wrong: list[UserError]) -> pa.RecordBatchReader:
    """Give rows with the column of their partition; what is not of it is told in `wrong`, as the stream breaks.

    Raises:
        UserError: There are no rows, and nothing would tell later that the partition was written.
    """
    first = next((batch for batch in rows if batch.num_rows), None)
    if first is None:
        raise UserError(
            f"Partition {key!r} has no rows, and a Delta table keeps no partition without any.",
            hint="Keep the asset as Parquet or in DuckDB.",
        )
    given = itertools.chain([first], rows)
    if column in rows.schema.names:
        return pa.RecordBatchReader.from_batches(rows.schema, _of_partition(given, column, key, wrong))
    schema = rows.schema.append(pa.field(column, pa.string()))
    batches = (
        pa.RecordBatch.from_arrays([*batch.columns, pa.repeat(pa.scalar(key), batch.num_rows)], schema=schema)
        for batch in given
    )
    return pa.RecordBatchReader.from_batches(schema, batches)


def _of_partition(
    batches: Iterable[pa.RecordBatch], column: str, key: str, wrong: list[UserError]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        keys = pl.Series(batch.column(column)).cast(pl.String)
        if not (keys == key).fill_null(False).all():
            wrong.append(
                UserError(
                    f"Column {column!r}, which names the partition, holds other values than {key!r}.",
                    hint="Filter the step's rows, or let the column be added.",
                )
            )
            raise wrong[0]
        yield batch


def commit_notes(notes: Mapping[str, str], *, alone: bool = False) -> Any:
    """Give what a version tells, as delta-rs takes it.

    Args:
        notes: What it tells.
        alone: Whether the version is given up where any other one came meanwhile, whatever that changed.
    """
    delta: Any = needed("deltalake", "delta")
    if not notes and not alone:
        return None
    return delta.CommitProperties(custom_metadata=dict(notes), max_commit_retries=0 if alone else None)


def equals(column: str, value: str) -> str:
    """Give the condition that a column holds a text, as Delta reads it.

    >>> equals("month", "2026-01")
    "`month` = '2026-01'"
    """
    return f"{_quoted(column)} = {_text(value)}"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
