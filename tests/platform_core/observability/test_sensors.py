"""Files that arrive: once for each content, over pages, deletions, crashes and hostile names, on a real S3 server."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UsageError
from platform_core.observability.sensors import Arrived, Seen, arrivals, file_sensor, s3_file_sensor
from platform_core.partitions import file_partitions
from platform_core.resources import FilesResource, S3Resource
from tests.requested_api.blocks import execute, paragraph

_NUMBERS = itertools.count()


@dg.op
def take() -> None: ...


@dg.job
def permits_job() -> None:
    take()


class Bucket:
    """A bucket, and the state of one sensor that watches it."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.name = f"arriving-{next(_NUMBERS)}"
        self.client = boto3.client("s3")
        self.client.create_bucket(Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        self.instance = instance
        self.cursor: str | None = None
        self.location: dg.Definitions | None = None

    def put(self, key: str, body: bytes = b"x") -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=body)

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def tick(self, sensor: dg.SensorDefinition, *, keep: bool = True) -> Any:
        """Evaluate the sensor; where the cursor is not kept, it is as if the daemon had died before it was saved."""
        resources = {"s3": S3Resource(bucket_name=self.name, region_name="eu-west-2")}
        with dg.build_sensor_context(
            instance=self.instance,
            instance_ref=self.instance.get_ref() if self.instance.is_persistent else None,
            cursor=self.cursor,
            resources=resources,
            repository_def=self.location.get_repository_def() if self.location is not None else None,
        ) as context:
            data = sensor.evaluate_tick(context)
        if keep:
            self.cursor = data.cursor
        return data

    def files(self, sensor: dg.SensorDefinition, *, keep: bool = True) -> list[str]:
        return [request.tags["workbench/file"] for request in self.tick(sensor, keep=keep).run_requests or ()]


@pytest.fixture
def bucket(aws: str) -> Iterator[Bucket]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Bucket(instance)


SENSOR = s3_file_sensor(name="arrived", prefix="raw/", job=permits_job)


def test_the_request_runs_as_it_is_written() -> None:
    made = execute(paragraph(5, "new_files"), s3_file_sensor=s3_file_sensor, permits_job=permits_job)["new_files"]
    assert isinstance(made, dg.SensorDefinition)
    assert (made.name, made.job_name) == ("permits_arrived", "permits_job")
    assert made.required_resource_keys == {"s3"}
    assert made.default_status == dg.DefaultSensorStatus.STOPPED


def test_a_file_asks_for_one_run_and_for_another_when_its_content_changes(bucket: Bucket) -> None:
    bucket.put("raw/a.csv", b"one")
    bucket.put("other/a.csv")
    first = bucket.tick(SENSOR)
    (request,) = first.run_requests
    etag = bucket.client.head_object(Bucket=bucket.name, Key="raw/a.csv")["ETag"].strip('"')
    assert request.run_key == f"raw/a.csv:{etag}"
    assert request.tags["workbench/etag"] == etag
    assert bucket.files(SENSOR) == []
    bucket.put("raw/a.csv", b"one")  # written again, with the same content
    assert bucket.files(SENSOR) == []
    bucket.put("raw/a.csv", b"two")
    again = bucket.tick(SENSOR)
    assert [r.run_key != request.run_key for r in again.run_requests] == [True]
    assert "Nothing new among 1 files" in str(bucket.tick(SENSOR).skip_message)


def test_every_page_is_looked_at_and_a_tick_asks_for_no_more_than_its_share(bucket: Bucket) -> None:
    names = [f"raw/{number:04}.csv" for number in range(1010)]  # a page of S3 holds a thousand
    for name in names:
        bucket.put(name)
    sensor = s3_file_sensor(name="many", prefix="raw/", job=permits_job, most_runs=400)
    found = [bucket.files(sensor) for _ in range(4)]
    assert [len(part) for part in found] == [400, 400, 210, 0]
    assert [name for part in found for name in part] == names


