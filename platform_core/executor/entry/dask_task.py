"""A step's task on a Dask cluster: it starts the step's process on the worker's machine and watches it.

The process is `python -m platform_core.executor.entry.dask_step`, a client of the cluster, so that whatever the step's
function hands to Dask goes to all workers. The task itself leaves its place among the worker's threads to them.

Dask runs a task again when its worker is gone. A step must not run twice, so the task claims it first; the second says
that it found a claim.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from platform_core.needed import needed

SCHEDULER = "WORKBENCH_DASK_SCHEDULER"
_LOOK_SECONDS = 0.5  # between two looks at the process and the workers
_GRACE_SECONDS = 10.0  # for a process that is told to end


@dataclass(frozen=True)
class Order:
    """What the task is told: the step's name, its process, how many workers it waits for, and its time."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    workers: int
    seconds: float


@dataclass(frozen=True)
class End:
    """How the step ended: `done` with the exit code of its process, `stopped`, `late`, or `again` for a second run."""

    how: Literal["done", "stopped", "late", "again"]
    code: int = 0


def claim_of(name: str) -> str:
    """Give the name of the mark that a step has begun."""
    return f"{name}/claim"


def end_of(name: str) -> str:
    """Give the name of the mark that says how a step ended."""
    return f"{name}/end"


def stop_of(name: str) -> str:
    """Give the name of the event at which a step is to end."""
    return f"{name}/stop"


def log_of(name: str) -> str:
    """Give the topic of the lines that a step writes."""
    return f"{name}/log"


def carry_out(order: Order) -> None:
    """Wait for the workers, claim the step, run its process to its end, and leave word of that."""
    distributed = needed("distributed", "dask")
    client, worker = distributed.get_client(), distributed.get_worker()
    distributed.secede()  # its place is the step's own work's
    stop = distributed.Event(stop_of(order.name), client=client)
    while len(client.scheduler_info(n_workers=-1)["workers"]) < order.workers and not stop.wait(timeout=_LOOK_SECONDS):
        pass
    if stop.is_set():
        end = End("stopped")
    elif _published(client, claim_of(order.name), "begun"):
        try:
            end = _run(order, worker, stop)
        except OSError as error:  # there is no such program
            worker.log_event(log_of(order.name), f"{type(error).__name__}: {error}")
            end = End("done", 127)
    else:
        end = End("again")
    _published(client, end_of(order.name), end)


def _published(client: Any, name: str, what: object) -> bool:
    """Leave a mark with the scheduler, and say whether there was none of its name."""
    try:
        client.publish_dataset(what, name=name)
    except KeyError:
        return False
    return True


def _run(order: Order, worker: Any, stop: Any) -> End:
    program = [sys.executable if order.command[0] == "python" else order.command[0], *order.command[1:]]
    environment = {**os.environ, **order.environment, SCHEDULER: worker.scheduler.address}
    process = subprocess.Popen(  # noqa: S603 - the command of the settings
        program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    )
    reading = threading.Thread(target=_log, args=(process, worker, log_of(order.name)), daemon=True)
    reading.start()
    until, how = time.monotonic() + order.seconds, "done"
    try:
        while process.poll() is None and how == "done":
            if stop.wait(timeout=_LOOK_SECONDS):
                how = "stopped"
            elif time.monotonic() >= until:
                how = "late"
    finally:
        code = _ended(process)
    reading.join()
    return End(how, code)  # type: ignore[arg-type]  # the three words above


def _log(process: subprocess.Popen[str], worker: Any, topic: str) -> None:
    for line in process.stdout or ():
        worker.log_event(topic, line.rstrip("\n"))


def _ended(process: subprocess.Popen[str]) -> int:
    """Tell a process to end, kill it where it does not, and give its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            return process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()
