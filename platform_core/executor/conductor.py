"""The conducting of one run: which step runs when and where, and what its end means."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from dagster._core.events import STEP_EVENTS, DagsterEvent, EngineEventData
from dagster._core.execution.context.system import IStepContext, PlanOrchestrationContext
from dagster._core.execution.plan.step import ExecutionStep
from dagster._core.executor.base import Executor
from dagster._utils.error import SerializableErrorInfo

from platform_core.errors import UserError
from platform_core.executor.active import RoutedExecution
from platform_core.executor.body import StepOrder
from platform_core.executor.handler import Cause
from platform_core.executor.moves import Rule, default_rules, next_move, read_rules
from platform_core.executor.pool import (
    PoolFailed,
    PoolNote,
    Report,
    StepCrashed,
    StepDone,
    StepEvent,
    WorkerPool,
)
from platform_core.executor.routing import Placement, attempt_of, known_for, on_spec, placed
from platform_core.executor.settings import ExecutorSettings
from platform_core.executor.waking import Waker
from platform_core.executor.words import CAUSES, explained

_LOOK_AT_MEMORY = 0.2  # seconds between two looks at the memory of workers, where a limit is enforced
_LOOK_AT_POOLS = 1.0  # seconds between two claims of a place in a pool of the instance
_AT_LEAST = 30.0  # seconds after which everything is looked at, whatever came


@dataclass
class Flight:
    """A step that was started and is not done with."""

    step: ExecutionStep
    placement: Placement
    attempt: int
    move: int = 0
    followed: list[Rule] = field(default_factory=list)
    over_memory: bool = False
    launched: float = 0.0
    """When it was last started, in seconds since the epoch."""
    stored: int = 0
    """How many of the step's own events have come since then."""


class PoolError(Exception):
    """No step can run, since the code location cannot be imported in a process of its own."""


