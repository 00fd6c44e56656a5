"""Snowflake: queries that give frames, over its own connector."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar

import polars as pl
from pydantic import Field

from platform_core.errors import UserError
from platform_core.resources.base import needed
from platform_core.resources.placeholders import Parameters, numbered
from platform_core.resources.query import QueryResource, quoted, without_values
from platform_core.resources.table_rows import Rows, WriteMode, check_columns, check_mode
from platform_core.resources.warehouse_fit import Column
from platform_core.resources.warehouse_write import STAGED, check_key, fill, move

_NOT_SENT = 250003  # the connector's number for a request that came to nothing, sent again as long as it may be
# The connector's numbers for types, of which those with a fraction of a second say how many digits it has
_KINDS = {
    0: "decimal",
    1: "double",
    2: "text",
    3: "date",
    6: "zoned",
    7: "zoned",
    8: "moment",
    11: "bytes",
    12: "time",
    13: "truth",
}
_SHOWN = {
    "whole": "whole numbers",
    "decimal": "decimals of {} places",
    "double": "doubles",
    "text": "text",
    "date": "DATE",
    "zoned": "times with a zone to {} digits of a second",
    "moment": "times without a zone to {} digits of a second",
    "bytes": "bytes",
    "time": "times of day to {} digits of a second",
    "truth": "truths",
    "other": "another type",
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")


class SnowflakeResource(QueryResource):
    """A Snowflake account, with the queries of `PostgresResource`.

    Args:
        account: The account's identifier, as `organisation-account`.
        username: Whose rights the queries have.
        password: The password; give `EnvVar("NAME")`, so that it stands nowhere.
        private_key_file: A key file to sign in with instead.
        database: The database.
        schema_name: The schema.
        warehouse: What computes.
        role: The role.
        host: The server, where it is not the account's own.
        port: Its port.
        protocol: `https`, but for a server of tests.
        login_timeout_seconds: How long to wait for the server.
        statement_timeout_seconds: How long a query may take, and is asked again where the network is gone; 0 for ever.

    >>> SnowflakeResource(account="xy12345", database="LAKE").table_sql("planning.fees")
    'planning.fees'
    """

    account: str
    username: str = ""
    password: str = ""
    private_key_file: str = ""
    database: str = ""
    schema_name: str = ""
    warehouse: str = ""
    role: str = ""
    host: str = ""
    port: int = 443
    protocol: str = "https"
    login_timeout_seconds: int = Field(default=30, ge=1)
    statement_timeout_seconds: int = Field(default=0, ge=0)

    secrets: ClassVar[tuple[str, ...]] = ("password",)

    def execute(self, sql: str, params: Parameters | None = None) -> int:
        """Run a statement that gives no rows, and give how many it changed.

        Raises:
            UserError: The account cannot be reached, or refuses the statement.
        """
        self.refuse_writing()
        with self._cursor(sql, params) as cursor:
            return int(cursor.rowcount or 0)

    def write_table(
        self, frame: object, table: str, *, mode: WriteMode = "append", key: Sequence[str] | str = ()
    ) -> int:
        """Write a frame to a table that exists, in one transaction, and give the number of rows.

        The rows go over the connection as INSERTs of many rows, which suits some ten thousand of them. For more, write
        Parquet to a stage and `execute` a `COPY INTO`.

        Args:
            frame: A frame of any kind, or a stream of Arrow batches; its columns are found in the table by name,
                whatever their case.
            table: `table`, `schema.table` or `database.schema.table`, as SQL reads it: without quotes, in upper case.
            mode: `append`; `upsert`, which replaces the rows that have the same key; `replace` or `truncate`, which
                replace all, in one way.
            key: The columns of the key, for `upsert`.

        Raises:
            UserError: A column is missing, a value does not fit, or a key stands twice or is null. No value is shown.
        """
        self.refuse_writing()
        keys = (key,) if isinstance(key, str) else tuple(key)
        check_mode(mode, keys)
        target, rows = _table(table), Rows(frame)
        with self._cursor(f"SELECT * FROM {target} LIMIT 0", None) as cursor:  # noqa: S608 - a checked identifier
            found = {column.name: _column(column.type_code, column.scale) for column in cursor.description}
        columns = _placed(rows.schema.names, found)
        types = {name: found[column] for name, column in columns.items()}
        whole = {name: column.kind == "whole" for name, column in (found | types).items()}
        check_columns(table, rows.schema, whole, keys)
        sql = {name: quoted(column) for name, column in columns.items()}
        self._run(f"CREATE OR REPLACE TEMPORARY TABLE {STAGED} LIKE {target}")  # before the transaction, which it ends
        written = fill(self._run, rows, sql, types)
        if keys:
            check_key(self._count, [sql[name] for name in keys])
        self._run("BEGIN")
        try:
            given, key_sql = list(sql.values()), [sql[name] for name in keys]
            move(self._run, target, given, mode, key_sql, is_whole=len(sql) == len(found))
            self._run("COMMIT")
        except BaseException:
            self.close()  # the session ends, and the server takes everything back
            raise
        self._run(f"DROP TABLE {STAGED}")
        return written

    def table_sql(self, table: str) -> str:
        """Give the name of a table as SQL: a plain one in upper case, any other as it is written."""
        return _table(table)

    def column_sql(self, column: str) -> str:
        """Give the name of a column as SQL, as `table_sql` does a table's."""
        return column if _NAME.fullmatch(column) else quoted(column)

    def _run(self, sql: str, values: Sequence[Any] = ()) -> None:
        with self._cursor(sql, [_plain(value) for value in values] or None):
            return

    def _count(self, sql: str) -> int:
        with self._cursor(sql, None) as cursor:
            return int(cursor.fetchone()[0])

    @contextmanager
    def _batches(self, sql: str, params: Parameters | None, *, whole: bool = False) -> Iterator[Iterator[pl.DataFrame]]:
        with self._cursor(sql, params) as cursor:
            if whole:
                yield iter((_frame(cursor.fetch_arrow_all(force_return_table=True)),))
            else:
                yield map(_frame, cursor.fetch_arrow_batches())

    @contextmanager
    def _cursor(self, sql: str, params: Parameters | None) -> Iterator[Any]:
        connector = needed("snowflake.connector", "snowflake")
        lost = needed("snowflake.connector.vendored.requests.exceptions", "snowflake").RequestException
        order: list[int] = []

        def place(number: int) -> str:
            order.append(number)
            return "?"

        text, values = numbered(sql, params, place)
        if any(isinstance(value, list | tuple | set | frozenset | dict) for value in values):
            # The connector would run the statement once for each
            raise UserError(
                "A parameter of the query holds several values, which Snowflake does not bind.",
                hint="Write a placeholder for each: IN (%s, %s).",
            )
        try:
            if self._connected is None or self._connected.is_closed():
                self._connected = self._signed_in(connector, lost)
            with self._connected.cursor() as cursor:
                # Bound by the server; a name that stands twice has two places
                cursor.execute(text, tuple(values[number - 1] for number in order) or None)
                yield cursor
        except (lost, connector.errors.Error) as error:
            if isinstance(error, lost) or error.errno == _NOT_SENT:
                self.close()  # the next query has a connection of its own
                raise UserError("The connection to Snowflake was lost.", hint="Run it again.") from None
            said = without_values((error.raw_msg or error.msg or "").strip().partition("\n")[0])
            raise UserError(
                f"Snowflake says: {self.scrubbed(said) or 'nothing'} ({error.sqlstate or error.errno}).",
                hint="Look at the query, and at account, username, role and warehouse.",
            ) from None

    def _signed_in(self, connector: Any, lost: type[Exception]) -> Any:
        try:
            return connector.connect(**self._settings())
        except (lost, connector.errors.Error):
            if not self.forget_secrets():
                raise
        return connector.connect(**self._settings())  # with the secret as it is after a rotation

    def _settings(self) -> dict[str, Any]:
        fields = {
            "account": "account",
            "user": "username",
            "password": "password",
            "private_key_file": "private_key_file",
            "database": "database",
            "schema": "schema_name",
            "warehouse": "warehouse",
            "role": "role",
            "host": "host",
            "protocol": "protocol",
        }
        given = {key: self.text(field) for key, field in fields.items()}
        return {
            **{key: value for key, value in given.items() if value},
            "port": self.number("port"),
            "login_timeout": self.login_timeout_seconds,
            "network_timeout": self.statement_timeout_seconds or None,
            "paramstyle": "qmark",
            "application": "notebook_workbench",
        }


