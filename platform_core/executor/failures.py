"""What ends badly: a worker that dies, memory that is not there, compute that fails under a step."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from dagster._core.events import STEP_EVENTS, DagsterEvent

from platform_core.executor.handler import Cause
from platform_core.executor.moves import default_rules, next_move, read_rules
from platform_core.executor.routing import on_spec
from platform_core.executor.under_way import UnderWay, error_of
from platform_core.executor.words import explained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_core.executor.flights import Flight


class Failures:
    """Decides what follows a failure, by the rules.

    Args:
        steps: The steps under way.
    """

    def __init__(self, steps: UnderWay) -> None:
        self._steps = steps
        moves = steps.settings.moves
        self._rules = default_rules() if moves is None else read_rules(moves)

    def crashed(self, flight: Flight, code: int) -> Iterator[DagsterEvent]:
        """Take the end of a worker process in the middle of a step."""
        yield from self._recover(flight)
        if not self._steps.active.in_flight(flight.key):
            self._steps.done(flight)
        elif flight.over_memory and flight.placement.spec is not None:
            size = flight.placement.spec["memory_mb"]
            message = f"The step held more than the {size} MB of memory that it asked for, and was stopped."
            yield from self.ended_badly(flight, Cause.OUT_OF_MEMORY, message)
        else:  # the machine's own lack of memory is not that of the kind: a larger size would not help here
            message = f"The worker process of step {flight.key} {explained(code)}."
            yield from self.ended_badly(flight, Cause.ERROR, message)

    def ended_badly(self, flight: Flight, cause: str, message: str) -> Iterator[DagsterEvent]:
        """Move a step whose compute failed under it, or let it fail."""
        steps = self._steps
        spec = flight.placement.spec if not steps.stopping else None
        move = spec and next_move(spec, cause, flight.followed, self._rules, steps.settings.most_moves)
        steps.active.begin_again(flight.step)
        if not move:
            yield from steps.fail(flight, error_of(message))
            steps.done(flight)
            return
        yield steps.note(flight, f"{message} It is carried out {move.words}.")
        steps.done(flight)
        flight.placement = on_spec(move.spec, steps.settings)
        flight.followed.append(move.rule)
        flight.move += 1
        steps.add(flight)
        yield from steps.launch(flight)

    def watches_memory(self) -> bool:
        """Say whether a step runs here that is held to its memory."""
        return any(self._limit(flight) for flight in self._steps.flights.values())

    def look_at_memory(self) -> None:
        """End the processes of steps that hold more memory than they asked for, where that is enforced."""
        for flight in self._steps.flights.values():
            limit = self._limit(flight)
            if limit is not None and not flight.over_memory and self._steps.pool.memory_of(flight.key) > limit:
                flight.over_memory = True
                self._steps.pool.signal(flight.key, signal.SIGKILL)

    def _limit(self, flight: Flight) -> int | None:
        """Give how much memory a step may hold here, in bytes; None for no limit."""
        spec = flight.placement.spec
        if not self._steps.settings.enforce_memory or flight.is_remote or spec is None:
            return None
        return spec["memory_mb"] << 20 if "memory_mb" in spec.options else None

    def _recover(self, flight: Flight) -> Iterator[DagsterEvent]:
        """Take the events that a worker stored and did not live to send."""
        context = self._steps.context
        entries = context.instance.all_logs(context.run_id, of_type=STEP_EVENTS)
        events = [
            entry.dagster_event
            for entry in entries
            if entry.dagster_event and entry.step_key == flight.key and entry.timestamp >= flight.launched
        ]
        for event in events[flight.stored :]:
            yield from self._steps.receive(flight, event)
