"""Back up PostgreSQL and the lake, restore the backup beside them, and compare both row by row and file by file.

    python deployment/scripts/rehearse_restore.py --lake data/lake --into /backups/rehearsal

The environment says where PostgreSQL is, as it does for Dagster (DAGSTER_POSTGRES_HOST, _PORT, _USER, _DB, _PASSWORD or
_PASSWORD_FILE); pg_dump and pg_restore must be on the path, in the server's version or a newer one. The restored
database is called as the first with `_rehearsal` after it, and dropped at the end. The backup stays in the folder:
`dagster.dump` and `lake/`. Nothing that is running is stopped: the database is read in one snapshot.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped] # it ships no types
from psycopg2 import sql

from workbench.stack.secret_files import with_secrets

PARTS = ("HOST", "PORT", "USER", "DB", "PASSWORD")


def main() -> int:
    """Rehearse, say what was compared, and give 1 where the restored differs."""
    parser = argparse.ArgumentParser(description="Back up, restore beside it, and compare.")
    parser.add_argument("--lake", type=Path, required=True, help="the folder of the lake")
    parser.add_argument("--into", type=Path, required=True, help="where the backup goes; must be empty or absent")
    arguments = parser.parse_args()
    known = with_secrets(os.environ)
    missing = [part for part in PARTS if f"DAGSTER_POSTGRES_{part}" not in known]
    if missing:
        print(f"The environment has no DAGSTER_POSTGRES_{missing[0]}.", file=sys.stderr)
        return 2
    if arguments.into.exists() and any(arguments.into.iterdir()):
        print(f"{arguments.into} is not empty.", file=sys.stderr)
        return 2
    where = dict(zip(PARTS, (known[f"DAGSTER_POSTGRES_{part}"] for part in PARTS), strict=True))
    arguments.into.mkdir(parents=True, exist_ok=True)
    tables = _rehearse_database(where, arguments.into / "dagster.dump")
    files = _rehearse_lake(arguments.lake, arguments.into / "lake")
    different = [name for name, (before, after) in (tables | files).items() if before != after]
    for name in different:
        print(f"{name} is not what it was", file=sys.stderr)
    rows = sum(int(before.partition(" ")[0]) for before, _ in tables.values())
    print(f"{len(tables)} tables with {rows} rows and {len(files)} files compared, {len(different)} differ")
    return 1 if different else 0


def _rehearse_database(where: Mapping[str, str], dump: Path) -> dict[str, tuple[str, str]]:
    """Dump, restore into a database of its own, and give for each table what it held before and after."""
    rehearsal = f"{where['DB']}_rehearsal"
    environ = {**os.environ, "PGHOST": where["HOST"], "PGPORT": where["PORT"], "PGUSER": where["USER"],
               "PGPASSWORD": where["PASSWORD"]}  # fmt: skip
    with _connected(where, where["DB"]) as reading, reading.cursor() as cursor:
        reading.set_session(isolation_level="REPEATABLE READ", readonly=True)
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        command = ["pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={dump}", where["DB"]]
        subprocess.run(command, env=environ, check=True)
        before = _tables(cursor)
    _administer(where, rehearsal, create=True)
    try:
        command = ["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={rehearsal}", str(dump)]
        subprocess.run(command, env=environ, check=True)
        with _connected(where, rehearsal) as restored, restored.cursor() as cursor:
            after = _tables(cursor)
        restored.close()
    finally:
        reading.close()
        _administer(where, rehearsal, create=False)
    return {
        f"table {name}": (before.get(name, "0 absent"), after.get(name, "0 absent")) for name in {**before, **after}
    }


def _administer(where: Mapping[str, str], name: str, *, create: bool) -> None:
    """Drop the database of the rehearsal, and make it anew where that is asked for."""
    connection = _connected(where, where["DB"])
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            if create:
                cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    finally:
        connection.close()


def _connected(where: Mapping[str, str], name: str) -> Any:
    return psycopg2.connect(
        host=where["HOST"], port=where["PORT"], user=where["USER"], password=where["PASSWORD"], dbname=name
    )


def _tables(cursor: Any) -> dict[str, str]:
    """Give for each table the number of its rows and a digest of them, whatever their order."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    found = {}
    for (name,) in cursor.fetchall():
        rows = sql.SQL(
            "SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} t"
        )
        cursor.execute(rows.format(sql.Identifier(name)))
        found[name] = "{} {}".format(*cursor.fetchone())
    return found


def _rehearse_lake(lake: Path, backup: Path) -> dict[str, tuple[str, str]]:
    """Copy the lake and give for each file its digest there and here."""
    shutil.copytree(lake, backup)
    return {
        f"file {path.relative_to(lake)}": (_digest(path), _digest(backup / path.relative_to(lake)))
        for path in sorted(lake.rglob("*"))
        if path.is_file()
    }


def _digest(path: Path) -> str:
    if not path.is_file():
        return "absent"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
