"""Backup, restore and migration of Dagster's records: PostgreSQL's own programs, Dagster's own migrations."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    GrpcServerCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    TickData,
    TickStatus,
)

from platform_core.errors import UserError
from workbench.project import Project
from workbench.stack.alone import database_alone
from workbench.stack.backup import back_up, tables_of
from workbench.stack.database import connected
from workbench.stack.migrating import migrate, undo
from workbench.stack.native import lake_of
from workbench.stack.restoring import restore_into

OLDER = "46b412388816"  # a revision of Dagster's in 2024, before backfills had tags and runs a column for theirs


def workbench(*arguments: str, project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workbench", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def new_project(folder: Path) -> Project:
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[tool.workbench]\npackage = "rents"\n', encoding="utf-8")
    return Project(folder, "rents")


@contextmanager
def instance_of(environ: Mapping[str, str]) -> Iterator[dg.DagsterInstance]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        with dg.DagsterInstance.from_config(environ["DAGSTER_HOME"]) as instance:
            yield instance


def records(environ: Mapping[str, str]) -> dict[str, Any]:
    """Give what people know of the runs, their events, the assets and the schedules, as Dagster itself reads it."""
    with instance_of(environ) as instance:
        runs = sorted(instance.get_runs(), key=lambda run: run.run_id)
        return {
            "runs": [(run.run_id, run.job_name, run.status, dict(run.tags)) for run in runs],
            "events": [[str(entry) for entry in instance.all_logs(run.run_id)] for run in runs],
            "assets": [str(key) for key in sorted(instance.all_asset_keys())],
            "states": [str(state) for state in instance.all_instigator_state()],
        }


def fill(environ: Mapping[str, str]) -> None:
    """Let there be runs that succeeded and failed, and a schedule that somebody stopped after a tick."""

    @dg.asset
    def rents() -> Any:
        return dg.MaterializeResult(metadata={"rows": 3})

    @dg.asset
    def broken() -> None:
        raise ValueError("as the test wants it")

    place = RemoteRepositoryOrigin(GrpcServerCodeLocationOrigin("127.0.0.1", 4000, location_name="project"), "all")
    origin = RemoteInstigatorOrigin(place, "nightly")
    stopped = InstigatorState(
        origin, InstigatorType.SCHEDULE, InstigatorStatus.STOPPED, ScheduleInstigatorData("0 3 * * *")
    )
    with instance_of(environ) as instance:
        dg.materialize([rents], instance=instance)
        dg.materialize([broken], instance=instance, raise_on_error=False)
        instance.add_instigator_state(stopped)
        tick = TickData(
            instigator_origin_id=origin.get_id(), instigator_name="nightly", instigator_type=InstigatorType.SCHEDULE,
            status=TickStatus.SUCCESS, timestamp=1_795_910_400.0, selector_id=stopped.selector_id, run_ids=[],
        )  # fmt: skip
        instance.create_tick(tick)


@pytest.fixture(scope="module")
def filled(open_folder: Path) -> Project:
    """A project whose stack has run: records in PostgreSQL, files in the lake."""
    project = new_project(open_folder / "filled")
    with database_alone(project) as environ:
        fill(environ)
    bronze = lake_of(project) / "bronze"
    bronze.mkdir(parents=True)
    (bronze / "rents.parquet").write_bytes(b"rents" * 100)
    (bronze / "half.parquet.part").write_bytes(b"what is being written")
    return project


@pytest.fixture(scope="module")
def backup(filled: Project) -> Path:
    """A backup of it."""
    done = workbench("backup", "../backup", "--json", project=filled.root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == 1
    return filled.root.parent / "backup"


def test_what_is_restored_into_an_empty_stack_is_what_was_there(filled: Project, backup: Path) -> None:
    """Runs, their events, assets and schedules as Dagster reads them, and every byte of the lake."""
    empty = new_project(filled.root.parent / "empty")
    done = workbench("restore", str(backup), "--json", project=empty.root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["different"] == []
    with database_alone(filled) as environ:
        before = records(environ)
    with database_alone(empty) as environ:
        after = records(environ)
    assert len(before["runs"]) == 2
    assert all(len(events) > 5 for events in before["events"])
    assert len(before["states"]) == 1
    assert after == before
    assert {path.relative_to(lake_of(empty)): path.read_bytes() for path in lake_of(empty).rglob("*.*")} == {
        Path("bronze/rents.parquet"): b"rents" * 100
    }
    with pytest.raises(UserError, match="is not empty"):
        restore_into(empty, backup)


def test_a_rehearsal_leaves_nothing_and_tells_a_backup_that_is_damaged(backup: Path, tmp_path: Path) -> None:
    damaged = shutil.copytree(backup, tmp_path / "damaged")
    (damaged / "lake" / "bronze" / "rents.parquet").write_bytes(b"other")
    contents = json.loads((damaged / "contents.json").read_text(encoding="utf-8"))
    contents["tables"]["runs"] = "3 another"
    (damaged / "contents.json").write_text(json.dumps(contents), encoding="utf-8")
    done = workbench("restore", str(damaged), "--rehearse", project=tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stdout.endswith("1 files compared, 2 differ\n")
    assert done.stderr == "table runs is not what it was\nfile bronze/rents.parquet is not what it was\n"
    with pytest.raises(UserError, match="is there already"):
        back_up({}, tmp_path, backup)
    assert sorted(path.name for path in damaged.iterdir()) == ["contents.json", "dagster.dump", "lake"]


def test_a_stack_that_never_ran_has_nothing_to_back_up(tmp_path: Path) -> None:
    done = workbench("backup", str(tmp_path / "backup"), project=new_project(tmp_path / "new").root)
    assert (done.returncode, done.stdout) == (1, "")
    assert "was never started" in done.stderr
    assert not (tmp_path / "backup").exists()


@contextmanager
def as_it_was(environ: Mapping[str, str]) -> Iterator[Any]:
    """Take the schema back to an older one by Dagster's own migrations, and give a connection to it for a block."""
    from dagster._core.storage.sql import run_alembic_downgrade
    from dagster_postgres.run_storage import run_storage
    from dagster_postgres.utils import pg_alembic_config

    with instance_of(environ) as instance:
        storage: Any = instance.run_storage  # one of SQL
        with storage.connect() as connection:
            run_alembic_downgrade(pg_alembic_config(run_storage.__file__), connection, OLDER)
    connection = connected(environ)
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def test_an_older_schema_is_migrated_and_what_goes_wrong_changes_nothing(filled: Project) -> None:
    """First it cannot be done, then only rehearsed, then done, then undone."""
    with database_alone(filled) as environ:
        before = records(environ)
        with as_it_was(environ) as cursor:  # what the migration wants to make is there already, as something else
            cursor.execute("CREATE INDEX idx_backfill_tags_backfill_id ON run_tags (value)")
            cursor.execute(
                "SELECT 1 FROM information_schema.columns WHERE table_name = 'runs' AND column_name = 'backfill_id'"
            )
            assert cursor.fetchone() is None
        older = tables_of(environ)
    failed = workbench("migrate", project=filled.root)
    assert failed.returncode == 1
    assert "The migration failed; the database is as it was." in failed.stderr
    assert "idx_backfill_tags_backfill_id" in failed.stderr
    assert "Traceback" not in failed.stderr
    with database_alone(filled) as environ:
        assert tables_of(environ) == older
        connection = connected(environ)
        with connection, connection.cursor() as cursor:
            cursor.execute("DROP INDEX idx_backfill_tags_backfill_id")
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'dagster%'")
            assert cursor.fetchall() == [("dagster",)]
        connection.close()
        said: list[str] = []
        assert migrate(environ, filled.root / "backups", said.append)
        assert f"migrated     a copy, from {OLDER} to " in "\n".join(said)
        assert (filled.root / "backups" / f"{OLDER}.dump").is_file()
        assert records(environ) == before
        assert tables_of(environ)["alembic_version"] != older["alembic_version"]
        undo(environ, said.append)
        assert tables_of(environ) == older
