"""Rows that are taken out of Delta and DuckDB tables are gone from every file, older versions and free blocks too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import boto3
import duckdb
import polars as pl
import pytest

from platform_core.storage.delta_tables import DeltaTables
from platform_core.storage.duckdb_tables import DuckDBTables
from platform_core.storage.purging import forget, take_out
from tests.platform_core.buckets import bucket

PERSON = "P-1001-of-nobody"
PEOPLE = pl.DataFrame({"person_id": [PERSON, *(f"P-{n}" for n in range(2000, 5000))], "n": range(3001)})


def _theirs(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    assert "person_id" in schema
    return pl.col("person_id") == PERSON


def _text(raw: bytes) -> str:
    """Give what a file holds: its bytes, and the values of what is Parquet."""
    return f"{raw!r}{pl.read_parquet(raw).to_dicts() if raw[:4] == b'PAR1' else ''}"


def _holding(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and PERSON in _text(path.read_bytes())]


@pytest.mark.parametrize("kind", ["delta", "duckdb"])
@pytest.mark.parametrize("partition", [None, "2026-01"])
def test_no_file_holds_a_person_that_was_taken_out(kind: str, partition: str | None, tmp_path: Path) -> None:
    tables = DeltaTables(str(tmp_path)) if kind == "delta" else DuckDBTables(tmp_path / "a.duckdb")
    for frame in (PEOPLE, PEOPLE.reverse()):
        tables.write("silver", "people", frame, partition, None, "OFFICIAL-SENSITIVE")
    if partition:
        tables.write("silver", "people", PEOPLE.tail(5), "2026-02")
    tables.write("silver", "other", PEOPLE.tail(5))
    before = tables.mark("silver", "people", partition)
    take_out(tables, "silver", "people", _theirs, partition)
    assert _holding(tmp_path), "the older rows are still there: or this proves nothing"
    forget(tables, "silver", "people")
    assert _holding(tmp_path) == []
    left = tables.read("people", "polars", partition, "silver")
    assert left.sort("n").equals(PEOPLE.filter(pl.col("person_id") != PERSON))
    assert tables.read("other", "polars").height == 5
    assert tables.mark("silver", "people", partition) != before
    if partition:
        assert tables.read("people", "polars", "2026-02").height == 5
    if kind == "duckdb":
        with duckdb.connect(str(tmp_path / "a.duckdb"), read_only=True) as database:
            told = database.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'people'").fetchall()
        assert told == [("OFFICIAL-SENSITIVE",)]
    tables.write("silver", "people", PEOPLE.tail(3), partition)  # goes on as before
    assert tables.read("people", "polars", partition).height == 3


def test_a_table_in_an_object_store_is_purged_too(aws: str) -> None:
    store = bucket()
    tables = DeltaTables.in_store(store)
    for frame in (PEOPLE, PEOPLE.reverse()):
        tables.write("silver", "people", frame)
    take_out(tables, "silver", "people", _theirs)
    forget(tables, "silver", "people")
    client = boto3.client("s3")
    keys = [one["Key"] for one in client.list_objects_v2(Bucket=store.bucket_name)["Contents"]]
    for key in keys:
        assert PERSON not in _text(client.get_object(Bucket=store.bucket_name, Key=key)["Body"].read()), key
    assert tables.read("people", "polars").height == 3000


def test_a_copy_that_a_killed_run_left_is_thrown_away(tmp_path: Path) -> None:
    tables = DuckDBTables(tmp_path / "a.duckdb")
    tables.write("silver", "people", PEOPLE)
    (tmp_path / ".a.duckdb.fresh").write_text(PERSON)
    take_out(tables, "silver", "people", _theirs)
    forget(tables, "silver", "people")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.duckdb.lock", "a.duckdb"]
    assert _holding(tmp_path) == []
