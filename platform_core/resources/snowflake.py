"""Snowflake: queries that give frames, over its own connector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl
from pydantic import Field, PrivateAttr

from platform_core.errors import UserError
from platform_core.resources.base import needed
from platform_core.resources.placeholders import Parameters, numbered
from platform_core.resources.query import QueryResource, without_values

if TYPE_CHECKING:
    import dagster as dg


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

    secrets: ClassVar[tuple[str, ...]] = ("password",)
    _connection: Any = PrivateAttr(default=None)

    def execute(self, sql: str, params: Parameters | None = None) -> int:
        """Run a statement that gives no rows, and give how many it changed.

        Raises:
            UserError: The account cannot be reached, or refuses the statement.
        """
        self.refuse_writing()
        with self._cursor(sql, params) as cursor:
            return int(cursor.rowcount or 0)

    def close(self) -> None:
        """Close the connection. The next query opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Close the connection when a run of Dagster ends."""
        self.close()

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
        order: list[int] = []

        def place(number: int) -> str:
            order.append(number)
            return "?"

        text, values = numbered(sql, params, place)
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = connector.connect(**self._settings())
            with self._connection.cursor() as cursor:
                # Bound by the server; a name that stands twice has two places
                cursor.execute(text, tuple(values[number - 1] for number in order) or None)
                yield cursor
        except connector.errors.Error as error:
            said = without_values((error.raw_msg or error.msg or "").strip().partition("\n")[0])
            raise UserError(
                f"Snowflake says: {self.scrubbed(said) or 'nothing'} ({error.sqlstate or error.errno}).",
                hint="Look at the query, and at account, username, role and warehouse.",
            ) from None

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
            "paramstyle": "qmark",
            "application": "notebook_workbench",
        }


def _frame(table: Any) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table is no series
    return frame