def test_a_file_that_appears_late_with_an_old_time_is_found(bucket: Bucket) -> None:
    # A multipart upload bears the time at which it began, and a key may sort anywhere
    upload = bucket.client.create_multipart_upload(Bucket=bucket.name, Key="raw/0-large.csv")["UploadId"]
    part = {"Bucket": bucket.name, "Key": "raw/0-large.csv", "UploadId": upload}
    bucket.put("raw/later.csv")
    assert bucket.files(SENSOR) == ["raw/later.csv"]
    etag = bucket.client.upload_part(**part, PartNumber=1, Body=b"x" * 100)["ETag"]
    bucket.client.complete_multipart_upload(**part, MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": 1}]})
    assert bucket.files(SENSOR) == ["raw/0-large.csv"]


def test_deleted_files_are_forgotten_and_ask_for_nothing(bucket: Bucket) -> None:
    for name in ("raw/a.csv", "raw/b.csv"):
        bucket.put(name)
    first = bucket.tick(SENSOR)
    long = len(bucket.cursor or "")
    bucket.delete("raw/a.csv")
    assert bucket.files(SENSOR) == []
    assert len(bucket.cursor or "") < long
    bucket.put("raw/a.csv")
    (back,) = bucket.tick(SENSOR).run_requests
    # Dagster has a run of that key and starts no second one
    assert back.run_key in {request.run_key for request in first.run_requests}


def test_a_content_that_comes_back_after_another_one_is_run_again(bucket: Bucket) -> None:
    def tick(body: bytes, *, keep: bool = True) -> str:
        """Put a content there, and run what the sensor asks for as Dagster does: once for each key."""
        bucket.put("raw/a.csv", body)
        (request,) = bucket.tick(SENSOR, keep=keep).run_requests
        tags = {**request.tags, "dagster/run_key": request.run_key, "dagster/sensor_name": SENSOR.name}
        if not bucket.instance.get_runs(dg.RunsFilter(tags={"dagster/run_key": request.run_key})):
            bucket.instance.create_run_for_job(permits_job, tags=tags)
        return str(request.run_key)

    keys = [tick(b"right"), tick(b"wrong"), tick(b"right", keep=False), tick(b"right"), tick(b"wrong"), tick(b"right")]
    assert keys[2] == keys[3], "a tick whose cursor was lost asks for the same run"
    assert len(set(keys)) == 5
    assert len(bucket.instance.get_runs()) == 5


def test_a_tick_that_was_lost_asks_for_the_same_keys_again(bucket: Bucket) -> None:
    bucket.put("raw/a.csv")
    lost = bucket.tick(SENSOR, keep=False)
    bucket.put("raw/b.csv")
    again = bucket.tick(SENSOR)
    assert next(request.run_key for request in again.run_requests) == lost.run_requests[0].run_key
    assert len(again.run_requests) == 2


@pytest.mark.parametrize("cursor", ["", "2026-01-05T06:00:00", "1:%%%", "1:YWJj", '{"a": 1}', "1:"])
def test_a_cursor_that_cannot_be_read_counts_as_empty(bucket: Bucket, cursor: str) -> None:
    bucket.put("raw/a.csv")
    bucket.cursor = cursor
    assert bucket.files(SENSOR) == ["raw/a.csv"]


def test_folders_patterns_and_names_of_every_kind(bucket: Bucket) -> None:
    names = ["raw/sub/", "raw/a.csv", "raw/a.txt", "raw/sub/ü ☂.csv", "raw/" + "x" * 900 + ".csv", "raw/a b?.csv"]
    for name in names:
        bucket.put(name)
    sensor = s3_file_sensor(name="csv", prefix="raw/", job=permits_job, pattern="*.csv")
    data = bucket.tick(sensor)
    assert {request.tags["workbench/file"] for request in data.run_requests} == set(names) - {"raw/sub/", "raw/a.txt"}
    assert max(len(request.run_key) for request in data.run_requests) < 300


def test_each_file_becomes_a_partition_and_its_run_makes_it(aws: str, tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:  # only a kept one resolves dynamic partitions
        partitions_arrive(Bucket(instance))


def partitions_arrive(bucket: Bucket) -> None:
    permits = file_partitions("permits", "{partition}.csv")

    @dg.asset(partitions_def=permits.definition)
    def raw_permits() -> None: ...

    job = dg.define_asset_job("permits", [raw_permits])
    sensor = s3_file_sensor(
        name="permits_arrived",
        prefix="raw/",
        job=job,
        partitions=permits,
        run_config=lambda file: {"ops": {"raw_permits": {"config": {"file": file.key}}}},
    )
    bucket.location = dg.Definitions([raw_permits], jobs=[job], sensors=[sensor], resources={"s3": object()})
    for name in ("raw/2025-01-22.csv", "raw/2025-01-23.csv", "raw/notes.txt", "raw/..csv"):
        bucket.put(name)
    data = bucket.tick(sensor)
    assert [request.partition_key for request in data.run_requests] == ["2025-01-22", "2025-01-23"]
    assert data.run_requests[0].run_config["ops"]["raw_permits"]["config"]["file"] == "raw/2025-01-22.csv"
    assert data.dynamic_partitions_requests[0].partition_keys == ["2025-01-22", "2025-01-23"]
    bucket.instance.add_dynamic_partitions("permits", ["2025-01-22", "2025-01-23"])
    bucket.put("raw/2025-01-22.csv", b"corrected")
    data = bucket.tick(sensor)
    assert [request.partition_key for request in data.run_requests] == ["2025-01-22"]
    assert not data.dynamic_partitions_requests


def test_a_bucket_that_does_not_answer_fails_the_tick_and_leaves_the_cursor(bucket: Bucket) -> None:
    bucket.put("raw/a.csv")
    bucket.tick(SENSOR)
    before = bucket.cursor
    bucket.name = "no-such-bucket"
    with pytest.raises(Exception, match=r"The bucket or container of .* is not there"):
        bucket.tick(SENSOR)
    assert bucket.cursor == before


def test_a_daemon_that_is_killed_at_any_point_starts_every_run_once(aws: str, tmp_path: Path, full_count: bool) -> None:
    """Dagster's own daemon code, killed by SIGKILL as it evaluates, creates and launches; then it goes on."""
    name = f"arriving-{next(_NUMBERS)}"
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    points = ["RUN_IDS_RESERVED", "RUN_CREATED", "RUN_LAUNCHED"]
    points = ["TICK_CREATED", "TICK_HELD", *points] * 20 if full_count else points
    program = Path(__file__).with_name("ticking.py")
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, str(program), str(tmp_path), *points],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ARRIVING_BUCKET": name, "PYTHONPATH": str(root)},
        cwd=root,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert [one["point"] for one in told if one["killed"] == [True, False]] == points
    for number, one in enumerate(told):
        assert one["keys"] == sorted(f"raw/permits/{n}.csv" for n in range(number + 1)), one


# --- files in a folder


def test_files_of_a_folder_arrive_too(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_text("1")
    (tmp_path / ".hidden.csv").write_text("1")
    sensor = file_sensor(name="arrived", job="permits_job", pattern="*.csv")
    cursor = None

    def tick() -> list[str]:
        nonlocal cursor
        resources = {"files": FilesResource(root=str(tmp_path))}
        with dg.build_sensor_context(cursor=cursor, resources=resources) as context:
            data = sensor.evaluate_tick(context)
        cursor = data.cursor
        return [request.tags["workbench/file"] for request in data.run_requests or ()]

    assert tick() == ["sub/a.csv"]
    assert tick() == []
    (tmp_path / "sub" / "a.csv").write_text("12")
    (tmp_path / "b.csv").write_text("1")
    assert tick() == ["b.csv", "sub/a.csv"]


def test_numbers_that_cannot_be_are_refused() -> None:
    for wrong in ({"most_runs": 0}, {"interval_seconds": True}, {"interval_seconds": 1.5}):
        with pytest.raises(UsageError, match="whole number"):
            s3_file_sensor(name="x", prefix="", job=permits_job, **wrong)


# --- the rule alone, under any history


@given(
    st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("123"), max_size=8), min_size=1, max_size=8),
    st.integers(1, 4),
)
def test_whatever_comes_and_goes_no_content_is_missed_or_asked_for_twice_while_it_stays(
    history: list[dict[str, str]], most: int
) -> None:
    seen = Seen()
    asked: list[str] = []
    for state in history:
        there = [Arrived(key, etag) for key, etag in state.items()]
        before = set(asked)
        for _ in range(1 + len(there) // most):  # as many ticks as it takes
            chosen, seen, waiting = arrivals(there, Seen.read(seen.cursor()), most)
            assert len(chosen) <= most
            asked += [file.run_key for file in chosen]
        assert waiting == 0
        assert {file.run_key for file in there} <= set(asked)
        stayed = [key for key in asked if key in before]
        assert len(asked) == len(stayed) + len([key for key in asked if key not in before])
        assert seen.hashes == {file.hash for file in there}
