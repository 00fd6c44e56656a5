"""The conducting of one run: which step runs when and where, and what its end means."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dagster._core.events import DagsterEvent, DagsterEventType, EngineEventData
from dagster._core.storage.tags import PARTITION_NAME_TAG

from platform_core.compute_kinds import AUTO_TAG
from platform_core.errors import UserError
from platform_core.executor.automatic import redecided
from platform_core.executor.failures import Failures
from platform_core.executor.flights import Flight, last_launches, taken_up
from platform_core.executor.launches import assets_of
from platform_core.executor.pool import PoolFailed, PoolNote, Report, StepCrashed, StepDone, StepEvent
from platform_core.executor.providers import Providers
from platform_core.executor.routing import Placement, attempt_of, on_spec, placed
from platform_core.executor.stopping import leave_nothing, stop_steps
from platform_core.executor.under_way import CannotRunError, UnderWay, error_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster._core.execution.plan.step import ExecutionStep

    from platform_core.executor.waking import Waker

_LOOK_AT_MEMORY = 0.2  # seconds between two looks at the memory of workers, where a limit is enforced
_LOOK_AT_POOLS = 1.0  # seconds between two claims of a place in a pool of the instance
_ENDS = {
    DagsterEventType.STEP_SUCCESS,
    DagsterEventType.STEP_FAILURE,
    DagsterEventType.STEP_UP_FOR_RETRY,
    DagsterEventType.RESOURCE_INIT_FAILURE,
}
_AT_LEAST = 30.0  # seconds after which everything is looked at, whatever came


class Conductor:
    """Conducts a run.

    Args:
        steps: The steps under way, with all that they run on.
        waker: What to wait with.
    """

    def __init__(self, steps: UnderWay, waker: Waker) -> None:
        self._steps = steps
        self._settings, self._context = steps.settings, steps.context
        self._active, self._pool, self._remote = steps.active, steps.pool, steps.remote
        self._waker = waker
        self._failures = Failures(steps)
        self._providers = Providers(steps, self._failures)
        self._placements: dict[str, Placement] = {}
        self._kept: dict[str, dict[str, Any]] = {}
        self._looked_at = 0.0

    def conduct(self) -> Iterator[DagsterEvent]:
        """Carry the run out; give every event of its steps and of the executor."""
        try:
            yield from self._conducted()
        except Exception:
            leave_nothing(self._steps, self._waker)
            raise

    def _conducted(self) -> Iterator[DagsterEvent]:
        active = self._active
        if self._context.resume_from_failure:
            yield from self._resume()
        while True:
            if active.check_for_interrupts():
                yield from stop_steps(self._steps, self._failures, lambda most: self._hear(min(most, self._seconds())))
                return
            if self._steps.changed:
                self._steps.changed, self._looked_at = False, time.monotonic()
                yield from active.plan_events_iterator(self._context)
                while (step := active.next_step(self._has_room)) is not None:
                    yield from self._start(step)
                yield from active.concurrency_event_iterator(self._context)
                if active.is_complete and not self._steps.flights and not self._remote.busy():
                    return
            yield from self._hear(self._seconds())

    # What runs

    def _has_room(self, step: ExecutionStep) -> bool:
        if step.key in self._steps.flights:  # its last try is not done with: hooks may run
            return False
        placement = self._placement(step)
        limit = self._settings.concurrency.get(placement.kind)
        if limit is not None and self._steps.running[placement.kind] >= limit:
            return False
        if placement.where == "remote":
            return True
        self._pool.open()
        return self._pool.free > 0

    def _placement(self, step: ExecutionStep) -> Placement:
        if step.key not in self._placements:
            try:
                self._placements[step.key] = self._decided(step, placed(step.tags, self._settings))
            except UserError as error:
                raise CannotRunError(f"Step {step.key}: {error}") from None
        return self._placements[step.key]

    def _decided(self, step: ExecutionStep, placement: Placement) -> Placement:
        """Decide again where a step of `@auto_compute` runs, and say why in the log."""
        if AUTO_TAG not in step.tags:
            return placement
        instance, tags = self._context.instance, self._context.dagster_run.tags
        assets, partition = assets_of(self._context, step), tags.get(PARTITION_NAME_TAG)
        found, why = redecided(placement, instance, step.tags, assets, partition, self._settings)
        if why:
            self._context.log.info(f"Step {step.key} runs on {found.kind}: {why}.")
        return found

    def _start(self, step: ExecutionStep) -> Iterator[DagsterEvent]:
        flight = Flight(step, self._placement(step), attempt_of(self._active, step.key))
        if (kept := self._kept.pop(step.key, None)) is not None:
            taken_up(flight, kept, lambda spec: on_spec(spec, self._settings))
        elif flight.is_remote:
            yield from self._providers.read_log()  # what was written before is not of this try
        self._steps.add(flight)
        yield from self._steps.launch(flight)

    # What comes

    def _seconds(self) -> float:
        """Give how long nothing needs to be looked at that does not say so itself."""
        waits = [_AT_LEAST]
        if self._active.waits_for_pool():
            waits.append(_LOOK_AT_POOLS)
        if (retry := self._active.next_retry()) is not None:
            waits.append(max(0.0, retry - time.time()))
        if self._failures.watches_memory():
            waits.append(_LOOK_AT_MEMORY)
        if (due := self._providers.seconds()) is not None:
            waits.append(due)
        return min(waits)

    def _hear(self, seconds: float) -> Iterator[DagsterEvent]:
        free = self._pool.free
        ready = self._waker.wait(self._pool.connections(), seconds)
        for report in self._pool.reports(ready):
            yield from self._take(report)
        if self._remote.busy():
            yield from self._providers.hear()
        self._failures.look_at_memory()
        retry = self._active.next_retry()
        due = time.monotonic() >= self._looked_at + _LOOK_AT_POOLS or (retry is not None and retry <= time.time())
        self._steps.changed = self._steps.changed or due or self._remote.busy() or self._pool.free != free

    def _take(self, report: Report) -> Iterator[DagsterEvent]:
        steps = self._steps
        steps.changed = steps.changed or not isinstance(report, StepEvent)
        match report:
            case StepEvent(step_key, event):
                steps.changed = steps.changed or event.event_type in _ENDS
                yield from steps.receive(steps.flights[step_key], event)
            case StepDone(step_key, error):
                flight = steps.flights[step_key]
                if self._active.in_flight(step_key):
                    yield from steps.fail(flight, error or error_of("The worker ended the step without a result."))
                steps.done(flight)
            case StepCrashed(step_key, code):
                yield from self._failures.crashed(steps.flights[step_key], code)
            case PoolNote(message):
                yield DagsterEvent.engine_event(self._context, message, EngineEventData())
            case PoolFailed(error):
                message = "The warm workers cannot start."
                yield DagsterEvent.engine_event(self._context, message, EngineEventData.engine_error(error))
                raise CannotRunError(error.message)

    def _resume(self) -> Iterator[DagsterEvent]:
        """Take up a run whose worker has died: nothing that has ended runs again, remote work is looked for."""
        message = "The run is taken up again where its event log ends."
        yield DagsterEvent.engine_event(self._context, message, EngineEventData())
        events = self._providers.events_so_far()
        yield from events  # who runs the run is to know which steps have failed
        self._active.rebuild(events)
        self._kept = last_launches(events)
