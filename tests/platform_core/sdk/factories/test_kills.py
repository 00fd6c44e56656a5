"""Ingesting that is killed at any call which changes a disk: run again, no row is there twice and none is lost."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import polars as pl
import pytest
import xlsxwriter

from platform_core.lake import Lake
from platform_core.resources import PostgresResource, S3Resource
from platform_core.scratch import Scratch
from tests.platform_core import writers
from tests.platform_core.kills import mortals
from tests.platform_core.writers import INGESTS
from tests.servers.http import Asked, Reply, running_http
from tests.servers.postgres import PostgresServer

if TYPE_CHECKING:
    from platform_core.storage.stored import Storage

_NUMBERS = itertools.count(1)
_BEGAN = datetime(2025, 1, 1, tzinfo=UTC)

Row = dict[str, Any]
Source = tuple[Row, Callable[[list[Row]], Any]]  # the resource's fields, and what puts more rows into it


def rows_of(number: int) -> list[Row]:
    """Give the rows that come with a number: two of its moment, and one of the moment before."""
    moments = [_BEGAN + timedelta(minutes=one) for one in (number, number, max(number - 1, 0))]
    return [{"id": number * 10 + place, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"} for place, at in enumerate(moments)]


@contextmanager
def table(request: pytest.FixtureRequest, place: Path) -> Iterator[Source]:
    postgres: PostgresServer = request.getfixturevalue("postgres")
    fields: Any = {"host": postgres.folder, "database": postgres.new_database(), "username": "reader"}
    register = PostgresResource(**fields)
    register.execute("CREATE TABLE permits (id int, changed timestamptz)")
    try:
        yield (
            fields,
            lambda rows: register.write_table(
                pl.DataFrame(rows).select("id", changed=pl.col("at").str.to_datetime(time_zone="UTC")), "permits"
            ),
        )
    finally:
        register.close()


@contextmanager
def api(request: pytest.FixtureRequest, place: Path) -> Iterator[Source]:
    records: list[Row] = []

    def answer(asked: Asked, _: int) -> Reply:
        begin = int(asked.params.get("offset", 0))
        return Reply([one for one in records if one["at"] >= asked.params.get("since", "")][begin : begin + 2])

    with running_http() as server:
        server.paths["/permits"] = answer
        yield {"base_url": server.url}, records.extend


@contextmanager
def folder(request: pytest.FixtureRequest, place: Path) -> Iterator[Source]:
    place.mkdir()
    yield {"root": str(place)}, lambda rows: pl.DataFrame(rows).write_csv(place / f"{rows[0]['id']}.csv")


def _bucket(request: pytest.FixtureRequest) -> S3Resource:
    request.getfixturevalue("aws")
    name = f"ingested-{next(_NUMBERS)}"
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    return S3Resource(bucket_name=name)


@contextmanager
def bucket(request: pytest.FixtureRequest, place: Path) -> Iterator[Source]:
    lake = _bucket(request)
    yield (
        {"bucket_name": lake.bucket_name},
        lambda rows: lake.upload_bytes(pl.DataFrame(rows).write_csv().encode(), f"{rows[0]['id']}.csv"),
    )


@contextmanager
def sheet(request: pytest.FixtureRequest, place: Path) -> Iterator[Source]:
    lake, every = _bucket(request), []

    def put(rows: list[Row]) -> None:
        every.extend(rows)
        with xlsxwriter.Workbook(place) as workbook:
            page = workbook.add_worksheet()
            for number, row in enumerate([["id", "at"], *(row.values() for row in every)]):
                page.write_row(number, 0, row)
        lake.upload_file(place, "permits.xlsx")

    yield {"bucket_name": lake.bucket_name}, put


SOURCES = {"table": table, "table with a key": table, "api": api, "folder": folder, "bucket": bucket, "sheet": sheet}


def test_no_row_is_lost_or_there_twice_wherever_a_run_was_killed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_count: bool
) -> None:
    lake, scratch = Lake(tmp_path / "lake"), tmp_path / "scratch"
    monkeypatch.setenv("WORKBENCH_LAKE", str(lake.root))
    with ExitStack() as stack:
        sources = [
            stack.enter_context(SOURCES[how](request, tmp_path / f"source {number}"))
            for number, how in enumerate(INGESTS)
        ]
        scratch.mkdir()
        monkeypatch.setenv("TMPDIR", str(scratch))
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        given, root = json.dumps([fields for fields, _ in sources]), str(lake.root)
        again = writers.ingests(given, root, "hand")
        with mortals(writers.ingests, [given, root, "asset" if full_count else "hand"]) as lives:
            seen = set()
            for number in range(len(sources)) if full_count else (1, 3, 5):
                put = sources[number][1]

                def ids(name: str = f"raw{number}") -> list[int]:
                    return sorted(lake.read(name, "polars")["id"]) if lake.find(name) is not None else []

                held: list[int] = []
                for moment in itertools.count(1, 3) if full_count else (3 + 4 * number, 10_000):
                    rows, before = rows_of(moment), held
                    put(rows)
                    held = sorted([*before, *(row["id"] for row in rows)])
                    alive, found = lives(number, moment), ids()
                    assert found in ((before, held) if not alive else (held,)), f"source {number}, call {moment}"
                    seen.add(found == held)
                    if alive:
                        break
                    again(number)
                    assert ids() == held, f"source {number}, run again after a kill at call {moment}"
            assert seen == {True, False}
    assert all(path.suffix == ".parquet" for path in (lake.root / "bronze").iterdir())
    Scratch().remove()
    assert [path.name for path in scratch.iterdir()] == []


@pytest.mark.parametrize("kind", ["duckdb", "delta"])
def test_no_row_of_a_table_is_lost_or_there_twice_wherever_an_ingest_was_killed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, full_count: bool
) -> None:
    with folder(request, tmp_path / "source") as (fields, put):
        place = list(INGESTS).index("folder")
        bucket_name = {"bucket_name": "none"}
        told = [{}, {}, {"base_url": "http://127.0.0.1:9"}, fields, bucket_name, bucket_name]
        arguments = [json.dumps(told), str(tmp_path), kind]
        storage: Storage = writers.storage_of(kind, f"{tmp_path}/tables")

        def ids() -> list[int]:
            found = storage.find(f"raw{place}")
            return [] if found is None else sorted(storage.read(f"raw{place}", "polars")["id"])

        held: list[int] = []
        seen = set()
        with mortals(writers.ingests, arguments) as lives:
            for moment in itertools.count(1) if full_count else (1, 2, 4, 9, 15, 10_000):  # Delta makes two calls
                rows, before = rows_of(moment), held
                put(rows)
                held = sorted([*before, *(row["id"] for row in rows)])
                alive, found_ids = lives(place, moment), ids()
                assert found_ids in ((before, held) if not alive else (held,)), f"call {moment}"
                seen.add(found_ids == held)
                if alive:
                    break
                assert lives(place, 10_000)
                assert ids() == held, f"run again after a kill at call {moment}"
        assert seen == {True, False}
