"""The end of a run before its time: it is cancelled, its worker is told to go, or it cannot go on."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from dagster._core.events import DagsterEvent, EngineEventData

from platform_core.executor.handler import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from platform_core.executor.failures import Failures
    from platform_core.executor.under_way import UnderWay
    from platform_core.executor.waking import Waker


def stop_steps(
    steps: UnderWay, failures: Failures, hear: Callable[[float], Iterator[DagsterEvent]]
) -> Iterator[DagsterEvent]:
    """Stop what runs; where the run is to be resumed, leave it: what runs here ends, and starts again then.

    Args:
        steps: The steps under way.
        failures: What says of a step that it did not end in time.
        hear: Waits for what comes, so many seconds at most.
    """
    steps.active.mark_interrupted()
    keys = sorted(steps.flights)
    if steps.context.instance.run_will_resume(steps.context.run_id):
        message = "The run worker was told to end. The run will be resumed: its remote steps go on."
        yield DagsterEvent.engine_event(steps.context, message, EngineEventData.interrupted(keys))
        return
    message = "The run is to stop: its steps are told to."
    yield DagsterEvent.engine_event(steps.context, message, EngineEventData.interrupted(keys))
    steps.stopping = True
    for key in keys:
        steps.remote.stop(key)
        steps.pool.signal(key, signal.SIGINT)
    deadline = time.monotonic() + steps.settings.stop_seconds
    while steps.flights:
        left = deadline - time.monotonic()
        if left > 0 and not steps.active.check_for_interrupts():
            yield from hear(left)
            continue
        for flight in list(steps.flights.values()):
            if flight.is_remote:
                yield steps.note(flight, "The work did not stop in time, and may still run.")
                yield from failures.ended_badly(flight, Cause.CANCELLED, "The run was stopped.")
            else:
                steps.pool.signal(flight.key, signal.SIGKILL)
        deadline = time.monotonic() + steps.settings.stop_seconds


def leave_nothing(steps: UnderWay, waker: Waker) -> None:
    """Stop the remote work of a run that cannot go on."""
    for key in steps.flights:
        steps.remote.stop(key)
    deadline = time.monotonic() + steps.settings.stop_seconds
    while steps.remote.busy() and (left := deadline - time.monotonic()) > 0:
        due = steps.remote.seconds()
        waker.wait([], left if due is None else min(left, due))
        list(steps.remote.reports())
