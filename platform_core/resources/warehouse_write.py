"""Writing a frame to a warehouse that takes no COPY over a connection: Redshift and Snowflake.

The rows go into a temporary table by INSERTs of many rows with bound values, and from there into the table in one
transaction. Neither warehouse keeps a key unique, and in both a TRUNCATE would commit by itself: so an upsert deletes
the rows of the same keys first, or updates them where it has not all of the columns, and `replace` and `truncate` both
delete them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from platform_core.errors import UserError
from platform_core.resources.table_rows import Rows, WriteMode, chunks, joined
from platform_core.resources.warehouse_fit import Column

Run = Callable[[str, Sequence[Any]], Any]

STAGED = "workbench_staged"
_VALUES = 4_000  # in one statement; PostgreSQL's client library takes the types of at most 7,498 back


def fill(run: Run, rows: Rows, columns: Mapping[str, str], types: Mapping[str, Column]) -> int:
    """Insert the rows into the temporary table, and give how many there were.

    Args:
        run: Runs a statement with `%s` for each bound value.
        rows: The rows.
        columns: The table's columns as SQL, by the frame's names.
        types: What the table's columns hold, by the frame's names.

    Raises:
        UserError: The frame cannot be computed, or the table would hold another value than the frame.
    """
    names = rows.schema.names
    # Every part is a quoted identifier or a name of ours
    into = f"INSERT INTO {STAGED} ({joined(columns[name] for name in names)}) VALUES "  # noqa: S608
    place = f"({joined(['%s'] * len(names))})"
    written = 0
    parts = chunks(rows, max(_VALUES // len(names), 1))
    while True:
        try:
            part = next(parts, None)
        except Exception as error:  # noqa: BLE001 - whatever the frame raises
            raise rows.told(error) from None
        if part is None:
            return written
        values = [types[name].sent(name, value) for row in part for name, value in zip(names, row, strict=True)]
        run(into + joined([place] * len(part)), values)
        written += len(part)


def check_key(count: Callable[[str], int], key: Sequence[str]) -> None:
    """Check that each row of the temporary table has a key of its own.

    Args:
        count: Runs a query that gives one number.
        key: The columns of the key as SQL.

    Raises:
        UserError: A key stands twice or is null. No value is shown.
    """
    columns = joined(key)
    # As above
    if count(f"SELECT count(*) FROM {STAGED} WHERE {' OR '.join(f'{name} IS NULL' for name in key)}"):  # noqa: S608
        raise UserError("A row of the frame has no key.", hint="An upsert needs a value in every column of the key.")
    twice = f"SELECT {columns} FROM {STAGED} GROUP BY {columns} HAVING count(*) > 1"  # noqa: S608 - as above
    if count(f"SELECT count(*) FROM ({twice}) AS twice"):  # noqa: S608 - as above
        raise UserError("A key stands twice in the frame.", hint="Keep one row of each key, as with unique().")


def move(
    run: Run, target: str, columns: Sequence[str], mode: WriteMode, key: Sequence[str], *, is_whole: bool = True
) -> None:
    """Move the rows of the temporary table into the table; the caller's transaction holds it together.

    Args:
        run: Runs a statement.
        target: The table as SQL.
        columns: Its columns as SQL, as the rows have them.
        mode: As `write_table` has it.
        key: The columns of the key as SQL.
        is_whole: Whether these are all of the table's columns; else an upsert keeps what a row holds in the others.
    """
    if mode in {"replace", "truncate"}:
        run(f"DELETE FROM {target}", ())  # noqa: S608 - as above
    same = " AND ".join(f"{target}.{name} = {STAGED}.{name}" for name in key)
    new = ""
    if mode == "upsert" and is_whole:
        run(f"DELETE FROM {target} USING {STAGED} WHERE {same}", ())  # noqa: S608 - as above
    elif mode == "upsert":
        others = joined(f"{name} = {STAGED}.{name}" for name in columns if name not in key)
        if others:
            run(f"UPDATE {target} SET {others} FROM {STAGED} WHERE {same}", ())  # noqa: S608 - as above
        new = f" WHERE NOT EXISTS (SELECT 1 FROM {target} WHERE {same})"  # noqa: S608 - as above
    listed = joined(columns)
    run(f"INSERT INTO {target} ({listed}) SELECT {listed} FROM {STAGED}{new}", ())  # noqa: S608 - as above
