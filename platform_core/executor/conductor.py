"""The conducting of one run: which step runs when and where, and what its end means."""

from __future__ import annotations

import signal
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from dagster._core.events import STEP_EVENTS, DagsterEvent, DagsterEventType, EngineEventData
from dagster._core.execution.plan.objects import StepFailureData
from dagster._core.storage.tags import PARTITION_NAME_TAG
from dagster_shared.error import SerializableErrorInfo

from platform_core.compute_kinds import AUTO_TAG
from platform_core.errors import UserError
from platform_core.executor.automatic import redecided
from platform_core.executor.body import StepOrder
from platform_core.executor.flights import Flight, last_launches, taken_up, write_launch
from platform_core.executor.handler import Cause, Phase
from platform_core.executor.launches import assets_of, step_launch
from platform_core.executor.moves import cause_of, default_rules, next_move, read_rules
from platform_core.executor.pool import PoolFailed, PoolNote, Report, StepCrashed, StepDone, StepEvent, WorkerPool
from platform_core.executor.remote import Ended, Launched, Note, RemoteReport, RemoteSteps, Running
from platform_core.executor.routing import Placement, attempt_of, known_for, on_spec, placed
from platform_core.executor.tail import EventTail
from platform_core.executor.words import ended_in_words, explained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster._core.execution.context.system import IStepContext, PlanOrchestrationContext
    from dagster._core.execution.plan.step import ExecutionStep
    from dagster._core.executor.base import Executor

    from platform_core.executor.active import RoutedExecution
    from platform_core.executor.settings import ExecutorSettings
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


class CannotRunError(Exception):
    """No step can run: the code location cannot be imported in a process of its own, or a tag is wrong."""


