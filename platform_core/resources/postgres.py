"""PostgreSQL: queries that give frames, and writing whole tables, over pooled connections of the ADBC driver."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import pyarrow as pa
from pydantic import Field

from platform_core.errors import UserError
from platform_core.resources.base import needed
from platform_core.resources.placeholders import Parameters, numbered
from platform_core.resources.postgres_types import Columns, StreamError, bound, one_dimensional, proven, tables
from platform_core.resources.query import QueryResource, line_of, without_values

if TYPE_CHECKING:
    import polars as pl

    from platform_core.resources.table_rows import WriteMode

_SYNTAX, _TIMEOUT = "42601", "57014"
_STOPPED = "Ask for less at once, or give a longer statement_timeout_seconds."
_QUERIES = (
    "A query is a SELECT, WITH, VALUES or TABLE, or writes and ends in RETURNING; execute() runs what gives no rows."
)
# Of a table that is written, where the server says nothing that helps, or to empty other tables too
_WRITING = {
    "0A000": 'Where other tables refer to its rows, write mode="upsert".',
    "42501": "Its owner grants INSERT, and for replace SELECT and DELETE, for truncate TRUNCATE, for upsert SELECT and "
    "UPDATE too.",
    "23503": 'Where other tables refer to its rows, write mode="upsert".',
    _TIMEOUT: "Does another transaction hold the table open? Else give a longer statement_timeout_seconds.",
}
_QUERY = re.compile(r"[\s(]*(?:select|with|values|table|insert|update|delete|merge)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_LISTED = re.compile(r"\bin\s*%(?:\(|s\b)", re.IGNORECASE)  # as other drivers take a list
_LISTS = "For a list of values write = ANY(%(name)s) in place of IN %(name)s."
_REASON = re.compile(r"(?:FATAL|ERROR):\s+(.+)")


class PostgresResource(QueryResource):
    """A PostgreSQL database.

    Connections are opened when they are first needed and kept for the next query. The same object may be used by
    several threads.

    Args:
        host: The server's name or address, or the folder of its socket.
        port: Its port.
        database: The database.
        username: Whose rights the queries have.
        password: The password; give `EnvVar("NAME")`, so that it stands nowhere.
        sslmode: As libpq has it: `prefer`, `require`, `verify-full`, …
        connect_timeout_seconds: How long to wait for the server.
        statement_timeout_seconds: How long one query may run; 0 for as long as it takes.
        pool_size: How many connections are kept; as many again are opened where all are in use.

    >>> register = PostgresResource(host="db.example.gov.uk", username="reader", password="secretsmanager:planning/db")
    >>> register, register.column_sql('the "best" fee')
    (PostgresResource(name=''), '"the ""best"" fee"')
    """

    host: str = "localhost"
    port: int = 5432  # no bounds: an `EnvVar.int` has none either
    database: str = "postgres"
    username: str = "postgres"
    password: str = ""
    sslmode: str = "prefer"
    connect_timeout_seconds: int = Field(default=10, ge=1)
    statement_timeout_seconds: int = Field(default=0, ge=0)
    pool_size: int = Field(default=4, ge=1)

    secrets: ClassVar[tuple[str, ...]] = ("password",)
    _engine: ClassVar[str] = "PostgreSQL"
    _has_arrays: ClassVar[bool] = True

    def execute(self, sql: str, params: Parameters | None = None) -> int:
        """Run a statement that gives no rows, and commit it.

        Gives how many rows it changed, or -1 where the driver does not count them: always so with parameters.

        Raises:
            UserError: The database cannot be reached, or refuses the statement.
        """
        self.refuse_writing()
        with self._cursor(sql) as cursor:
            self._execute(cursor, sql, params)
            return int(cursor.rowcount)

    def write_table(
        self, frame: object, table: str, *, mode: WriteMode = "append", key: Sequence[str] | str = ()
    ) -> int:
        """Write a frame to a table that exists, by COPY and in one transaction, and give the number of rows.

        A reader sees the table as it was or as it is after; so does everyone where the writer is killed. Readers are
        never kept waiting, but by `truncate`: that waits for those who read the table, keeps others out meanwhile, and
        lets a transaction of `REPEATABLE READ` that began before find the table empty. It is the faster, and leaves no
        deleted rows for VACUUM to take away.

        Args:
            frame: A frame of any kind, or a stream of Arrow batches; its columns are found in the table by name.
            table: `table` or `schema.table`.
            mode: `append`; `upsert`, which replaces the rows that have the same key; `replace` or `truncate`, which
                replace all.
            key: The columns of the key, which the table must have as its primary key or as unique; for `upsert`.

        Raises:
            UserError: A column is missing, a value does not fit or would be another one in the table, a key stands
                twice, or a trigger leaves rows out. No value is shown.
        """
        from platform_core.resources.postgres_write import write_table  # noqa: PLC0415 - reading needs none of it

        self.refuse_writing()
        with self._cursor() as cursor:
            return write_table(cursor, frame, table, mode=mode, key=(key,) if isinstance(key, str) else tuple(key))

    @contextmanager
    def _batches(self, sql: str, params: Parameters | None, *, whole: bool = False) -> Iterator[Iterator[pl.DataFrame]]:
        with self._cursor(sql) as cursor:
            text, values = self._prepared(cursor, sql, params)
            text, lists = one_dimensional(cursor, text) if self._has_arrays else (text, ())
            cursor.execute(text, *values)
            columns = Columns()
            if whole:
                yield iter((columns.frame(proven(cursor.fetch_arrow_table(), lists)),))
                return
            yield (columns.frame(proven(table, lists)) for table in tables(cursor.fetch_record_batch()))

    def _execute(self, cursor: Any, sql: str, params: Parameters | None) -> None:
        text, values = self._prepared(cursor, sql, params)
        cursor.execute(text, *values)

    def _prepared(self, cursor: Any, sql: str, params: Parameters | None) -> tuple[str, tuple[pa.RecordBatch, ...]]:
        """Give a statement as the driver takes it: its text and, where there are any, its values."""
        text, values = numbered(_statement(sql), params)
        if not values:
            return text, ()
        # The server says what each placeholder takes, so that a text is read as the date that it is compared with
        batch, casts = bound(cursor.adbc_prepare(text), values)
        if any(casts):
            text, _ = numbered(_statement(sql), params, lambda number: f"${number}{casts[number - 1]}")
        return text, (batch,)

    @contextmanager
    def _cursor(self, sql: str = "") -> Iterator[Any]:
        """Give a cursor of a transaction that is committed at the end, and rolled back on an error."""
        dbapi = needed("adbc_driver_manager.dbapi", "postgres")
        connection = self._connection(dbapi)
        try:
            with connection.dbapi_connection.cursor() as cursor:
                yield cursor
            connection.dbapi_connection.commit()
        except dbapi.Error as error:
            if not getattr(error, "sqlstate", None) or error.sqlstate.startswith(("57P", "08")):
                connection.invalidate()  # the connection itself is in doubt
            raise self._refusal(error, sql) from None
        except (StreamError, pa.ArrowException) as error:
            connection.invalidate()
            raise self._refusal(error, sql) from None
        finally:
            connection.close()

    def _connection(self, dbapi: Any) -> Any:
        from sqlalchemy.event import listen  # noqa: PLC0415 - as above
        from sqlalchemy.exc import DisconnectionError, TimeoutError  # noqa: PLC0415, A004 - with the driver
        from sqlalchemy.pool import QueuePool  # noqa: PLC0415 - as above

        if self._connected is None:

            def connect() -> Any:
                return needed("adbc_driver_postgresql.dbapi", "postgres").connect(self._address())

            def alive(connection: Any, *_: object) -> None:
                try:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT 1")
                        cursor.fetchone()
                except dbapi.Error:
                    raise DisconnectionError from None

            self._connected = QueuePool(connect, pool_size=self.pool_size, max_overflow=self.pool_size)
            listen(self._connected, "checkout", alive)
        try:
            return self._connected.connect()
        except TimeoutError:
            raise UserError(
                f"All {2 * self.pool_size} connections of {self._label!r} are in use.",
                hint="Take each stream_query to its end or close it, or give a larger pool_size.",
            ) from None
        except dbapi.Error as error:
            if not self.forget_secrets():
                raise self._unreachable(str(error)) from None
        try:  # with the secret as it is after a rotation
            return self._connected.connect()
        except dbapi.Error as error:
            raise self._unreachable(str(error)) from None

    def _disconnect(self, connected: Any) -> None:
        connected.dispose()  # a connection that is in use is closed when it is given back

    def _address(self) -> str:
        """Give the connection string. It holds the password, so it is handed to the driver and to nothing else."""
        user, password = quote(self.text("username"), safe=""), quote(self.text("password"), safe="")
        options: dict[str, object] = {
            "host": self.text("host"),
            "port": self.number("port"),
            "sslmode": self.sslmode,
            "connect_timeout": self.connect_timeout_seconds,
            "application_name": "notebook-workbench",
        }
        if self.statement_timeout_seconds:
            options["options"] = f"-c statement_timeout={self.statement_timeout_seconds}s"
        query = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in options.items())
        return f"postgresql://{user}:{password}@/{quote(self.text('database'), safe='')}?{query}"

    def _unreachable(self, said: str) -> UserError:
        found = _REASON.search(said)
        reason = found[1] if found else said.partition("failed: ")[2].partition("\n")[0]
        return UserError(
            f"{self._engine} at {self.text('host')}, port {self.number('port')}, gives no connection: "
            f"{self.scrubbed(reason.strip()) or 'no reason is given'}.",
            hint="Look at host, port, database, username and password, and whether the server runs.",
        )

    def _refusal(self, error: Exception, sql: str) -> UserError:
        """Give the error for a query that failed, without the values that the server quotes."""
        details = {_text(key): _text(value) for key, value in getattr(error, "details", None) or ()}
        said = details.get("PG_DIAG_MESSAGE_PRIMARY", "")
        state = getattr(error, "sqlstate", None) or ""
        if not said and "FATAL:" not in str(error) and (found := _REASON.search(str(error))):  # what is fatal ends it
            said, state = without_values(found[1]), "not known"
        if not said or state.startswith("57P"):
            return UserError(
                f"The connection to {self._engine} was lost, or it gave what the driver cannot read.",
                hint="Run it again. If it stays so, cast unusual columns to text in the query.",
            )
        position = details.get("PG_DIAG_STATEMENT_POSITION", "")
        place = f"line {line_of(sql, int(position))} of the query" if sql and position.isdigit() else None
        said = without_values(said) if state.startswith("22") else said
        hint = details.get("PG_DIAG_MESSAGE_HINT") or (
            self._syntax_hint(sql) if state == _SYNTAX else _STOPPED if state == _TIMEOUT else None
        )
        hint = hint if sql else _WRITING.get(state, hint)
        return UserError(f"{self._engine} says: {self.scrubbed(said)} (SQLSTATE {state}).", hint=hint, location=place)

    def _syntax_hint(self, sql: str) -> str | None:
        text = _COMMENTS.sub("", sql)
        return _QUERIES if not _QUERY.match(text) else _LISTS if self._has_arrays and _LISTED.search(text) else None


def _statement(sql: str) -> str:
    """Give a statement without the semicolon at its end, and behind a comment at its end a line of its own.

    The driver puts a query into a COPY, where both would break it.

    Raises:
        UserError: Nothing stands in it.
    """
    if not _COMMENTS.sub("", sql).strip().strip(";"):
        raise UserError("The query is empty.", hint="Write SQL, such as SELECT … FROM ….")
    return sql.rstrip().removesuffix(";") + "\n"


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
