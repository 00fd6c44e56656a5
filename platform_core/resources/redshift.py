"""Amazon Redshift, which speaks the protocol of PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pyarrow as pa

from platform_core.resources.postgres import PostgresResource
from platform_core.resources.query import quoted, quoted_table
from platform_core.resources.table_rows import Rows, WriteMode, check_columns, check_mode, joined
from platform_core.resources.warehouse_write import STAGED, check_key, fill, move


class RedshiftResource(PostgresResource):
    """An Amazon Redshift cluster or workgroup, with the queries of `PostgresResource`.

    Args:
        host: The endpoint's name.
        port: Its port.
        database: The database.
        username: Whose rights the queries have.
        password: The password; give `EnvVar("NAME")`, so that it stands nowhere.
        sslmode: As libpq has it.
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
            mode: `append`; `upsert`, which replaces the rows that have the same key; `truncate`, which replaces all.
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
            cursor.execute(f"SELECT * FROM {target} WHERE false")  # noqa: S608 - a quoted identifier
            found = cursor.fetch_arrow_table().schema
            check_columns(table, rows.schema, {field.name: pa.types.is_integer(field.type) for field in found}, keys)

            def run(sql: str, values: Sequence[Any]) -> None:
                self._execute(cursor, sql, values or None)

            def count(sql: str) -> int:
                cursor.execute(sql)
                return int(cursor.fetchone()[0])

            listed = joined(columns.values())
            run(f"DROP TABLE IF EXISTS {STAGED}", ())  # of a write that failed on this connection
            run(f"CREATE TEMPORARY TABLE {STAGED} AS SELECT {listed} FROM {target} WHERE false", ())  # noqa: S608
            written = fill(run, rows, columns)
            if keys:
                check_key(count, [columns[name] for name in keys])
            cursor.connection.commit()  # the lock has to come first in its transaction, or two writers block each other
            if mode != "append":
                run(f"LOCK {target}", ())  # no key is unique: each would delete what the other has not inserted yet
            is_whole = len(columns) == len(found)
            move(run, target, list(columns.values()), mode, [columns[name] for name in keys], is_whole=is_whole)
            run(f"DROP TABLE {STAGED}", ())
        return written