class Conductor:
    """Conducts a run.

    Args:
        executor: The executor, whose retry mode counts.
        settings: Its settings.
        context: Dagster's context of the run.
        active: Dagster's state of the run.
        pool: The warm workers.
        remote: The remote work.
        waker: What to wait with.
    """

    def __init__(
        self,
        executor: Executor,
        settings: ExecutorSettings,
        context: PlanOrchestrationContext,
        active: RoutedExecution,
        pool: WorkerPool,
        remote: RemoteSteps,
        waker: Waker,
    ) -> None:
        self._executor = executor
        self._settings = settings
        self._context = context
        self._active = active
        self._pool = pool
        self._remote = remote
        self._waker = waker
        self._tail = EventTail(context.instance, context.run_id)
        self._read_at = 0.0
        self._flights: dict[str, Flight] = {}
        self._running: Counter[str] = Counter()
        self._placements: dict[str, Placement] = {}
        self._kept: dict[str, dict[str, Any]] = {}
        self._rules = default_rules() if settings.moves is None else read_rules(settings.moves)
        self._stopping = False
        self._looked_at = 0.0
        self._changed = True
        """Whether something came since the last look for steps to start: each look goes through all that wait."""

    def conduct(self) -> Iterator[DagsterEvent]:
        """Carry the run out; give every event of its steps and of the executor."""
        try:
            yield from self._steps()
        except Exception:
            self._leave_nothing()
            raise

    def _steps(self) -> Iterator[DagsterEvent]:
        active = self._active
        if self._context.resume_from_failure:
            yield from self._resume()
        while True:
            if active.check_for_interrupts():
                yield from self._interrupted()
                return
            if self._changed:
                self._changed, self._looked_at = False, time.monotonic()
                yield from active.plan_events_iterator(self._context)
                while (step := active.next_step(self._has_room)) is not None:
                    yield from self._start(step)
                yield from active.concurrency_event_iterator(self._context)
                if active.is_complete and not self._flights:
                    return
            yield from self._hear(self._seconds())

    # What runs

    def _has_room(self, step: ExecutionStep) -> bool:
        if step.key in self._flights:  # its last try is not done with: hooks may run
            return False
        placement = self._placement(step)
        limit = self._settings.concurrency.get(placement.kind)
        if limit is not None and self._running[placement.kind] >= limit:
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
            yield from self._read_log()  # what was written before is not of this try
        self._add(flight)
        yield from self._launch(flight)

    def _launch(self, flight: Flight) -> Iterator[DagsterEvent]:
        known = known_for(flight.step, self._active.get_known_state())
        if flight.is_remote:
            yield write_launch(self._of(flight), flight, f"Starting the step on {flight.placement.kind}.")
            flight.begin()
            self._remote.begin(step_launch(self._context, flight, known, self._executor.retries))
            return
        if flight.move:
            yield write_launch(self._of(flight), flight, "Starting the step in a warm worker once more.")
        flight.begin()
        spec = flight.placement.spec
        variables = dict(spec.options.get("environment_variables") or {}) if spec else {}
        self._pool.order(StepOrder(flight.key, known, variables))

    def _add(self, flight: Flight) -> None:
        self._flights[flight.key] = flight
        self._running[flight.placement.kind] += 1

    def _done(self, flight: Flight) -> None:
        self._changed = True
        self._remote.forget(flight.key)
        del self._flights[flight.key]
        self._running[flight.placement.kind] -= 1

    # What comes

    def _seconds(self) -> float:
        """Give how long nothing needs to be looked at that does not say so itself."""
        waits = [_AT_LEAST]
        if self._active.waits_for_pool():
            waits.append(_LOOK_AT_POOLS)
        if (retry := self._active.next_retry()) is not None:
            waits.append(max(0.0, retry - time.time()))
        if any(self._limit(flight) for flight in self._flights.values()):
            waits.append(_LOOK_AT_MEMORY)
        if self._remote.busy():
            waits.append(max(0.0, self._read_at + self._settings.event_poll_seconds - time.monotonic()))
        if (due := self._remote.seconds()) is not None:
            waits.append(due)
        return min(waits)

    def _hear(self, seconds: float) -> Iterator[DagsterEvent]:
        free = self._pool.free
        ready = self._waker.wait(self._pool.connections(), seconds)
        for report in self._pool.reports(ready):
            yield from self._take(report)
        if self._remote.busy():
            if time.monotonic() >= self._read_at + self._settings.event_poll_seconds:
                yield from self._read_log()
            for answer in list(self._remote.reports()):
                yield from self._take_remote(answer)
        self._look_at_memory()
        retry = self._active.next_retry()
        due = time.monotonic() >= self._looked_at + _LOOK_AT_POOLS or (retry is not None and retry <= time.time())
        self._changed = self._changed or due or self._remote.busy() or self._pool.free != free

    def _take(self, report: Report) -> Iterator[DagsterEvent]:
        self._changed = self._changed or not isinstance(report, StepEvent)
        match report:
            case StepEvent(step_key, event):
                self._changed = self._changed or event.event_type in _ENDS
                yield from self._receive(self._flights[step_key], event)
            case StepDone(step_key, error):
                flight = self._flights[step_key]
                if self._active.in_flight(step_key):
                    yield from self._fail(flight, error or _error("The worker ended the step without a result."))
                self._done(flight)
            case StepCrashed(step_key, code):
                yield from self._crashed(self._flights[step_key], code)
            case PoolNote(message):
                yield DagsterEvent.engine_event(self._context, message, EngineEventData())
            case PoolFailed(error):
                message = "The warm workers cannot start."
                yield DagsterEvent.engine_event(self._context, message, EngineEventData.engine_error(error))
                raise CannotRunError(error.message)

    def _receive(self, flight: Flight, event: DagsterEvent) -> Iterator[DagsterEvent]:
        yield event
        flight.stored += event.event_type in STEP_EVENTS and event.step_key == flight.key
        if event.step_key != flight.key or not self._active.in_flight(flight.key):
            return
        self._active.handle_event(event)
        if event.is_resource_init_failure:
            yield from self._fail(flight, event.engine_event_data.error or _error("A resource could not be set up."))

    def _fail(self, flight: Flight, error: SerializableErrorInfo) -> Iterator[DagsterEvent]:
        """Let a step fail, or be tried again where its own retry policy says so."""
        if self._stopping:
            # Dagster's class has no types of its own
            data = StepFailureData(error=error, user_failure_data=None)  # type: ignore[no-untyped-call]
            event = DagsterEvent.step_failure_event(self._of(flight), data)
        else:
            known = self._active.get_known_state()
            event = self._executor.log_failure_or_retry_event_after_error(self._of(flight), error, known)
        self._active.handle_event(event)
        yield event

    def _of(self, flight: Flight) -> IStepContext:
        return self._context.for_step(flight.step)

    def _note(self, flight: Flight, message: str) -> DagsterEvent:
        return DagsterEvent.engine_event(self._of(flight), message, EngineEventData())

    # What comes from providers

    def _read_log(self) -> Iterator[DagsterEvent]:
        """Take the events that remote steps have written."""
        self._read_at = time.monotonic()
        for event in self._tail.new():
            flight = self._flights.get(event.step_key or "")
            starting = event.event_type is DagsterEventType.STEP_WORKER_STARTING  # it is this process's own
            if flight is not None and flight.is_remote and not starting:
                yield from self._receive(flight, event)
                if not self._active.in_flight(flight.key):
                    self._done(flight)

    def _take_remote(self, report: RemoteReport) -> Iterator[DagsterEvent]:
        flight = self._flights.get(report.step_key)
        if flight is None:  # it told its end itself, just now
            return
        match report:
            case Launched(_, remote_id):
                yield self._note(flight, f"The step is on {flight.placement.kind} as {remote_id}.")
            case Running(_, state):
                log = f" Its log: {state.log_url}" if state.log_url else ""
                yield self._note(flight, f"The step runs on {flight.placement.kind}.{log}")
            case Note(_, message):
                yield self._note(flight, message)
            case Ended(_, state, lines):
                yield from self._read_log()
                if self._flights.get(flight.key) is not flight:  # it told its end itself
                    return
                if lines:
                    yield self._note(flight, "\n".join(("The last lines of its log:", *lines)))
                message = ended_in_words(flight.placement.kind, state)
                if state.phase is Phase.SUCCEEDED:
                    yield from self._ended_badly(flight, Cause.ERROR, message)
                else:
                    yield from self._ended_badly(flight, cause_of(state.phase, state.cause), message)

    # What ends badly

    def _crashed(self, flight: Flight, code: int) -> Iterator[DagsterEvent]:
        """Take the end of a worker process in the middle of a step."""
        yield from self._recover(flight)
        if not self._active.in_flight(flight.key):
            self._done(flight)
        elif flight.over_memory and flight.placement.spec is not None:
            size = flight.placement.spec["memory_mb"]
            message = f"The step held more than the {size} MB of memory that it asked for, and was stopped."
            yield from self._ended_badly(flight, Cause.OUT_OF_MEMORY, message)
        else:  # the machine's own lack of memory is not that of the kind: a larger size would not help here
            message = f"The worker process of step {flight.key} {explained(code)}."
            yield from self._ended_badly(flight, Cause.ERROR, message)

    def _recover(self, flight: Flight) -> Iterator[DagsterEvent]:
        """Take the events that a worker stored and did not live to send."""
        entries = self._context.instance.all_logs(self._context.run_id, of_type=STEP_EVENTS)
        events = [
            entry.dagster_event
            for entry in entries
            if entry.dagster_event and entry.step_key == flight.key and entry.timestamp >= flight.launched
        ]
        for event in events[flight.stored :]:
            yield from self._receive(flight, event)

    def _ended_badly(self, flight: Flight, cause: str, message: str) -> Iterator[DagsterEvent]:
        """Move a step whose compute failed under it, or let it fail."""
        spec = flight.placement.spec if not self._stopping else None
        move = spec and next_move(spec, cause, flight.followed, self._rules, self._settings.most_moves)
        self._active.begin_again(flight.step)
        if not move:
            yield from self._fail(flight, _error(message))
            self._done(flight)
            return
        yield self._note(flight, f"{message} It is carried out {move.words}.")
        self._done(flight)
        flight.placement = on_spec(move.spec, self._settings)
        flight.followed.append(move.rule)
        flight.move += 1
        self._add(flight)
        yield from self._launch(flight)

    # Limits, interrupts, and a run that is taken up again

    def _limit(self, flight: Flight) -> int | None:
        """Give how much memory a step may hold here, in bytes; None for no limit."""
        spec = flight.placement.spec
        if not self._settings.enforce_memory or flight.is_remote or spec is None:
            return None
        return spec["memory_mb"] << 20 if "memory_mb" in spec.options else None

    def _look_at_memory(self) -> None:
        for flight in self._flights.values():
            limit = self._limit(flight)
            if limit is not None and not flight.over_memory and self._pool.memory_of(flight.key) > limit:
                flight.over_memory = True
                self._pool.signal(flight.key, signal.SIGKILL)

    def _interrupted(self) -> Iterator[DagsterEvent]:
        """Stop what runs; where the run is to be resumed, leave it: what runs here ends, and starts again then."""
        self._active.mark_interrupted()
        keys = sorted(self._flights)
        if self._context.instance.run_will_resume(self._context.run_id):
            message = "The run worker was told to end. The run will be resumed: its remote steps go on."
            yield DagsterEvent.engine_event(self._context, message, EngineEventData.interrupted(keys))
            return
        message = "The run is to stop: its steps are told to."
        yield DagsterEvent.engine_event(self._context, message, EngineEventData.interrupted(keys))
        self._stopping = True
        for key in keys:
            self._remote.stop(key)
            self._pool.signal(key, signal.SIGINT)
        deadline = time.monotonic() + self._settings.stop_seconds
        while self._flights:
            left = deadline - time.monotonic()
            if left > 0 and not self._active.check_for_interrupts():
                yield from self._hear(min(left, self._seconds()))
                continue
            for flight in list(self._flights.values()):
                if flight.is_remote:
                    yield self._note(flight, "The work did not stop in time, and may still run.")
                    yield from self._ended_badly(flight, Cause.CANCELLED, "The run was stopped.")
                else:
                    self._pool.signal(flight.key, signal.SIGKILL)
            deadline = time.monotonic() + self._settings.stop_seconds

    def _leave_nothing(self) -> None:
        """Stop the remote work of a run that cannot go on."""
        for key in self._flights:
            self._remote.stop(key)
        deadline = time.monotonic() + self._settings.stop_seconds
        while self._remote.busy() and (left := deadline - time.monotonic()) > 0:
            due = self._remote.seconds()
            self._waker.wait([], left if due is None else min(left, due))
            list(self._remote.reports())

    def _resume(self) -> Iterator[DagsterEvent]:
        """Take up a run whose worker has died: nothing that has ended runs again, remote work is looked for."""
        message = "The run is taken up again where its event log ends."
        yield DagsterEvent.engine_event(self._context, message, EngineEventData())
        self._read_at = time.monotonic()
        events = list(self._tail.new())
        yield from events  # who runs the run is to know which steps have failed
        self._active.rebuild(events)
        self._kept = last_launches(events)


def _error(message: str) -> SerializableErrorInfo:
    return SerializableErrorInfo(message, [], None)
