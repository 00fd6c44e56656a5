"""Sensors of files that arrive: in an object store or a folder, one run for each file and each of its contents.

A run's key is made of the file's key and its etag, so a file asks for one run, and one more whenever its content
changes; Dagster starts no run twice for a key. A content that comes back after another one needs a key of its own: it
is made of the run between them, so that it too is the same where a tick is lost. The cursor holds a short hash of
everything that is there, and not the newest time: a large upload appears late with the time at which it began, and a
sensor that goes by times would miss it.
"""

from __future__ import annotations

import base64
import fnmatch
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from dagster._core.storage.tags import RUN_KEY_TAG, SENSOR_NAME_TAG

from platform_core.errors import UsageError
from platform_core.partitions.files import FilePartitions
from platform_core.plain_numbers import is_whole
from platform_core.resources.files import FilesResource

FILE_TAG = "workbench/file"
ETAG_TAG = "workbench/etag"

_VERSION = "1:"
_HASH_BYTES = 8
_MOST_RUNS = 100
_LONGEST_KEY = 200

Job = Any
Configure = Callable[["Arrived"], Mapping[str, Any] | dg.RunConfig]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is there: its key or its path below the root, and the mark of its content."""

    key: str
    etag: str

    @property
    def run_key(self) -> str:
        """What stands for this file with this content, in bounded length."""
        if len(self.key) <= _LONGEST_KEY:
            return f"{self.key}:{self.etag}"
        return f"{self.key[:_LONGEST_KEY]}:{hashlib.sha256(self.key.encode()).hexdigest()[:16]}:{self.etag}"

    @property
    def hash(self) -> bytes:
        """What the cursor holds of it."""
        return hashlib.sha256(f"{self.key}\0{self.etag}".encode()).digest()[:_HASH_BYTES]


def s3_file_sensor(
    *,
    name: str,
    prefix: str,
    job: Job,
    resource: str = "s3",
    pattern: str = "*",
    partitions: FilePartitions | None = None,
    run_config: Configure | None = None,
    most_runs: int = _MOST_RUNS,
    interval_seconds: int = 60,
    running: bool = False,
    description: str | None = None,
) -> dg.SensorDefinition:
    """Give a sensor that asks for a run of a job for each object that arrives in a bucket, once for each content.

    Works with every object store of the platform. Objects that are deleted are forgotten; one that comes back with the
    content that it had asks for no second run. A tick asks for at most `most_runs` runs, the next one for the rest.

    Args:
        name: The sensor's name.
        prefix: What the keys begin with, such as `raw/permits/`.
        job: The job, or its name.
        resource: The name of the `S3Resource`, `GCSResource` or `AzureBlobResource`.
        pattern: Shell wildcards for the rest of the key, such as `*.csv`.
        partitions: The dynamic partitions of the job's assets, whose pattern gives a key below the prefix: each new
            file becomes a partition, and its run makes it. Files that are not of the pattern are passed over.
        run_config: Gives the configuration of a file's run. The run's tags `workbench/file` and `workbench/etag` name
            the file in any case.
        most_runs: How many runs one tick may ask for.
        interval_seconds: How often the bucket is looked at, at most.
        running: Whether the sensor is on from the start.
        description: What arrives.

    Raises:
        UsageError: A number cannot be.
    """

    def listing(bucket: Any) -> Iterator[Arrived]:
        for info in bucket.iter_objects(prefix):
            mark = info.etag.strip('"') or f"{info.size}-{info.modified.isoformat()}"
            if not info.key.endswith("/"):  # what some tools write for a folder
                yield Arrived(info.key, mark)

    rules = _Rules(prefix, pattern, partitions, run_config, most_runs)
    return _sensor(
        name, job, resource, rules, listing, interval_seconds, running, description or f"Files under {prefix}"
    )


def file_sensor(
    *,
    name: str,
    job: Job,
    resource: str = "files",
    pattern: str = "*",
    partitions: FilePartitions | None = None,
    run_config: Configure | None = None,
    most_runs: int = _MOST_RUNS,
    interval_seconds: int = 60,
    running: bool = False,
    description: str | None = None,
) -> dg.SensorDefinition:
    """Give a sensor for files that arrive in the folder of a `FilesResource`; see `s3_file_sensor`.

    A file counts as another once its size or its time of change is another. Let files appear whole, by a rename.
    """

    def listing(files: FilesResource) -> Iterator[Arrived]:
        for path, relative in files.present():
            about = path.stat()
            yield Arrived(relative, f"{about.st_size}-{about.st_mtime_ns}")

    rules = _Rules("", pattern, partitions, run_config, most_runs)
    return _sensor(name, job, resource, rules, listing, interval_seconds, running, description or "Files that arrive")


@dataclass(frozen=True, slots=True)
class _Rules:
    prefix: str
    pattern: str
    partitions: FilePartitions | None
    run_config: Configure | None
    most_runs: int

    def partition(self, file: Arrived) -> str | None:
        return self.partitions.key(file.key.removeprefix(self.prefix)) if self.partitions is not None else None

    def wanted(self, file: Arrived) -> bool:
        fits = fnmatch.fnmatchcase(file.key.removeprefix(self.prefix), self.pattern)
        return fits and (self.partitions is None or self.partition(file) is not None)

    def request(self, file: Arrived, run_key: str) -> dg.RunRequest:
        return dg.RunRequest(
            run_key=run_key,
            run_config=self.run_config(file) if self.run_config is not None else None,
            tags={FILE_TAG: file.key, ETAG_TAG: file.etag},
            partition_key=self.partition(file),
        )


@dataclass(slots=True)
class Seen:
    """What a sensor has asked runs for, of what is still there: sorted hashes, in the cursor as text.

    >>> seen = Seen.read(None)
    >>> seen.hashes.add(Arrived("a.csv", "1").hash)
    >>> Seen.read(seen.cursor()).hashes == seen.hashes
    True
    """

    hashes: set[bytes] = field(default_factory=set)

    @classmethod
    def read(cls, cursor: str | None) -> Seen:
        """Read a cursor; one that is not of ours counts as empty, and Dagster knows the runs that there were."""
        if not cursor or not cursor.startswith(_VERSION):
            return cls()
        try:
            content = base64.b64decode(cursor.removeprefix(_VERSION), validate=True)
        except ValueError:
            return cls()
        return cls({content[place : place + _HASH_BYTES] for place in range(0, len(content), _HASH_BYTES)})

    def cursor(self) -> str:
        """Give the cursor."""
        return _VERSION + base64.b64encode(b"".join(sorted(self.hashes))).decode("ascii")


def arrivals(there: Iterable[Arrived], seen: Seen, most: int) -> tuple[list[Arrived], Seen, int]:
    """Give the files to ask runs for, what is seen then, and how many wait for the next tick.

    Args:
        there: All files that are there now.
        seen: What was seen before.
        most: How many to give.
    """
    here = sorted(there, key=lambda file: file.key)
    new = [file for file in here if file.hash not in seen.hashes]
    still = {file.hash for file in here} & seen.hashes
    chosen = new[:most]
    return chosen, Seen(still | {file.hash for file in chosen}), len(new) - len(chosen)


def _key(context: dg.SensorEvaluationContext, sensor: str, file: Arrived) -> str:
    """Give the key of a file's run: its own, but where that had a run before the last one of the file."""
    try:
        instance = context.instance
    except dg.DagsterInvariantViolationError:  # it is evaluated by hand, where no run is known
        return file.run_key
    last = _last_run(instance, {FILE_TAG: file.key, SENSOR_NAME_TAG: sensor})
    if last is None:
        return file.run_key
    if last.tags.get(ETAG_TAG) == file.etag:  # of a tick whose cursor was lost, or of a file that was gone meanwhile
        return last.tags.get(RUN_KEY_TAG, file.run_key)
    before = _last_run(instance, {RUN_KEY_TAG: file.run_key, SENSOR_NAME_TAG: sensor})
    return file.run_key if before is None else f"{file.run_key}:{last.run_id[:8]}"


