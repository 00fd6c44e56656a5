"""Writing a frame to a table of PostgreSQL: COPY into a temporary table, then one INSERT, in one transaction."""

from __future__ import annotations

from typing import Any

from platform_core.errors import UserError
from platform_core.resources.postgres_fit import refuse_changes, targets
from platform_core.resources.query import quoted, quoted_table
from platform_core.resources.table_rows import Rows, WriteMode, check_columns, check_mode, joined

_STAGED = "workbench_staged"
_NOTHING = "DO NOTHING"  # with which a row that is there already counts as none
_CHANGED_WITH_IT = """
SELECT conrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND confdeltype IN ('c', 'n', 'd') AND conrelid <> confrelid
  AND confrelid IN (SELECT to_regclass($1)::oid UNION SELECT relid FROM pg_partition_tree(to_regclass($1)))
LIMIT 1
"""


def write_table(cursor: Any, frame: object, table: str, *, mode: WriteMode, key: tuple[str, ...]) -> int:
    """Write a frame inside the cursor's transaction; see `PostgresResource.write_table`."""
    check_mode(mode, key)
    rows = Rows(frame, microseconds=True)
    columns, place = targets(cursor, quoted_table(table))
    names = rows.schema.names
    _refuse_own(table, [name for name in names if name in columns and columns[name].is_own])
    given = {name: column.is_whole for name, column in columns.items() if not column.is_own}
    check_columns(table, rows.schema, given, key)
    try:
        staged = cursor.adbc_ingest(_STAGED, rows.reader, mode="create", temporary=True)
    except Exception as error:  # noqa: BLE001 - the driver lets through what its input raises
        raise rows.told(error) from None
    if key:
        _refuse_null_keys(cursor, key)
    # Else a time without a zone, or a day, would depend on what zone the server is set to
    cursor.execute("SET LOCAL timezone TO 'UTC'")
    refuse_changes(cursor, rows.schema, columns, _STAGED)
    # With its schema, or a table that is called as the staged one would be hidden by it
    target = ".".join(map(quoted, place))
    if mode == "truncate":
        cursor.execute(f"TRUNCATE {target}")
    elif mode == "replace":
        _delete_all(cursor, table, target)
    listed = joined(quoted(name) for name in names)
    values = joined(columns[field.name].value(field) for field in rows.schema)
    # Two upserts that took the same rows in different orders would wait for each other
    order = f" ORDER BY {joined(quoted(name) for name in key)}" if key else ""
    conflict = _conflict(names, key)
    # Every part is a quoted identifier or a type that the server named
    cursor.execute(f"INSERT INTO {target} ({listed}) SELECT {values} FROM {_STAGED}{order}{conflict}")  # noqa: S608
    written = int(cursor.rowcount)
    if staged not in {written, -1} and not conflict.endswith(_NOTHING):
        raise UserError(
            f"Of {staged:,} rows the database took {written:,} into {table!r}: a trigger or rule leaves others out.",
            hint="Nothing was written. Write to the table where the rows are to be, or have it changed.",
        )
    cursor.execute(f"DROP TABLE {_STAGED}")
    return written


def _delete_all(cursor: Any, table: str, target: str) -> None:
    """Delete all rows of a table, which its readers are given until the transaction ends; others who write wait.

    A TRUNCATE needs no care here: PostgreSQL itself refuses it where another table would change with it.
    """
    changed = _asked(cursor, _CHANGED_WITH_IT, target)
    if changed is not None:
        raise UserError(
            f"To delete rows of {table!r} would delete or change rows of {changed!r}, which refer to them.",
            hint='Write mode="upsert".',
        )
    cursor.execute(f"LOCK TABLE {target} IN SHARE ROW EXCLUSIVE MODE")
    # Rows that were committed while it waited would be left by a transaction that sees none of them
    if _asked(cursor, "SELECT current_setting('transaction_isolation')") != "read committed":
        raise UserError(
            'The database is set to another isolation than READ COMMITTED, in which mode="replace" could leave rows.',
            hint='Write mode="truncate".',
        )
    hidden = _asked(cursor, "SELECT row_security_active(to_regclass($1))", target)
    cursor.execute(f"DELETE FROM {target}")  # noqa: S608 - a quoted identifier
    if hidden or _asked(cursor, f"SELECT EXISTS (SELECT FROM {target})"):  # noqa: S608 - as above
        raise UserError(
            f"Not all rows of {table!r} can be deleted: row security hides some, or a trigger or rule keeps them.",
            hint='Nothing was written. Write mode="truncate" or mode="upsert".',
        )


def _asked(cursor: Any, sql: str, *given: str) -> Any:
    cursor.execute(sql, given or None)
    rows = cursor.fetchall()
    return rows[0][0] if rows else None


def _refuse_own(table: str, names: list[str]) -> None:
    if names:
        raise UserError(
            f"The database itself gives the column {names[0]!r} of {table!r} its values (GENERATED ALWAYS).",
            hint="Leave it out of the frame.",
        )


def _refuse_null_keys(cursor: Any, key: tuple[str, ...]) -> None:
    for name in key:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_STAGED} WHERE {quoted(name)} IS NULL)")  # noqa: S608 - as above
        if cursor.fetchall()[0][0]:
            raise UserError(
                "A row of the frame has no key.", hint="An upsert needs a value in every column of the key."
            )


def _conflict(names: list[str], key: tuple[str, ...]) -> str:
    if not key:
        return ""
    columns = joined(quoted(name) for name in key)
    others = joined(f"{quoted(name)} = EXCLUDED.{quoted(name)}" for name in names if name not in key)
    return f" ON CONFLICT ({columns}) " + (f"DO UPDATE SET {others}" if others else _NOTHING)
