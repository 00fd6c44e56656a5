"""Which compute a step asks for, and where it runs in this run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_core.compute_kinds import COMPUTE_TAG, ComputeSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagster._core.execution.plan.active import ActiveExecution
    from dagster._core.execution.plan.state import KnownExecutionState
    from dagster._core.execution.plan.step import ExecutionStep

    from platform_core.executor.settings import ExecutorSettings, Where

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a step runs, on the provider or in a warm worker, and what it asked for, if anything."""

    where: Where
    spec: ComputeSpec | None

    @property
    def kind(self) -> str:
        """The kind of compute that the step asked for; `local` where it asked for none."""
        return self.spec.kind if self.spec else LOCAL


def placed(tags: Mapping[str, str], settings: ExecutorSettings) -> Placement:
    """Read the compute that a step asks for from its tags.

    Raises:
        UserError: The tag was written by hand, and is wrong.

    >>> from platform_core.executor import ExecutorSettings
    >>> placed({}, ExecutorSettings()).kind
    'local'
    >>> tags = {"workbench/compute": ComputeSpec("batch").to_json()}
    >>> placed(tags, ExecutorSettings(kinds={"batch": "remote"})).where
    'remote'
    """
    written = tags.get(COMPUTE_TAG)
    return on_spec(ComputeSpec.from_json(written), settings) if written is not None else Placement("local", None)


def on_spec(spec: ComputeSpec, settings: ExecutorSettings) -> Placement:
    """Say where a step runs that is to run on a spec."""
    return Placement(settings.where(spec.kind), spec)


def known_for(step: ExecutionStep, known: KnownExecutionState) -> KnownExecutionState:
    """Give the part of what is known of a run that one step depends on, so that a long run's orders stay short."""
    needed = {handle for given in step.step_inputs for handle in given.get_step_output_handle_dependencies()}
    attempts = known.previous_retry_attempts
    return known._replace(
        ready_outputs=known.ready_outputs & needed,
        previous_retry_attempts={step.key: attempts[step.key]} if step.key in attempts else {},
    )


def attempt_of(active: ActiveExecution, step_key: str) -> int:
    """Give Dagster's number of the try that a step is at, from 1 on."""
    return active.retry_state.get_attempt_count(step_key) + 1
