"""Writers of databases, object stores and downloads that are killed at random moments, and disks that are full."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import boto3
import polars as pl
import pytest

from platform_core.resources import PostgresResource, S3Resource
from tests.platform_core import writers
from tests.platform_core.disks import full_after
from tests.platform_core.kills import kill_writers
from tests.platform_core.writers import BYTES, ROWS, content_of, rows_of
from tests.servers.postgres import PostgresServer

_NUMBERS = itertools.count(1)


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    return postgres.new_database()


@pytest.fixture
def register(postgres: PostgresServer, database: str) -> Iterator[PostgresResource]:
    found = PostgresResource(host=postgres.folder, database=database, username="reader")
    found.execute("CREATE TABLE versions (id int PRIMARY KEY, version int)")
    yield found
    found.close()


@pytest.mark.parametrize("mode", ["truncate", "replace", "upsert"])
def test_a_table_is_whole_after_every_kill(
    postgres: PostgresServer, database: str, register: PostgresResource, mode: str, full_count: bool
) -> None:
    def newest() -> int:
        found = register.execute_query("SELECT count(*) AS n, min(version) AS a, max(version) AS b FROM versions")
        rows, first, last = found.row(0)
        assert (rows, first) == (ROWS, last)
        return int(last)

    register.write_table(rows_of(0), "versions", mode="truncate")
    assert kill_writers(writers.rows, [postgres.folder, database, mode], 1000 if full_count else 25, newest) > 0
    left = "SELECT count(*) AS n FROM pg_class WHERE relname = 'workbench_staged'"
    while register.execute_query(left)["n"].item():  # a killed writer's session ends when its server has noticed
        pass


@pytest.fixture
def bucket(aws: str) -> str:
    name = f"kills-{next(_NUMBERS)}"
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    return name


def test_an_object_is_whole_after_every_kill(bucket: str, full_count: bool) -> None:
    lake = S3Resource(bucket_name=bucket)
    lake.upload_bytes(content_of(0), "versions.bin")

    def newest() -> int:
        content = lake.read_bytes("versions.bin")
        assert content == content[:4] * (BYTES // 4)
        return int.from_bytes(content[:4], "big")

    assert kill_writers(writers.uploads, [bucket], 1000 if full_count else 25, newest) > 0
    assert lake.list_objects() == ["versions.bin"]


def test_a_download_is_whole_after_every_kill_and_leaves_nothing_beside_it(
    bucket: str, tmp_path: Path, full_count: bool
) -> None:
    lake, target = S3Resource(bucket_name=bucket), tmp_path / "versions.bin"
    lake.upload_bytes(content_of(7), "versions.bin")
    lake.download_file("versions.bin", target)
    left: set[str] = set()

    def newest() -> int:
        assert target.read_bytes() == content_of(7)
        left.update(path.name for path in tmp_path.iterdir())
        return 0

    kill_writers(writers.downloads, [bucket, str(target)], 1000 if full_count else 25, newest)
    assert len(left) > 1, "no kill fell inside a download"
    lake.download_file("versions.bin", target)
    assert [path.name for path in tmp_path.iterdir()] == ["versions.bin"]


def test_two_writers_of_one_table_and_of_one_object_leave_the_rows_of_one(
    register: PostgresResource, bucket: str
) -> None:
    lake = S3Resource(bucket_name=bucket)
    failures: list[Exception] = []

    def write(version: int) -> None:
        try:
            for _ in range(4):
                frame = pl.DataFrame({"id": range(ROWS), "version": [version] * ROWS})
                for mode in ("truncate", "replace"):
                    register.write_table(frame, "versions", mode=mode)
                register.write_table(frame, "versions", mode="upsert", key="id")
                lake.upload_bytes(bytes([version]) * BYTES, "versions.bin")
        except Exception as error:  # noqa: BLE001 - shown below, in the test's own thread
            failures.append(error)

    writers = [Thread(target=write, args=(version,)) for version in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failures
    found = register.execute_query("SELECT count(*) AS n, count(DISTINCT version) AS v FROM versions")
    assert found.row(0) == (ROWS, 1)
    content = lake.read_bytes("versions.bin")
    assert content == content[:1] * BYTES


def test_a_full_disk_leaves_the_file_that_was_there(bucket: str, tmp_path: Path) -> None:
    lake, target = S3Resource(bucket_name=bucket), tmp_path / "versions.bin"
    lake.upload_bytes(bytes(BYTES), "versions.bin")
    target.write_text("old")
    with full_after(100_000), pytest.raises(OSError, match="File too large") as caught:
        lake.download_file("versions.bin", target)
    assert caught.value.errno == errno.EFBIG
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["versions.bin"]
