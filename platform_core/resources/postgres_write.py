"""Writing a frame to a table of PostgreSQL: COPY into a temporary table, then one INSERT, in one transaction."""

from __future__ import annotations

from typing import Any, Literal, get_args

import polars as pl
import pyarrow as pa

from platform_core.errors import UserError
from platform_core.frames import is_arrow, to_polars
from platform_core.resources.query import quoted, quoted_table
from platform_core.suggest import did_you_mean

WriteMode = Literal["append", "upsert", "truncate"]

_STAGED = "workbench_staged"
_BATCH_ROWS = 200_000
_COLUMNS = """
SELECT a.attname AS name, a.atttypid::regtype::text AS type, t.typcategory::text AS category
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
"""
_INTEGERS = {"smallint", "integer", "bigint"}


def write_table(cursor: Any, frame: object, table: str, *, mode: WriteMode, key: tuple[str, ...]) -> int:
    """Write a frame inside the cursor's transaction; see `PostgresResource.write_table`."""
    if mode not in get_args(WriteMode):
        raise UserError(f"write_table has no mode {mode!r}.", hint=did_you_mean(str(mode), get_args(WriteMode)))
    if bool(key) != (mode == "upsert"):
        raise UserError("An upsert needs a key=, and nothing else takes one.", hint='Write mode="upsert", key=["id"].')
    target = quoted_table(table)
    failures: list[Exception] = []
    rows = _stream(frame, failures)
    cursor.execute(_COLUMNS, (target,))
    types = {name: (kind, category) for name, kind, category in cursor.fetchall()}
    names = rows.schema.names
    _check(table, names, types, key)
    for field in rows.schema:
        if pa.types.is_floating(field.type) and types[field.name][0] in _INTEGERS:
            raise UserError(
                f"The column {field.name!r} holds floats, and {table} holds whole numbers there.",
                hint="Round and cast it before it is written, so that nothing is rounded unseen.",
            )
    try:
        cursor.adbc_ingest(_STAGED, rows, mode="create", temporary=True)
    except Exception:
        if failures:  # the driver only says that its input ended early
            raise _not_computed(failures[0]) from None
        raise
    if mode == "truncate":
        cursor.execute(f"TRUNCATE {target}")
    columns = ", ".join(quoted(name) for name in names)
    values = ", ".join(_value(field, *types[field.name]) for field in rows.schema)
    # Every part is a quoted identifier or a type that the server named
    cursor.execute(f"INSERT INTO {target} ({columns}) SELECT {values} FROM {_STAGED}{_conflict(names, key)}")  # noqa: S608
    written = int(cursor.rowcount)
    cursor.execute(f"DROP TABLE {_STAGED}")
    return written


def _stream(frame: object, failures: list[Exception]) -> pa.RecordBatchReader:
    """Give a frame as a stream of batches in types that COPY takes; a LazyFrame is never held as a whole.

    What Polars raises while it computes a batch is put into `failures`.
    """
    if isinstance(frame, pa.RecordBatchReader):
        return frame
    lazy = frame if isinstance(frame, pl.LazyFrame) else to_polars(frame).lazy()
    schema = lazy.collect_schema()
    structs = [name for name, kind in schema.items() if isinstance(kind, pl.Struct)]
    unsigned = [name for name, kind in schema.items() if kind == pl.UInt64]
    ready = lazy.with_columns(
        *(pl.col(name).struct.json_encode() for name in structs),
        *(pl.col(name).cast(pl.Int64) for name in unsigned),
    )
    empty = ready.collect_schema().to_frame().to_arrow()
    if not is_arrow(empty) or not empty.num_columns:
        raise UserError("The frame has no columns, so nothing can be written.")

    def batches() -> Any:
        try:
            for batch in ready.collect_batches(chunk_size=_BATCH_ROWS, maintain_order=True):
                yield from batch.to_arrow().cast(empty.schema).to_batches()
        except pl.exceptions.PolarsError as error:
            failures.append(error)
            raise

    return pa.RecordBatchReader.from_batches(empty.schema, batches())


def _not_computed(error: Exception) -> UserError:
    return UserError(
        f"The rows of the frame cannot be computed ({type(error).__name__}).", hint="Collect it alone to see why."
    )


def _check(table: str, names: list[str], types: dict[str, tuple[str, str]], key: tuple[str, ...]) -> None:
    if not types:
        raise UserError(f"The database has no table {table!r}.", hint="Create it first, with the types it should have.")
    for name in names:
        if name not in types:
            raise UserError(f"The table {table!r} has no column {name!r}.", hint=did_you_mean(name, types))
    for name in key:
        if name not in names:
            raise UserError(f"The frame has no key column {name!r}.", hint=did_you_mean(name, names))


def _value(field: pa.Field, kind: str, category: str) -> str:
    """Give a staged column as the table takes it. A text is read as the column's type; a number has to fit."""
    is_text = (
        pa.types.is_string(field.type) or pa.types.is_large_string(field.type) or pa.types.is_dictionary(field.type)
    )
    return f"{quoted(field.name)}::{kind}" if is_text and category != "S" else quoted(field.name)


def _conflict(names: list[str], key: tuple[str, ...]) -> str:
    if not key:
        return ""
    columns = ", ".join(quoted(name) for name in key)
    others = ", ".join(f"{quoted(name)} = EXCLUDED.{quoted(name)}" for name in names if name not in key)
    return f" ON CONFLICT ({columns}) DO " + (f"UPDATE SET {others}" if others else "NOTHING")
