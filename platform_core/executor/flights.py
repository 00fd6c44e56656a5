"""The steps of a run that were started and are not done with, and what the event log keeps of them.

A run worker that takes over a run knows nothing but the event log. So each launch that another run worker would have to
know of is written there before it happens: which try, which move, on what.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType

from platform_core.compute_kinds import ComputeSpec
from platform_core.executor.moves import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagster._core.execution.context.system import IStepContext
    from dagster._core.execution.plan.step import ExecutionStep

    from platform_core.executor.routing import Placement

_LAUNCH = "workbench/launch"


@dataclass
class Flight:
    """A step that was started and is not done with.

    Args:
        step: The step.
        placement: Where it runs now, and on what.
        attempt: Dagster's number of the try, from 1 on.
        move: How often this try was started again or moved.
        followed: The rules by which it was.
    """

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

    @property
    def key(self) -> str:
        """The step's key."""
        return self.step.key

    @property
    def is_remote(self) -> bool:
        """Whether the step runs on a provider."""
        return self.placement.where == "remote"

    @property
    def on_demand(self) -> bool:
        """Whether Spot capacity was taken from it so often that it is to have none."""
        return any(rule.then == "on_demand" for rule in self.followed)

    def begin(self) -> None:
        """Count anew from now on."""
        self.launched, self.stored, self.over_memory = time.time(), 0, False


def write_launch(context: IStepContext, flight: Flight, message: str) -> DagsterEvent:
    """Write into the event log that a step is about to be started, with all that takes to find it again."""
    spec = flight.placement.spec
    kept = {
        "attempt": flight.attempt,
        "move": flight.move,
        "spec": spec.to_json() if spec else None,
        "followed": [rule.model_dump(mode="json") for rule in flight.followed],
    }
    metadata: dict[str, Any] = {"kind": flight.placement.kind, _LAUNCH: dg.MetadataValue.json(kept)}
    return DagsterEvent.step_worker_starting(context, message, metadata)


def last_launches(events: Iterable[DagsterEvent]) -> dict[str, dict[str, Any]]:
    """Give what was last written of each step's launches."""
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.event_type is DagsterEventType.STEP_WORKER_STARTING and event.step_key:
            kept = event.engine_event_data.metadata.get(_LAUNCH)
            if isinstance(kept, dg.JsonMetadataValue) and isinstance(kept.data, dict):
                found[event.step_key] = dict(kept.data)
    return found


def taken_up(flight: Flight, kept: dict[str, Any], placement_of: Any) -> None:
    """Bring a step to where a run worker before this one had it, if that was in the same try."""
    if kept.get("attempt") != flight.attempt:
        return
    flight.move = int(kept["move"])
    flight.followed = [Rule.model_validate(rule) for rule in kept["followed"]]
    if kept["spec"]:
        flight.placement = placement_of(ComputeSpec.from_json(kept["spec"]))
