"""Writing a frame to a table of PostgreSQL: COPY into a temporary table, then one INSERT, in one transaction."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from platform_core.errors import UserError
from platform_core.resources.query import quoted, quoted_table
from platform_core.resources.table_rows import Rows, WriteMode, check_columns, check_mode, joined

_STAGED = "workbench_staged"
_COLUMNS = """
SELECT a.attname AS name, a.atttypid::regtype::text AS type, t.typcategory::text AS category, n.nspname, c.relname
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
"""
_INTEGERS = {"smallint", "integer", "bigint"}
_TEXT = (  # as what the driver sends them
    pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_dictionary, pa.types.is_null,
)  # fmt: skip


def write_table(cursor: Any, frame: object, table: str, *, mode: WriteMode, key: tuple[str, ...]) -> int:
    """Write a frame inside the cursor's transaction; see `PostgresResource.write_table`."""
    check_mode(mode, key)
    rows = Rows(frame, microseconds=True)
    cursor.execute(_COLUMNS, (quoted_table(table),))
    found = cursor.fetchall()
    types = {name: (kind, category) for name, kind, category, _, _ in found}
    names = rows.schema.names
    check_columns(table, rows.schema, {name: kind in _INTEGERS for name, (kind, _) in types.items()}, key)
    try:
        cursor.adbc_ingest(_STAGED, rows.reader, mode="create", temporary=True)
    except Exception as error:  # noqa: BLE001 - the driver lets through what its input raises
        raise rows.told(error) from None
    if key:
        _refuse_null_keys(cursor, key)
    # With its schema, or a table that is called as the staged one would be hidden by it
    target = ".".join(map(quoted, found[0][3:]))
    # Else a time without a zone, or a day, would depend on what zone the server is set to
    cursor.execute("SET LOCAL timezone TO 'UTC'")
    if mode == "truncate":
        cursor.execute(f"TRUNCATE {target}")
    columns = joined(quoted(name) for name in names)
    values = joined(_value(field, *types[field.name]) for field in rows.schema)
    # Every part is a quoted identifier or a type that the server named
    cursor.execute(f"INSERT INTO {target} ({columns}) SELECT {values} FROM {_STAGED}{_conflict(names, key)}")  # noqa: S608
    written = int(cursor.rowcount)
    cursor.execute(f"DROP TABLE {_STAGED}")
    return written


def _refuse_null_keys(cursor: Any, key: tuple[str, ...]) -> None:
    for name in key:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_STAGED} WHERE {quoted(name)} IS NULL)")  # noqa: S608 - as above
        if cursor.fetchall()[0][0]:
            raise UserError(
                "A row of the frame has no key.", hint="An upsert needs a value in every column of the key."
            )


def _value(field: pa.Field, kind: str, category: str) -> str:
    """Give a staged column as the table takes it. A text is read as the column's type; a number has to fit."""
    is_text = any(is_it(field.type) for is_it in _TEXT)
    kind = "bit varying" if kind == "bit" else kind  # a cast to `bit` keeps the first bit alone
    return f"{quoted(field.name)}::{kind}" if is_text and category != "S" else quoted(field.name)


def _conflict(names: list[str], key: tuple[str, ...]) -> str:
    if not key:
        return ""
    columns = joined(quoted(name) for name in key)
    others = joined(f"{quoted(name)} = EXCLUDED.{quoted(name)}" for name in names if name not in key)
    return f" ON CONFLICT ({columns}) DO " + (f"UPDATE SET {others}" if others else "NOTHING")
