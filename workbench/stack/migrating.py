"""Dagster's database for another version of Dagster: a copy is migrated and checked, and takes the place of the first.

The first is never touched: whatever goes wrong, it is there as it was. It is kept under another name after the switch,
so that going back is a change of names.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from platform_core.errors import UserError
from workbench.stack.backup import dump_database, restore_database, tables_of
from workbench.stack.database import asking, connected
from workbench.stack.said import causes

MIGRATING, BEFORE, AFTER = "_migrating", "_before", "_after"  # of the names of databases, beside the one that is used
_KEPT = ("runs", "run_tags", "event_logs", "job_ticks", "asset_keys", "bulk_actions", "dynamic_partitions")
_RENAME = "ALTER DATABASE {} RENAME TO {}"

Say = Callable[[str], None]


def migrate(environ: Mapping[str, str], backups: Path, say: Say, *, rehearse: bool = False) -> bool:
    """Migrate a database that nobody uses meanwhile, and say each step.

    Args:
        environ: Leads to the database, as Dagster's own does.
        backups: Where the dump of it goes.
        say: Called with a line for each step.
        rehearse: Whether the copy is thrown away once it was checked.

    Returns:
        Whether there was something to migrate.

    Raises:
        UserError: Something uses the database, the migration failed, or what came of it is not what was there.
    """
    name, before = environ["DAGSTER_POSTGRES_DB"], tables_of(environ)
    if "alembic_version" not in before:
        raise UserError("The database holds no records of Dagster's.", hint="Its variables are DAGSTER_POSTGRES_….")
    revision = _revision(environ)
    file = backups / f"{revision}.dump"
    dump_database(environ, file)
    say(f"backed up    {file.name}: {len(before)} tables")
    copy = {**environ, "DAGSTER_POSTGRES_DB": name + MIGRATING}
    _administer(environ, "DROP DATABASE IF EXISTS {}", name + MIGRATING)
    try:
        _administer(environ, "CREATE DATABASE {} TEMPLATE template0", name + MIGRATING)
        restore_database(copy, file)
        said = _upgraded(copy)
        if said["revision"] == revision:
            say(f"nothing to migrate: {revision} is what this version of Dagster wants")
            return False
        say(f"migrated     a copy, from {revision} to {said['revision']}")
        _check(before, tables_of(copy), said)
        say(f"checked      {said['runs']} runs with {said['events']} events and {said['ticks']} ticks can be read")
        if not rehearse:
            _switch(environ, name, MIGRATING, BEFORE)
            say(f"switched     what was before is kept as {name}{BEFORE}: `workbench migrate --undo` goes back")
        return True
    finally:
        _administer(environ, "DROP DATABASE IF EXISTS {}", name + MIGRATING)


def undo(environ: Mapping[str, str], say: Say) -> None:
    """Let the database of before the last migration be used again; what was migrated is kept beside it.

    Raises:
        UserError: There is none.
    """
    name = environ["DAGSTER_POSTGRES_DB"]
    if not _there(environ, name + BEFORE):
        raise UserError("There is no database of before a migration.", hint=f"It would be called {name}{BEFORE}.")
    _switch(environ, name, BEFORE, AFTER)
    say(f"switched     back to what was before; what was migrated is kept as {name}{AFTER}")


def _switch(environ: Mapping[str, str], name: str, new: str, old: str) -> None:
    """Give the name of a database to the one that is called so with `new` after it, and `old` to the first."""
    _administer(environ, "DROP DATABASE IF EXISTS {}", name + old)
    _administer(environ, _RENAME, name, name + old)
    try:
        _administer(environ, _RENAME, name + new, name)
    except BaseException:
        _administer(environ, _RENAME, name + old, name)
        raise


def _upgraded(environ: Mapping[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "workbench.stack.upgrading"]
    done = subprocess.run(command, env=dict(environ), capture_output=True, text=True, check=False)  # noqa: S603 - our own, no shell
    if done.returncode:
        why = (causes(done.stderr) or ["It does not say why."])[0]
        raise UserError(f"The migration failed; the database is as it was. {why}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _check(before: Mapping[str, str], after: Mapping[str, str], said: Mapping[str, Any]) -> None:
    def rows(of: Mapping[str, str], table: str) -> int:
        return int(of.get(table, "0").partition(" ")[0])

    lost = [table for table in _KEPT if rows(before, table) != rows(after, table)]
    unread = [table for table, key in (("runs", "runs"), ("event_logs", "events"), ("job_ticks", "ticks"))
              if rows(before, table) != said[key]]  # fmt: skip
    if lost or unread or said["revision"] != said["head"]:
        wrong = ", ".join(sorted({*lost, *unread})) or f"its revision, {said['revision']}"
        raise UserError(f"What the migration gave is not what was there ({wrong}); the database is as it was.")


def _revision(environ: Mapping[str, str]) -> str:
    with asking(environ) as cursor:
        cursor.execute("SELECT version_num FROM alembic_version")
        return str(cursor.fetchone()[0])


def _there(environ: Mapping[str, str], name: str) -> bool:
    with asking(environ) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _administer(environ: Mapping[str, str], statement: str, *names: str) -> None:
    """Do something with databases, from one that none of them is; PostgreSQL refuses where somebody uses it."""
    import psycopg2  # type: ignore[import-untyped]  # noqa: PLC0415 - it ships no types
    from psycopg2 import sql  # noqa: PLC0415 - as above

    connection = connected({**environ, "DAGSTER_POSTGRES_DB": "postgres"})
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    except psycopg2.errors.ObjectInUse as error:
        hint = "Stop webserver, daemon and code servers first."
        raise UserError("Something still uses the database; it is as it was.", hint=hint) from error
    finally:
        connection.close()
