"""What is taken out of a storage is gone from every file, older versions and free blocks too, wherever it is killed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import boto3
import duckdb
import polars as pl
import pytest

from platform_core.lake import Lake
from platform_core.storage.delta_tables import DeltaTables
from platform_core.storage.duckdb_tables import DuckDBTables
from platform_core.storage.objects import ObjectLake
from platform_core.storage.purging import Purging, purging_of
from tests.platform_core.buckets import bucket

PERSON = "P-1001-of-nobody"
PEOPLE = pl.DataFrame({"person_id": [PERSON, *(f"P-{n}" for n in range(2000, 5000))], "n": range(3001)})
FEW = PEOPLE.tail(5)
LISTED, LEVEL = "months", "OFFICIAL-SENSITIVE"


def _theirs(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    assert "person_id" in schema
    return pl.col("person_id") == PERSON


def _tables(kind: str, folder: Path) -> Any:
    return DeltaTables(str(folder)) if kind == "delta" else DuckDBTables(folder / "a.duckdb")


def _purging(tables: Any) -> Purging:
    purging = purging_of(tables)
    assert purging is not None
    return purging


def _text(raw: bytes) -> str:
    """Give what a file holds: its bytes, and the values of what is Parquet."""
    return f"{raw!r}{pl.read_parquet(raw).to_dicts() if raw[:4] == b'PAR1' else ''}"


def _holding(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and PERSON in _text(path.read_bytes())]


def _in_bucket(store: Any) -> dict[str, str]:
    client = boto3.client("s3")
    keys = [one["Key"] for one in client.list_objects_v2(Bucket=store.bucket_name).get("Contents", [])]
    return {key: _text(client.get_object(Bucket=store.bucket_name, Key=key)["Body"].read()) for key in keys}


@pytest.mark.parametrize("kind", ["delta", "duckdb"])
@pytest.mark.parametrize("partition", [None, "2026-01"])
def test_no_file_holds_a_person_that_was_taken_out(kind: str, partition: str | None, tmp_path: Path) -> None:
    tables = _tables(kind, tmp_path)
    for frame in (PEOPLE, PEOPLE.reverse()):
        tables.write("silver", "people", frame, partition, None, LEVEL)
    if partition:
        tables.write("silver", "people", FEW, "2026-02")
    tables.write("silver", "other", FEW)
    before = tables.mark("silver", "people", partition)
    purging = _purging(tables)
    purging.take_out("silver", "people", _theirs, partition)
    assert _holding(tmp_path), "the older rows are still there: or this proves nothing"
    assert purging.is_unfinished("silver", "people")
    purging.forget("silver", "people", partition)
    assert _holding(tmp_path) == []
    assert not purging.is_unfinished("silver", "people")
    left = tables.read("people", "polars", partition, "silver")
    assert left.sort("n").equals(PEOPLE.filter(pl.col("person_id") != PERSON))
    assert tables.read("other", "polars").height == 5
    assert tables.mark("silver", "people", partition) != before
    if partition:
        assert tables.read("people", "polars", "2026-02").height == 5
    if kind == "duckdb":
        with duckdb.connect(str(tmp_path / "a.duckdb"), read_only=True) as database:
            told = database.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'people'").fetchall()
        assert told == [(LEVEL,)]
    tables.write("silver", "people", PEOPLE.tail(3), partition)  # goes on as before
    assert tables.read("people", "polars", partition).height == 3


def test_a_table_in_an_object_store_is_purged_too(aws: str) -> None:
    store = bucket()
    tables = DeltaTables.in_store(store)
    for frame in (PEOPLE, PEOPLE.reverse()):
        tables.write("silver", "people", frame)
    purging = _purging(tables)
    purging.take_out("silver", "people", _theirs)
    purging.forget("silver", "people")
    assert [key for key, text in _in_bucket(store).items() if PERSON in text] == []
    assert tables.read("people", "polars").height == 3000


@pytest.mark.parametrize("kind", ["lake", "hive", "delta", "duckdb", "objects", "delta in S3"])
def test_a_partition_is_dropped_and_no_other(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    in_store = kind in {"objects", "delta in S3"}
    if in_store:
        request.getfixturevalue("aws")
        store = bucket()
        storage: Any = ObjectLake(store) if kind == "objects" else DeltaTables.in_store(store)
    elif kind in {"lake", "hive"}:
        storage = Lake(tmp_path, hive="month" if kind == "hive" else "")
    else:
        storage = _tables(kind, tmp_path)
    purging = _purging(storage)
    for frame in (PEOPLE, PEOPLE.reverse()):
        storage.write("silver", "people", frame, "2026-01")
    storage.write("silver", "people", FEW, "2026-02")
    storage.write("silver", "whole", PEOPLE)
    today = datetime.now(UTC).date()
    kept = list(purging.kept("silver", "people"))
    assert [one.partition for one in kept] == ["2026-01", "2026-02"]
    assert {one.written for one in kept} <= {(today - timedelta(days=days)).isoformat() for days in (0, 1)}
    assert [one.rows for one in kept] in ([3001, 5], [None, None])
    assert purging.beside("silver", "people", "2026-01") == purging.beside("silver", "whole") == []
    purging.drop("silver", "people", "2026-01")
    purging.drop("silver", "whole")
    for name in ("people", "whole"):
        purging.forget("silver", name)
        assert not purging.is_unfinished("silver", name)
    texts = _in_bucket(store) if in_store else dict.fromkeys(_holding(tmp_path), PERSON)
    assert [name for name, text in texts.items() if PERSON in text] == []
    assert [one.partition for one in purging.kept("silver", "people")] == ["2026-02"]
    assert list(purging.kept("silver", "whole")) == []
    if not (in_store and kind != "objects"):  # there a table of no rows stays
        assert storage.find("whole", "silver") is None
    assert storage.read("people", "polars", layer="silver").equals(FEW)


def test_what_was_written_before_days_were_noted_counts_as_of_the_day_of_the_file(tmp_path: Path) -> None:
    tables = DuckDBTables(tmp_path / "a.duckdb")
    tables.write("silver", "people", FEW)
    with duckdb.connect(str(tables.path)) as database:
        database.execute("ALTER TABLE _workbench.assets DROP COLUMN written")
    then = datetime(2020, 2, 29, 12, tzinfo=UTC).timestamp()
    os.utime(tables.path, (then, then))
    assert [one.written for one in _purging(tables).kept("silver", "people")] == ["2020-02-29"]
    tables.write("silver", "more", FEW)
    today = datetime.fromtimestamp(tables.path.stat().st_mtime, UTC).date().isoformat()
    assert [one.written for one in _purging(tables).kept("silver", "people")] == [today]


def test_a_dropped_table_is_gone_and_can_be_written_anew(tmp_path: Path) -> None:
    tables = DeltaTables(str(tmp_path))
    purging, folder = _purging(tables), tmp_path / "silver" / "whole"
    tables.write("silver", "whole", PEOPLE)
    purging.drop("silver", "whole")
    assert purging.is_unfinished("silver", "whole")
    purging.forget("silver", "whole")
    assert not folder.exists()
    # A run that was killed while it took the folder away leaves no table, and stands in nobody's way
    tables.write("silver", "whole", FEW)
    (folder / "_delta_log").rename(folder / "_dropped_log")
    assert tables.find("whole", "silver") is None
    tables.write("silver", "whole", PEOPLE)
    purging.drop("silver", "whole")
    tables.write("silver", "whole", FEW)
    purging.forget("silver", "whole")
    assert tables.read("whole", "polars", layer="silver").equals(FEW), "what was written since the drop stays"
    assert not purging.is_unfinished("silver", "whole")


def test_a_copy_that_a_killed_run_left_is_thrown_away(tmp_path: Path) -> None:
    tables = DuckDBTables(tmp_path / "a.duckdb")
    tables.write("silver", "people", PEOPLE)
    (tmp_path / ".a.duckdb.fresh").write_text(PERSON)
    _purging(tables).take_out("silver", "people", _theirs)
    _purging(tables).forget("silver", "people")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.duckdb.lock", "a.duckdb"]
    assert _holding(tmp_path) == []


def _purge_and_die(kind: str, folder: Path, dropping: bool, line: int) -> None:
    """Purge, and be killed before a line of the purge: the `line`-th of those that run."""
    left = [line]

    def step(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return step

    def called(frame: FrameType, event: str, argument: object) -> Any:
        return step if frame.f_code.co_filename.endswith("_purging.py") else None

    sys.settrace(called)
    _purge(_tables(kind, folder), dropping)


def _purge(tables: Any, dropping: bool) -> None:
    """Do what erasure and retention do; also where a run before this one was killed."""
    purging = _purging(tables)
    if dropping:
        if "2026-01" in [one.partition for one in purging.kept("silver", "people")]:
            purging.drop("silver", "people", "2026-01")
    elif not tables.read("people", "polars", "2026-01").filter(pl.col("person_id") == PERSON).is_empty():
        purging.take_out("silver", "people", _theirs, "2026-01")
    if not dropping or purging.is_unfinished("silver", "people"):
        purging.forget("silver", "people", "2026-01")


@pytest.mark.parametrize("dropping", [False, True], ids=["erasure", "retention"])
@pytest.mark.parametrize("kind", ["delta", "duckdb"])
def test_a_purge_that_is_killed_anywhere_is_ended_by_the_next(
    kind: str, dropping: bool, tmp_path: Path, full_count: bool
) -> None:
    """Killed before each of its lines: what is not gone yet is known to be there, and the next run ends it."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([__name__, "deltalake", "duckdb"])
    tables = _tables(kind, tmp_path / "written")
    for frame in (PEOPLE.head(9), PEOPLE.head(9).reverse()):
        tables.write("silver", "people", frame, "2026-01", LISTED, LEVEL)
    tables.write("silver", "people", FEW, "2026-02", LISTED, LEVEL)
    unfinished, line = 0, 0
    while True:
        folder = tmp_path / str(line)
        shutil.copytree(tmp_path / "written", folder)
        tables = _tables(kind, folder)
        process = server.Process(target=_purge_and_die, args=(kind, folder, dropping, line))
        process.start()
        process.join()
        assert process.exitcode in {0, -signal.SIGKILL}
        if process.exitcode == 0:
            break
        purging = _purging(tables)
        stored = [one.partition for one in purging.kept("silver", "people")]
        begun = dropping and "2026-01" not in stored
        if begun and _holding(folder):
            assert purging.is_unfinished("silver", "people"), f"killed before line {line}, and nobody would know"
            unfinished += 1
        _purge(tables, dropping)
        assert _holding(folder) == [], f"killed before line {line}"
        assert not purging.is_unfinished("silver", "people")
        assert tables.read("people", "polars", "2026-02").equals(FEW)
        if kind == "delta":
            newest = next(iter(tables.open("silver", "people").history(1)))
            assert (newest["workbench.partitions"], newest["workbench.classification"]) == (LISTED, LEVEL)
            assert tables.open("silver", "people").metadata().configuration == {
                "delta.logRetentionDuration": "interval 30 days"
            }
        line += 1 if full_count else 15
    assert line >= 12
    assert bool(unfinished) is dropping
