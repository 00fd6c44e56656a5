"""The steps of a run that are under way: each is launched, its events are taken, and it ends or fails."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dagster._core.events import STEP_EVENTS, DagsterEvent, EngineEventData
from dagster._core.execution.plan.objects import StepFailureData
from dagster_shared.error import SerializableErrorInfo

from platform_core.executor.body import StepOrder
from platform_core.executor.flights import Flight, write_launch
from platform_core.executor.launches import step_launch
from platform_core.executor.routing import known_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster._core.execution.context.system import IStepContext, PlanOrchestrationContext
    from dagster._core.executor.base import Executor

    from platform_core.executor.active import RoutedExecution
    from platform_core.executor.pool import WorkerPool
    from platform_core.executor.remote import RemoteSteps
    from platform_core.executor.settings import ExecutorSettings


class CannotRunError(Exception):
    """No step can run: the code location cannot be imported in a process of its own, or a tag is wrong."""


class UnderWay:
    """The steps under way, for those who conduct them, hear of them and stop them.

    Args:
        executor: The executor, whose retry mode counts.
        settings: Its settings.
        context: Dagster's context of the run.
        active: Dagster's state of the run.
        pool: The warm workers.
        remote: The remote work.
    """

    def __init__(
        self,
        executor: Executor,
        settings: ExecutorSettings,
        context: PlanOrchestrationContext,
        active: RoutedExecution,
        pool: WorkerPool,
        remote: RemoteSteps,
    ) -> None:
        self.executor, self.settings, self.context = executor, settings, context
        self.active, self.pool, self.remote = active, pool, remote
        self.flights: dict[str, Flight] = {}
        self.running: Counter[str] = Counter()
        """How many steps of each kind are under way."""
        self.stopping = False
        self.changed = True
        """Whether something came since the last look for steps to start: each look goes through all that wait."""

    def add(self, flight: Flight) -> None:
        """Count a step as under way."""
        self.flights[flight.key] = flight
        self.running[flight.placement.kind] += 1

    def done(self, flight: Flight) -> None:
        """Be done with a step."""
        self.changed = True
        self.remote.forget(flight.key)
        del self.flights[flight.key]
        self.running[flight.placement.kind] -= 1

    def launch(self, flight: Flight) -> Iterator[DagsterEvent]:
        """Start a step where its placement says."""
        known = known_for(flight.step, self.active.get_known_state())
        if flight.is_remote:
            yield write_launch(self.of(flight), flight, f"Starting the step on {flight.placement.kind}.")
            flight.begin()
            most = self.settings.concurrency.get(flight.placement.kind)
            self.remote.begin(step_launch(self.context, flight, known, self.executor.retries, most))
            return
        if flight.move:
            yield write_launch(self.of(flight), flight, "Starting the step in a warm worker once more.")
        flight.begin()
        spec = flight.placement.spec
        variables = dict(spec.options.get("environment_variables") or {}) if spec else {}
        self.pool.order(StepOrder(flight.key, known, variables))

    def receive(self, flight: Flight, event: DagsterEvent) -> Iterator[DagsterEvent]:
        """Take an event that a step has written."""
        yield event
        flight.stored += event.event_type in STEP_EVENTS and event.step_key == flight.key
        if event.step_key != flight.key or not self.active.in_flight(flight.key):
            return
        self.active.handle_event(event)
        if event.is_resource_init_failure:
            yield from self.fail(flight, event.engine_event_data.error or error_of("A resource could not be set up."))

    def fail(self, flight: Flight, error: SerializableErrorInfo) -> Iterator[DagsterEvent]:
        """Let a step fail, or be tried again where its own retry policy says so."""
        if self.stopping:
            # Dagster's class has no types of its own
            data = StepFailureData(error=error, user_failure_data=None)  # type: ignore[no-untyped-call]
            event = DagsterEvent.step_failure_event(self.of(flight), data)
        else:
            known = self.active.get_known_state()
            event = self.executor.log_failure_or_retry_event_after_error(self.of(flight), error, known)
        self.active.handle_event(event)
        yield event

    def of(self, flight: Flight) -> IStepContext:
        """Give Dagster's context of a step."""
        return self.context.for_step(flight.step)

    def note(self, flight: Flight, message: str) -> DagsterEvent:
        """Say something in the event log of a step."""
        return DagsterEvent.engine_event(self.of(flight), message, EngineEventData())


def error_of(message: str) -> SerializableErrorInfo:
    """Give an error that Dagster keeps, from what it says."""
    return SerializableErrorInfo(message, [], None)
