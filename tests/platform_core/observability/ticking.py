"""Ticks of Dagster's own sensor daemon, each in a process of its own that may be killed at a named point.

    python ticking.py HOME POINT...

For each point: a tick that is killed there with SIGKILL, then a tick that is not. Prints, as JSON, the
run keys of all runs that there are after each. A new file arrives before each killed tick.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import freeze_time
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.sensor import execute_sensor_iteration

QUIET = {
    "telemetry": {"enabled": False},
    "run_launcher": {"module": "dagster._core.test_utils", "class": "MockedRunLauncher"},
}
START = datetime(2026, 1, 5, 6, tzinfo=UTC)


def tick(home: str, moment: datetime, point: str | None) -> None:
    origin = LoadableTargetOrigin(
        executable_path=sys.executable, python_file=str(Path(__file__).with_name("arriving.py")), attribute="defs"
    )
    flags = {"permits_arrived": {point: signal.SIGKILL}} if point is not None else None
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(home, overrides=QUIET)) as instance, freeze_time(moment):
        target = InProcessWorkspaceLoadTarget(InProcessCodeLocationOrigin(origin, location_name="arriving"))
        with WorkspaceProcessContext(instance, target) as workspace:
            list(
                execute_sensor_iteration(workspace, logging.getLogger("tick"), None, None, debug_crash_flags=flags)
                or ()
            )


def in_a_process(home: str, moment: datetime, point: str | None) -> bool:
    """Run a tick, and say whether it was killed."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        try:
            tick(home, moment, point)
        except BaseException:
            logging.exception("a tick failed")
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    assert status == 0, status
    return False


def arrive(name: str) -> None:
    import boto3

    boto3.client("s3").put_object(Bucket=os.environ["ARRIVING_BUCKET"], Key=f"raw/permits/{name}", Body=name.encode())


def main() -> None:
    home, *points = sys.argv[1:]
    # Once for all, before the first process is forked: imports, and Dagster's tables
    for name in ("boto3", "obstore.store", "obstore.auth.boto3", "arriving"):
        import_module(name)
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(home, overrides=QUIET)) as instance:
        instance.get_runs()
    told = []
    moment = START
    for number, point in enumerate(points):
        # The client that puts files belongs to a process of its own too: nothing of it may be forked
        if not (child := os.fork()):
            arrive(f"{number}.csv")
            os._exit(0)
        os.waitpid(child, 0)
        killed = []
        for at in (point, None):
            moment += timedelta(minutes=2)
            killed.append(in_a_process(home, moment, at))
        with dg.DagsterInstance.from_ref(InstanceRef.from_dir(home, overrides=QUIET)) as instance:
            keys = sorted(run.tags["dagster/run_key"].split(":")[0] for run in instance.get_runs())
        told.append(
            {
                "point": point,
                "killed": killed,
                "keys": keys,
            }
        )
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