class Conductor:
    """Conducts a run.

    Args:
        executor: The executor, whose retry mode counts.
        settings: Its settings.
        context: Dagster's context of the run.
        active: Dagster's state of the run.
        pool: The warm workers.
        waker: What to wait with.
    """

    def __init__(
        self,
        executor: Executor,
        settings: ExecutorSettings,
        context: PlanOrchestrationContext,
        active: RoutedExecution,
        pool: WorkerPool,
        waker: Waker,
    ) -> None:
        self._executor = executor
        self._settings = settings
        self._context = context
        self._active = active
        self._pool = pool
        self._waker = waker
        self._flights: dict[str, Flight] = {}
        self._running: Counter[str] = Counter()
        self._placements: dict[str, Placement] = {}
        self._rules = default_rules() if settings.moves is None else read_rules(settings.moves)
        self._stopping = False

    def conduct(self) -> Iterator[DagsterEvent]:
        """Carry the run out; give every event of its steps and of the executor."""
        active = self._active
        while True:
            if active.check_for_interrupts():
                yield from self._interrupted()
                return
            while (step := active.next_step(self._has_room)) is not None:
                yield from self._start(step)
            yield from active.plan_events_iterator(self._context)
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
        return placement.where == "remote" or self._pool.free > 0

    def _placement(self, step: ExecutionStep) -> Placement:
        if step.key not in self._placements:
            try:
                self._placements[step.key] = placed(step.tags, self._settings)
            except UserError as error:
                raise PoolError(f"Step {step.key}: {error}") from None
        return self._placements[step.key]

    def _start(self, step: ExecutionStep) -> Iterator[DagsterEvent]:
        flight = Flight(step, self._placement(step), attempt_of(self._active, step.key))
        self._flights[step.key] = flight
        self._running[flight.placement.kind] += 1
        yield from self._launch(flight)

    def _launch(self, flight: Flight) -> Iterator[DagsterEvent]:
        spec = flight.placement.spec
        variables = dict(spec.options.get("environment_variables") or {}) if spec else {}
        known = known_for(flight.step, self._active.get_known_state())
        flight.launched, flight.stored = time.time(), 0
        self._pool.order(StepOrder(flight.step.key, known, variables))
        yield from ()

    def _done(self, flight: Flight) -> None:
        del self._flights[flight.step.key]
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
        return min(waits)

    def _hear(self, seconds: float) -> Iterator[DagsterEvent]:
        ready = self._waker.wait(self._pool.connections(), seconds)
        for report in self._pool.reports(ready):
            yield from self._take(report)
        self._look_at_memory()

    def _take(self, report: Report) -> Iterator[DagsterEvent]:
        match report:
            case StepEvent(step_key, event):
                yield from self._receive(self._flights[step_key], event)
            case StepDone(step_key, error):
                flight = self._flights[step_key]
                if self._active.in_flight(step_key):
                    yield from self._fail(flight, error or _error("The worker ended the step without a result."))
                self._done(flight)
            case StepCrashed(step_key, code):
                yield from self._crashed(self._flights[step_key], code)
            case PoolNote(message):
                yield DagsterEvent.engine_event(self._context, message)
            case PoolFailed(error):
                yield DagsterEvent.engine_event(
                    self._context, "The warm workers cannot start.", EngineEventData.engine_error(error)
                )
                raise PoolError(error.message)

    def _receive(self, flight: Flight, event: DagsterEvent) -> Iterator[DagsterEvent]:
        yield event
        flight.stored += event.event_type in STEP_EVENTS and event.step_key == flight.step.key
        if event.step_key != flight.step.key or not self._active.in_flight(flight.step.key):
            return
        self._active.handle_event(event)
        if event.is_resource_init_failure:
            error = event.engine_event_data.error
            yield from self._fail(flight, error or _error("A resource could not be set up."))

    def _fail(self, flight: Flight, error: SerializableErrorInfo) -> Iterator[DagsterEvent]:
        """Let a step fail, or be tried again where its own retry policy says so."""
        known = self._active.get_known_state()
        event = self._executor.log_failure_or_retry_event_after_error(self._of(flight), error, known)
        self._active.handle_event(event)
        yield event

    def _of(self, flight: Flight) -> IStepContext:
        return self._context.for_step(flight.step)

    # What ends badly

    def _crashed(self, flight: Flight, code: int) -> Iterator[DagsterEvent]:
        """Take the end of a worker process in the middle of a step."""
        yield from self._recover(flight)
        if not self._active.in_flight(flight.step.key):
            self._done(flight)
            return
        if flight.over_memory and flight.placement.spec is not None:
            size = flight.placement.spec["memory_mb"]
            message = f"The step held more than the {size} MB of memory that it asked for, and was stopped."
            yield from self._ended_badly(flight, Cause.OUT_OF_MEMORY, message)
            return
        # The machine's own lack of memory is not that of the kind: a larger size would not help here
        yield from self._ended_badly(flight, Cause.ERROR, f"The worker process of step {flight.step.key} {explained(code)}.")

    def _recover(self, flight: Flight) -> Iterator[DagsterEvent]:
        """Take the events that a worker stored and did not live to send."""
        entries = self._context.instance.all_logs(self._context.run_id, of_type=STEP_EVENTS)
        events = [
            entry.dagster_event
            for entry in entries
            if entry.dagster_event and entry.step_key == flight.step.key and entry.timestamp >= flight.launched
        ]
        for event in events[flight.stored :]:
            yield from self._receive(flight, event)

    def _ended_badly(self, flight: Flight, cause: Cause, message: str) -> Iterator[DagsterEvent]:
        """Move a step whose compute failed under it, or let it fail."""
        spec = flight.placement.spec if not self._stopping else None
        move = spec and next_move(spec, cause, flight.followed, self._rules, self._settings.most_moves)
        if not move:
            self._active.begin_again(flight.step)
            yield from self._fail(flight, _error(message))
            self._done(flight)
            return
        yield DagsterEvent.engine_event(self._of(flight), f"{message} It is carried out {move.words}.")
        self._running[flight.placement.kind] -= 1
        flight.placement = on_spec(move.spec, self._settings)
        self._running[flight.placement.kind] += 1
        flight.followed.append(move.rule)
        flight.move += 1
        flight.over_memory = False
        self._active.begin_again(flight.step)
        yield from self._launch(flight)

    # Limits and interrupts

    def _limit(self, flight: Flight) -> int | None:
        """Give how much memory a step may hold here, in bytes; None for no limit."""
        spec = flight.placement.spec
        if not self._settings.enforce_memory or flight.placement.where == "remote" or spec is None:
            return None
        return spec["memory_mb"] << 20 if "memory_mb" in spec.options else None

    def _look_at_memory(self) -> None:
        for flight in self._flights.values():
            limit = self._limit(flight)
            if limit is not None and not flight.over_memory and self._pool.memory_of(flight.step.key) > limit:
                flight.over_memory = True
                self._pool.signal(flight.step.key, signal.SIGKILL)

    def _interrupted(self) -> Iterator[DagsterEvent]:
        """Stop what runs; where the run is to be resumed, what runs here ends unseen, and starts again then."""
        self._active.mark_interrupted()
        keys = sorted(self._flights)
        if self._context.instance.run_will_resume(self._context.run_id):
            message = "The run worker was told to end. The run will be resumed: its steps are left as they are."
            yield DagsterEvent.engine_event(self._context, message, EngineEventData.interrupted(keys))
            return
        message = "The run is to stop: its steps are told to."
        yield DagsterEvent.engine_event(self._context, message, EngineEventData.interrupted(keys))
        for key in keys:
            self._pool.signal(key, signal.SIGINT)
        deadline = time.monotonic() + self._settings.stop_seconds
        self._stopping = True
        while self._flights:
            left = deadline - time.monotonic()
            if left <= 0 or self._active.check_for_interrupts():
                for key in self._flights:
                    self._pool.signal(key, signal.SIGKILL)
                deadline = time.monotonic() + self._settings.stop_seconds
                continue
            yield from self._hear(left)


def _error(message: str) -> SerializableErrorInfo:
    return SerializableErrorInfo(message, [], None)
