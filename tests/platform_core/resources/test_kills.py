"""Writers of databases, object stores and downloads that are killed at random moments, and disks that are full."""

from __future__ import annotations

import errno
import itertools
import random
import resource
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import polars as pl
import pytest

from platform_core.resources import PostgresResource, S3Resource
from tests.servers.postgres import PostgresServer

# Each writer is forked from a process that has imported everything, which costs a hundredth of starting one
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload([__name__, "platform_core.resources.postgres_write", "adbc_driver_postgresql.dbapi"])

SHARES = 20  # of 1,000 kills in the nightly run: the suite has 50
_NUMBERS = itertools.count(1)
ROWS = 20_000
BYTES = 6 * 1024 * 1024  # more than one part


def killed(write: Callable[..., None], arguments: tuple[Any, ...], kills: int, check: Callable[[], None]) -> None:
    """Let a process write again and again, kill it after some whole writes and a part of one, and check; many times."""
    chance = random.Random(kills)  # noqa: S311 - moments to kill at, no secret
    for _ in range(kills):
        told, tell = FORKS.Pipe(duplex=False)
        writer = FORKS.Process(target=write, args=(*arguments, tell))
        writer.start()
        tell.close()
        for _ in range(chance.randint(1, 2)):
            told.recv()
        told.poll(chance.random() * 0.05)  # a part of the next write, or all of it
        writer.kill()
        writer.join()
        told.close()
        check()


def write_rows(host: str, database: str, mode: Any, tell: Connection) -> None:
    register = PostgresResource(host=host, database=database, username="reader")
    for version in range(1, 1_000_000):
        frame = pl.DataFrame({"id": range(ROWS), "version": [version] * ROWS})
        register.write_table(frame, "versions", mode=mode, key=["id"] if mode == "upsert" else [])
        tell.send(version)


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    return postgres.new_database()


@pytest.fixture
def register(postgres: PostgresServer, database: str) -> Iterator[PostgresResource]:
    found = PostgresResource(host=postgres.folder, database=database, username="reader")
    found.execute("CREATE TABLE versions (id int PRIMARY KEY, version int)")
    yield found
    found.close()


@pytest.mark.parametrize("mode", ["truncate", "upsert"])
def test_a_table_is_whole_after_every_kill(
    postgres: PostgresServer, database: str, register: PostgresResource, mode: str, full_count: bool
) -> None:
    def check() -> None:
        found = register.execute_query("SELECT count(*) AS n, min(version) AS a, max(version) AS b FROM versions")
        rows, first, last = found.row(0)
        assert (rows, first) == (ROWS, last)

    killed(write_rows, (postgres.folder, database, mode), 10 * (SHARES if full_count else 1), check)
    left = "SELECT count(*) AS n FROM pg_class WHERE relname = 'workbench_staged'"
    while register.execute_query(left)["n"].item():  # a killed writer's session ends when its server has noticed
        pass


def write_object(bucket: str, environment: dict[str, str], tell: Connection) -> None:
    import os

    os.environ.update(environment)
    lake = S3Resource(bucket_name=bucket)
    for version in range(1, 200):
        lake.upload_bytes(bytes([version]) * BYTES, "versions.bin")
        tell.send(version)


def download_object(bucket: str, environment: dict[str, str], target: str, tell: Connection) -> None:
    import os

    os.environ.update(environment)
    lake = S3Resource(bucket_name=bucket)
    for version in range(1, 1_000_000):
        lake.download_file("versions.bin", target)
        tell.send(version)


@pytest.fixture
def bucket(aws: str) -> str:
    name = f"kills-{next(_NUMBERS)}"
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    return name


def environment() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def test_an_object_is_whole_after_every_kill(bucket: str, full_count: bool) -> None:
    lake = S3Resource(bucket_name=bucket)

    def check() -> None:
        content = lake.read_bytes("versions.bin")
        assert len(content) == BYTES
        assert content == content[:1] * BYTES

    killed(write_object, (bucket, environment()), 15 * (SHARES if full_count else 1), check)
    assert lake.list_objects() == ["versions.bin"]


def test_a_download_is_whole_after_every_kill_and_leaves_nothing_beside_it(
    bucket: str, tmp_path: Path, full_count: bool
) -> None:
    lake, target = S3Resource(bucket_name=bucket), tmp_path / "versions.bin"
    lake.upload_bytes(bytes([7]) * BYTES, "versions.bin")
    left: set[str] = set()

    def check() -> None:
        assert target.read_bytes() == bytes([7]) * BYTES
        left.update(path.name for path in tmp_path.iterdir())

    killed(download_object, (bucket, environment(), str(target)), 15 * (SHARES if full_count else 1), check)
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
                register.write_table(frame, "versions", mode="truncate")
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
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))  # Python ignores the signal, so writes fail
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            lake.download_file("versions.bin", target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.errno == errno.EFBIG
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["versions.bin"]
