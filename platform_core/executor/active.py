"""Dagster's state of a run, with steps that wait where their kind of compute has no room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster._core.execution.plan.active import ActiveExecution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dagster._core.events import DagsterEvent
    from dagster._core.execution.plan.step import ExecutionStep


class RoutedExecution(ActiveExecution):
    """Dagster's own state machine of a run; what is ready is given one step at a time, to where there is room."""

    def next_step(self, has_room: Callable[[ExecutionStep], bool]) -> ExecutionStep | None:
        """Give the ready step of the highest priority that has room, and claim its place in a pool; None for none."""
        self._update()
        held = [key for key in self._executable if not has_room(self.get_step_by_key(key))]
        if len(held) == len(self._executable):
            return None
        waiting = set(held)
        self._executable = [key for key in self._executable if key not in waiting]
        try:
            return next(iter(self.get_steps_to_execute(limit=1)), None)
        finally:
            self._executable += held

    def rebuild(self, events: Iterable[DagsterEvent]) -> None:
        """Bring a run to where its event log ends; steps that were under way are ready again."""
        for event in events:
            key = event.step_key
            if key is None:
                continue
            self._take(key)
            if key not in self._in_flight:
                continue
            if event.is_step_skipped:
                self._skip_for_dynamic_outputs(self.get_step_by_key(key))
                self.mark_skipped(key)
            elif not event.is_resource_init_failure:
                self.handle_event(event)
        self._update()
        self._executable += sorted(self._in_flight)
        self._in_flight.clear()

    def _take(self, key: str) -> None:
        """Count a step as given out, as it was by the run worker before this one."""
        if key in self._in_flight:
            return
        self._update()
        # A wait before a retry was over where the step went on
        self._waiting_to_retry.pop(key, None)
        for waiting in (self._executable, self._pending_skip):
            if key in waiting:
                waiting.remove(key)
                self._in_flight.add(key)
                self._prep_for_dynamic_outputs(self.get_step_by_key(key))

    def in_flight(self, step_key: str) -> bool:
        """Say whether a step was given out and has not ended."""
        return step_key in self._in_flight

    def begin_again(self, step: ExecutionStep) -> None:
        """Forget what dynamic outputs a try gave that is carried out once more."""
        self._prep_for_dynamic_outputs(step)

    def next_retry(self) -> float | None:
        """Give the time at which the next step is to be tried again, in seconds since the epoch."""
        return min(self._waiting_to_retry.values(), default=None)

    def waits_for_pool(self) -> bool:
        """Say whether a step waits for its place in a pool of the instance."""
        return (
            self._instance_concurrency_context is not None and self._instance_concurrency_context.has_pending_claims()
        )
