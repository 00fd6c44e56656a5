"""Dagster's state of a run, with steps that wait where their kind of compute has no room."""

from __future__ import annotations

from collections.abc import Callable

from dagster._core.execution.plan.active import ActiveExecution
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
        return self._instance_concurrency_context is not None and self._instance_concurrency_context.has_pending_claims()
