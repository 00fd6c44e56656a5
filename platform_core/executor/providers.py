"""What comes from providers: the events that remote steps write, and what becomes of their work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dagster._core.events import DagsterEvent, DagsterEventType, EngineEventData

from platform_core.executor.handler import Cause, Phase
from platform_core.executor.moves import cause_of
from platform_core.executor.remote import Ended, Launched, Linked, Note, RemoteReport, Running
from platform_core.executor.tail import EventTail
from platform_core.executor.words import ended_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_core.executor.failures import Failures
    from platform_core.executor.under_way import UnderWay


class Providers:
    """Hears of the remote steps of a run.

    Args:
        steps: The steps under way.
        failures: What decides when work ends without a word of its step.
    """

    def __init__(self, steps: UnderWay, failures: Failures) -> None:
        self._steps, self._failures = steps, failures
        self._tail = EventTail(steps.context.instance, steps.context.run_id)
        self._read_at = 0.0

    def seconds(self) -> float | None:
        """Give the seconds until something is to be read or asked; None where nothing is."""
        due = self._steps.remote.seconds()
        if not self._steps.remote.busy():
            return due
        reading = max(0.0, self._read_at + self._steps.settings.event_poll_seconds - time.monotonic())
        return reading if due is None else min(reading, due)

    def hear(self) -> Iterator[DagsterEvent]:
        """Read and ask what is to be read and asked now."""
        if time.monotonic() >= self._read_at + self._steps.settings.event_poll_seconds:
            yield from self.read_log()
        for answer in list(self._steps.remote.reports()):
            yield from self._take(answer)

    def events_so_far(self) -> list[DagsterEvent]:
        """Give every event that stands in the log, for a run that is taken up again."""
        self._read_at = time.monotonic()
        return list(self._tail.new())

    def read_log(self, *, whole: bool = False) -> Iterator[DagsterEvent]:
        """Take the events that remote steps have written, those too that came late where the whole log is read."""
        steps = self._steps
        self._read_at = time.monotonic()
        for event in self._tail.new(whole=whole):
            flight = steps.flights.get(event.step_key or "")
            starting = event.event_type is DagsterEventType.STEP_WORKER_STARTING  # it is this process's own
            if flight is not None and flight.is_remote and not starting:
                yield from steps.receive(flight, event)
                if not steps.active.in_flight(flight.key):
                    steps.done(flight)

    def _take(self, report: RemoteReport) -> Iterator[DagsterEvent]:
        if isinstance(report, Linked):
            step = self._steps.active.get_step_by_key(report.step_key)
            context, words = self._steps.context.for_step(step), f"The step's log: {report.log_url}"
            yield DagsterEvent.engine_event(context, words, EngineEventData())
            return
        flight = self._steps.flights.get(report.step_key)
        if flight is None:  # it told its end itself, just now
            return
        kind = flight.placement.kind
        match report:
            case Launched(_, remote_id):
                yield self._steps.note(flight, f"The step is on {kind} as {remote_id}.")
            case Running(_, state):
                log = f" Its log: {state.log_url}" if state.log_url else ""
                yield self._steps.note(flight, f"The step runs on {kind}.{log}")
            case Note(_, message):
                yield self._steps.note(flight, message)
            case Ended(_, state, lines):
                yield from self.read_log()
                if self._steps.flights.get(flight.key) is flight:
                    yield from self.read_log(whole=True)
                if self._steps.flights.get(flight.key) is not flight:  # it told its end itself
                    return
                if lines:
                    yield self._steps.note(flight, "\n".join(("The last lines of its log:", *lines)))
                cause = Cause.ERROR if state.phase is Phase.SUCCEEDED else cause_of(state.phase, state.cause)
                yield from self._failures.ended_badly(flight, cause, ended_in_words(kind, state))
