"""Amazon Redshift, which speaks the protocol of PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from platform_core.resources.postgres import PostgresResource
from platform_core.resources.query import quoted, quoted_table
from platform_core.resources.table_rows import Rows, WriteMode, check_columns, check_mode, joined
from platform_core.resources.warehouse_fit import Column
from platform_core.resources.warehouse_write import STAGED, check_key, fill, move

_COLUMNS = (
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
    "WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped"
)
_KINDS = {
    "smallint": "whole",
    "integer": "whole",
    "bigint": "whole",
    "numeric": "decimal",
    "double precision": "double",
    "real": "single",
    "text": "text",
    "character": "text",
    "character varying": "text",
    "date": "date",
    "timestamp without time zone": "moment",
    "timestamp with time zone": "zoned",
    "time without time zone": "time",
    "boolean": "truth",
    "bytea": "bytes",
    "binary varying": "bytes",
}
_LIMITS = re.compile(r" ?\((\d+)(?:,(\d+))?\)")


class RedshiftResource(PostgresResource):
    """An Amazon Redshift cluster or workgroup, with the queries of `PostgresResource`.

    Args:
        host: The endpoint's name.
        port: Its port.
        database: The database.
        username: Whose rights the queries have.
        password: The password; give `EnvVar("NAME")`, so that it stands nowhere.
        sslmode: As libpq has it.

    >>> RedshiftResource(host="planning.eu-west-2.redshift.amazonaws.com", database="lake").table_sql("planning.fees")
    '"planning"."fees"'
    """

    port: int = 5439
    database: str = "dev"
    username: str = "awsuser"
    sslmode: str = "require"

    _engine: ClassVar[str] = "Redshift"
    _has_arrays: ClassVar[bool] = False

    def write_table(
        self, frame: object, table: str, *, mode: WriteMode = "append", key: Sequence[str] | str = ()
    ) -> int:
        """Write a frame to a table that exists, in one transaction, and give the number of rows.

        The rows go over the connection as INSERTs of many rows, which suits some ten thousand of them. For more, write
        a Parquet file with `S3Resource.write_frame` and `execute` a `COPY … FROM 's3://…' IAM_ROLE …`.

        Args:
            frame: A frame of any kind, or a stream of Arrow batches; its columns are found in the table by name.
            table: `table` or `schema.table`.
            mode: `append`; `upsert`, which replaces the rows that have the same key; `replace` or `truncate`, which
                replace all, in one way.
            key: The columns of the key, for `upsert`.

        Raises:
            UserError: A column is missing, a value does not fit, or a key stands twice or is null. No value is shown.
        """
        self.refuse_writing()
        keys = (key,) if isinstance(key, str) else tuple(key)
        check_mode(mode, keys)
        target, rows = quoted_table(table), Rows(frame, microseconds=True)
        columns = {name: quoted(name) for name in rows.schema.names}
        with self._cursor() as cursor:
            cursor.execute(_COLUMNS.format(target.replace("'", "''")))
            found = {name: _column(shown) for name, shown in cursor.fetchall()}
            check_columns(table, rows.schema, {name: column.kind == "whole" for name, column in found.items()}, keys)

            def run(sql: str, values: Sequence[Any]) -> None:
                self._execute(cursor, sql, values or None)

            def count(sql: str) -> int:
                cursor.execute(sql)
                return int(cursor.fetchone()[0])

            listed = joined(columns.values())
            run(f"DROP TABLE IF EXISTS {STAGED}", ())  # of a write that failed on this connection
            run(f"CREATE TEMPORARY TABLE {STAGED} AS SELECT {listed} FROM {target} WHERE false", ())  # noqa: S608
            written = fill(run, rows, columns, found)
            if keys:
                check_key(count, [columns[name] for name in keys])
            cursor.connection.commit()  # the lock has to come first in its transaction, or two writers block each other
            if mode != "append":
                run(f"LOCK {target}", ())  # no key is unique: each would delete what the other has not inserted yet
            is_whole = len(columns) == len(found)
            move(run, target, list(columns.values()), mode, [columns[name] for name in keys], is_whole=is_whole)
            run(f"DROP TABLE {STAGED}", ())
        return written


def _column(shown: str) -> Column:
    """Give a column by its type as the database shows it.

    >>> _column("numeric(10,2)").scale, _column("character varying(20)").length, _column("super").kind
    (2, 20, 'other')
    """
    limits, plain = _LIMITS.search(shown), _LIMITS.sub("", shown)
    first, second = limits.groups() if limits else (None, None)
    kind = _KINDS.get(plain, "other")
    if kind == "decimal":
        return Column(kind, shown, int(second or 0) if first else None)
    if kind == "text":
        return Column(kind, shown, length=int(first) if first else None, is_padded=plain == "character")
    return Column(kind, shown, int(first) if first and kind != "bytes" else None)
