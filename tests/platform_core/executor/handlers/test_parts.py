"""A step that makes a range of partitions, as parts side by side which Dagster sees as one step."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import pytest
from dagster._core.definitions.reconstruct import ReconstructableRepository

from platform_core.compute_kinds import ComputeSpec
from platform_core.executor.handler import Phase, StepLaunch
from tests.platform_core.executor.handlers.conftest import Remote
from tests.platform_core.executor.handlers.ranged_steps import BUCKET, KEYS
from tests.platform_core.executor.handlers.remote_steps import payload_of_job

OPTIONS: dict[str, dict[str, Any]] = {"batch": {}, "eks": {"max_nodes": 2}}


def launched(remote: Remote, kind: str, **tags: str) -> StepLaunch:
    place = str(Path(__file__).with_name("ranged_steps.py"))
    job = ReconstructableRepository.for_file(place, "defs").get_reconstructable_job("all_months")
    span = {"dagster/asset_partition_range_start": KEYS[0], "dagster/asset_partition_range_end": KEYS[-1]}
    run_id, payload = payload_of_job(remote.instance, job, "months", {**span, **tags})
    labels, ends = {"partitions": str(len(KEYS))}, (KEYS[0], KEYS[-1])
    return StepLaunch(run_id, "months", 1, 0, ComputeSpec(kind, OPTIONS[kind]), payload, "all_months", labels, ends)  # type: ignore[arg-type]


def made(run_id: str) -> dict[str, int]:
    """Give the part that made each partition."""
    client = boto3.client("s3")
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=f"months/{run_id}/").get("Contents", [])
    return {
        one["Key"].rsplit("/", 1)[1]: json.loads(client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read())[
            "part"
        ]
        for one in listed
    }


@pytest.mark.parametrize(("kind", "parts"), [("batch", 5), ("eks", 2)])
def test_parts_make_each_partition_once_and_are_one_step(remote: Remote, kind: str, parts: int) -> None:
    handler, step = remote.handler(kind, command=None), launched(remote, kind)
    remote_id = handler.launch(step)
    assert remote.ended(handler, remote_id).phase is Phase.SUCCEEDED, handler.last_lines(remote_id, 20)
    by_part = made(step.run_id)
    assert sorted(by_part) == KEYS
    assert set(by_part.values()) == set(range(parts))
    events = Counter(remote.events(step))
    assert (events["STEP_START"], events["STEP_OUTPUT"], events["STEP_SUCCESS"]) == (1, 1, 1)
    assert events["ASSET_MATERIALIZATION"] == len(KEYS)
    assert remote.events(step)[-1] == "STEP_SUCCESS"


@pytest.mark.parametrize("kind", ["batch", "eks"])
def test_a_part_that_fails_fails_the_step_once(remote: Remote, kind: str) -> None:
    handler, step = remote.handler(kind, command=None), launched(remote, kind, fails="1")
    assert remote.ended(handler, handler.launch(step)).phase is Phase.FAILED
    events = Counter(remote.events(step))
    assert (events["STEP_SUCCESS"], events["STEP_FAILURE"]) == (0, 1)