def _frame(table: Any) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table is no series
    return frame


def _table(table: str) -> str:
    """Give a table's name as SQL: a plain name as SQL reads it, any other one as it is written.

    >>> _table("planning.register.permits"), _table("the permits")
    ('planning.register.permits', '"the permits"')
    """
    parts = table.split(".")
    if len(parts) > 3:
        raise UserError("A table is named `table`, `schema.table` or `database.schema.table`.")
    return ".".join(part if _NAME.fullmatch(part) else quoted(part) for part in parts)


def _column(code: int, scale: int | None) -> Column:
    """Give a column by what the connector says of it.

    >>> _column(0, 0).kind, _column(0, 2).shown, _column(5, None).kind
    ('whole', 'decimals of 2 places', 'other')
    """
    kind = "whole" if code == 0 and not scale else _KINDS.get(code, "other")
    return Column(kind, _SHOWN[kind].format(scale), scale)


def _placed(names: Sequence[str], columns: Collection[str]) -> dict[str, str]:
    """Give the table's column for each of the frame's, whatever the case; one that it lacks stands for none.

    >>> _placed(["Fee", "day", "none"], ["FEE", "DAY", "day"])
    {'Fee': 'FEE', 'day': 'day'}

    Raises:
        UserError: Two columns of the frame or the table differ by case alone, so that it is not told which is meant.
    """
    placed: dict[str, str] = {}
    for name in names:
        found = [name] if name in columns else [column for column in columns if column.casefold() == name.casefold()]
        if len(found) > 1 or any(column in placed.values() for column in found):
            raise UserError(
                f"The column {name!r} of the frame may be several of the table's, or another one is the same there.",
                hint="Give the frame's columns the names that the table has, upper and lower case too.",
            )
        placed.update((name, column) for column in found)
    return placed


def _plain(value: Any) -> Any:
    """Give a value as the connector binds it in every version of the server: what has no own form there as text."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat(*((" ",) if isinstance(value, dt.datetime) else ()))
    return f"{value:f}" if isinstance(value, Decimal) else value
