"""Dagster's PostgreSQL: where it is, as the services' environment says, and what stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from workbench.stack.secret_files import with_secrets

WAIT_SECONDS = 5
_ON_SERVER = """
    SELECT count(*) FROM runs JOIN run_tags USING (run_id)
    WHERE status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED')
    AND run_tags.key = '.dagster/grpc_info' AND run_tags.value::json ->> 'port' = %s
"""
# Each of its three storages makes all its tables in one transaction; one of each
_TABLES = "SELECT num_nonnulls(to_regclass('runs'), to_regclass('event_logs'), to_regclass('jobs')) = 3"


def connected(environ: Mapping[str, str]) -> Any:
    """Connect to the database that the variables `DAGSTER_POSTGRES_…` name; a secret may stand in a file.

    Raises:
        KeyError: A variable is missing.
        psycopg2.Error: It cannot be reached.
    """
    import psycopg2  # type: ignore[import-untyped]  # noqa: PLC0415 - only who asks pays for it; no types

    known = with_secrets(environ)
    return psycopg2.connect(
        host=known["DAGSTER_POSTGRES_HOST"],
        port=known["DAGSTER_POSTGRES_PORT"],
        user=known["DAGSTER_POSTGRES_USER"],
        password=known["DAGSTER_POSTGRES_PASSWORD"],
        dbname=known["DAGSTER_POSTGRES_DB"],
        connect_timeout=WAIT_SECONDS,
    )


@contextmanager
def asking(environ: Mapping[str, str]) -> Iterator[Any]:
    """Give a cursor within one transaction, over a connection that is closed afterwards.

    Raises:
        KeyError, psycopg2.Error: As `connected` says.
    """
    connection = connected(environ)
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def tables_are_there(environ: Mapping[str, str]) -> bool:
    """Say whether Dagster has made all its tables; not where the database cannot be reached."""
    import psycopg2  # noqa: PLC0415 - as above

    try:
        with asking(environ) as cursor:
            cursor.execute(_TABLES)
            return bool(cursor.fetchone()[0])
    except psycopg2.Error:
        return False


def runs_on(environ: Mapping[str, str], port: int) -> int:
    """Count the runs that a code server on a port of this machine started and that have not ended."""
    with asking(environ) as cursor:
        cursor.execute(_ON_SERVER, [str(port)])
        return int(cursor.fetchone()[0])