def _last_run(instance: dg.DagsterInstance, tags: Mapping[str, str]) -> dg.DagsterRun | None:
    return next(iter(instance.get_runs(filters=dg.RunsFilter(tags=dict(tags)), limit=1)), None)


def _sensor(
    name: str,
    job: Job,
    resource: str,
    rules: _Rules,
    listing: Callable[[Any], Iterator[Arrived]],
    interval_seconds: int,
    running: bool,
    description: str,
) -> dg.SensorDefinition:
    for number, what in ((rules.most_runs, "most_runs"), (interval_seconds, "interval_seconds")):
        if not is_whole(number) or number < 1:
            raise UsageError(f"The sensor {name!r} needs a whole number from 1 for {what}.")

    def evaluate(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        there = filter(rules.wanted, listing(getattr(context.resources, resource)))
        chosen, seen, waiting = arrivals(there, Seen.read(context.cursor), rules.most_runs)
        if waiting:
            context.log.info(f"{waiting} more files wait for the next tick.")
        added: list[Any] = []
        if rules.partitions is not None:
            known = set(context.instance.get_dynamic_partitions(rules.partitions.name))
            keys = {key for file in chosen if (key := rules.partition(file)) is not None}
            if keys - known:
                added = [rules.partitions.definition.build_add_request(sorted(keys - known))]
        return dg.SensorResult(
            run_requests=[rules.request(file, _key(context, name, file)) for file in chosen],
            skip_reason=None if chosen else f"Nothing new among {len(seen.hashes)} files.",
            cursor=seen.cursor(),
            dynamic_partitions_requests=added,
        )

    return dg.SensorDefinition(
        name=name,
        evaluation_fn=evaluate,
        **({"job_name": job} if isinstance(job, str) else {"job": job}),
        required_resource_keys={resource},
        minimum_interval_seconds=interval_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED,
        description=description,
    )
