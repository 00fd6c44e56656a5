"""A job with a step that is too much for one worker of a Dask cluster."""

import json
import os
from pathlib import Path

import dagster as dg
from distributed import Event, get_client

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec
from platform_core.executor import platform_executor

TAGS = {COMPUTE_TAG: ComputeSpec("dask", {"workers": 2}).to_json()}


def half(number: int) -> tuple[int, int]:
    """Make a half, which waits for the other: one worker of one thread could not make both."""
    Event(f"half-{number}").set()
    assert Event(f"half-{1 - number}").wait(60), "no other worker has begun"
    return os.getpid(), sum(range(number, 1000, 2))


@dg.op(tags=TAGS)
def whole() -> int:
    """Hand two halves to the cluster; leave who made what."""
    halves = get_client().gather(get_client().map(half, range(2), pure=False))
    told = json.loads(os.environ["WORKBENCH_STEP_COMPUTE"])["kind"]
    leave("whole", told, os.getpid(), *(pid for pid, _ in halves))
    return sum(part for _, part in halves)


@dg.op
def after(total: int) -> int:
    """Take the result here."""
    leave("after", total)
    return total


def leave(what: str, *more: object) -> None:
    """Leave a line in the file of `DASK_TRACE`."""
    with Path(os.environ["DASK_TRACE"]).open("a") as file:
        file.write(" ".join(map(str, (what, *more))) + "\n")


@dg.job(executor_def=platform_executor)
def on_dask() -> None:
    """A step on the cluster, and one here after it."""
    after(whole())
