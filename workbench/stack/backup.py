"""A backup of Dagster's PostgreSQL and of the lake, restored into an empty stack, and compared to what it holds.

A backup is a folder: `dagster.dump`, `lake/`, and `contents.json`, which has for each table the number of its rows and
a digest of them, and for each file a digest. What is restored is held against it, row by row and file by file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platform_core.errors import UsageError, UserError
from workbench.stack.alone import client
from workbench.stack.database import asking, connected

DUMP, LAKE, CONTENTS = "dagster.dump", "lake", "contents.json"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: for each table `ROWS DIGEST`, for each file of the lake its digest."""

    tables: dict[str, str]
    files: dict[str, str]

    @property
    def rows(self) -> int:
        """The number of rows of all tables."""
        return sum(int(found.partition(" ")[0]) for found in self.tables.values())

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of tables, of their rows and of the files.

        >>> Contents({"runs": "2 ab"}, {"a.parquet": "ef"}).counts
        {'tables': 1, 'rows': 2, 'files': 1}
        """
        return {"tables": len(self.tables), "rows": self.rows, "files": len(self.files)}

    def __str__(self) -> str:
        """Say the numbers as a person reads them.

        >>> str(Contents({"runs": "2 ab"}, {}))
        '1 tables with 2 rows and 0 files'
        """
        return "{tables} tables with {rows} rows and {files} files".format(**self.counts)

    def differences(self, other: Contents) -> list[str]:
        """Say what is not the same in another one.

        >>> Contents({"runs": "2 ab"}, {}).differences(Contents({"runs": "1 cd"}, {"a.parquet": "ef"}))
        ['table runs', 'file a.parquet']
        """
        pairs = (("table", self.tables, other.tables), ("file", self.files, other.files))
        return [
            f"{kind} {name}"
            for kind, mine, theirs in pairs
            for name in {**mine, **theirs}
            if mine.get(name) != theirs.get(name)
        ]


def back_up(environ: Mapping[str, str], lake: Path, into: Path) -> Contents:
    """Dump the database in one snapshot, then copy the lake, while both are being used.

    In this order, so that every materialisation that the dump tells of has its file.

    Args:
        environ: Leads to the database, as Dagster's own does.
        lake: The folder of the lake.
        into: Where the backup goes: whole, or not at all.

    Raises:
        UserError: Something is there already.
    """
    if into.exists():
        raise UserError(f"{into} is there already.", hint="Name another folder.")
    part = into.with_name(f".{into.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    (part / LAKE).mkdir(parents=True)
    connection = connected(environ)
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            _run("pg_dump", environ, f"--snapshot={snapshot}", "--format=custom", f"--file={part / DUMP}")
            tables = _tables(cursor)
    finally:
        connection.close()
    for path in _files(lake):
        target = part / LAKE / path.relative_to(lake)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    found = Contents(tables, _digests(part / LAKE))
    (part / CONTENTS).write_text(json.dumps(asdict(found), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    part.rename(into)
    return found


def read_contents(backup: Path) -> Contents:
    """Read what a backup holds.

    Raises:
        UsageError: The folder is no backup.
    """
    try:
        return Contents(**json.loads((backup / CONTENTS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{backup} is no backup.", hint="`workbench backup FOLDER` makes one.") from error


def restore(environ: Mapping[str, str], backup: Path, lake: Path) -> Contents:
    """Restore a backup into an empty database and an empty lake, and give what is there then.

    Raises:
        UserError: One of the two is not empty.
    """
    if lake.is_dir() and any(lake.iterdir()):
        raise UserError("The lake is not empty.", hint="A backup is restored into an empty stack only.")
    restore_database(environ, backup / DUMP)
    shutil.copytree(backup / LAKE, lake, dirs_exist_ok=True)
    return Contents(tables_of(environ), _digests(lake))


def restore_database(environ: Mapping[str, str], dump: Path) -> None:
    """Restore a dump into an empty database.

    Raises:
        UserError: It is not empty, or the dump cannot be read.
    """
    if tables_of(environ):
        raise UserError("The database is not empty.", hint="A backup is restored into an empty stack only.")
    _run("pg_restore", environ, "--exit-on-error", "--no-owner", "--dbname", environ["DAGSTER_POSTGRES_DB"], str(dump))


def dump_database(environ: Mapping[str, str], file: Path) -> None:
    """Dump a database into a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    _run("pg_dump", environ, "--format=custom", f"--file={part}")
    part.replace(file)


def tables_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Give for each table of a database the number of its rows and a digest of them, whatever their order."""
    with asking(environ) as cursor:
        return _tables(cursor)


def _tables(cursor: Any) -> dict[str, str]:
    from psycopg2 import sql  # type: ignore[import-untyped]  # noqa: PLC0415 - it ships no types

    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    found = {}
    for (name,) in cursor.fetchall():
        rows = sql.SQL(
            "SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} t"
        )
        cursor.execute(rows.format(sql.Identifier(name)))
        found[name] = "{} {}".format(*cursor.fetchone())
    return found


def _run(name: str, environ: Mapping[str, str], *arguments: str) -> None:
    program, known = client(name, environ)
    more = [environ["DAGSTER_POSTGRES_DB"]] if name == "pg_dump" else []
    done = subprocess.run([program, *arguments, *more], env=known, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UserError(f"{name} failed: {said[-1] if said else 'it says nothing'}")


def _files(lake: Path) -> list[Path]:
    """Give the files of a lake; those that are being written are not there yet."""
    return [path for path in sorted(lake.rglob("*")) if path.is_file() and path.suffix != ".part"]


def _digests(lake: Path) -> dict[str, str]:
    found = {}
    for path in _files(lake):
        with path.open("rb") as file:
            found[path.relative_to(lake).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
