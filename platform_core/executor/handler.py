"""What the executor and the handlers of remote kinds of compute agree on.

A handler translates between one step and one piece of remote work: it starts it, finds it, looks at it, stops it and
reads the end of its log. It decides nothing and remembers nothing that a restart would lose: retries, moves to another
size or kind, and concurrency are the executor's. The step itself writes its events to Dagster's storage, as
`dagster api execute_step` does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from platform_core.compute_kinds import ComputeSpec
from platform_core.errors import WorkbenchError

_LONGEST_SLUG = 30


class Phase(StrEnum):
    """How far remote work is. `LOST` is what the provider no longer knows of."""

    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LOST = "lost"


class Cause(StrEnum):
    """Why remote work failed or could not be started, as far as the provider tells."""

    OUT_OF_MEMORY = "out_of_memory"
    SPOT_INTERRUPTION = "spot_interruption"
    TIME_OUT = "time_out"
    NEVER_STARTED = "never_started"
    IMAGE_PULL = "image_pull"
    QUOTA = "quota"
    PERMISSION = "permission"
    EXPIRED_CREDENTIALS = "expired_credentials"
    CANCELLED = "cancelled"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StepLaunch:
    """One step to be started on a remote kind of compute.

    Args:
        run_id: Dagster's run.
        step_key: The step; it may hold brackets, dots and upper case letters.
        attempt: Dagster's number of the try, from 1 on, by the step's own retry policy.
        move: How often the executor started this try again or moved it: 0, then 1, and so on.
        spec: The kind and size to run on.
        payload: The compressed `ExecuteStepArgs` as base64 text, 1.1 to 1.3 KB: what
            `dagster api execute_step --compressed-input-json` and its variable
            `DAGSTER_COMPRESSED_EXECUTE_STEP_ARGS` take.
        job_name: The name of Dagster's job.
        labels: What costs are counted by: `run`, `step`, `assets` (keys joined with commas), `partition`, and of a
            range how many `partitions` it has. Values are as Dagster has them; a provider's own rules for characters
            are the handler's.
        partition_range: First and last partition, where one step makes several.
        most_parts: How many parts of it may run side by side, where the executor has a limit for the kind.
        on_demand: Whether it is to have no Spot capacity, whatever the settings say: that was taken from it too often.

    >>> launch = StepLaunch("8a6f", "clean_issues[2025-03]", 1, 0, ComputeSpec("fargate"), b"", "all_assets")
    >>> launch.name
    'wb-clean-issues-2025-03-27aa76a4f406482a-1-0'
    >>> launch.name == StepLaunch("8a6f", "clean_issues[2025-03]", 1, 0, ComputeSpec("batch"), b"x", "other").name
    True
    """

    run_id: str
    step_key: str
    attempt: int
    move: int
    spec: ComputeSpec
    payload: bytes = field(repr=False)
    job_name: str
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    partition_range: tuple[str, str] | None = None
    most_parts: int | None = None
    on_demand: bool = False

    @property
    def name(self) -> str:
        """Give the name of the remote work: the same for the same run, step, attempt and move, and for no other.

        Lower case letters, digits and dashes, begun by a letter, at most 63 characters.
        """
        slug = re.sub(r"[^a-z0-9]+", "-", self.step_key.lower()).strip("-")[:_LONGEST_SLUG].rstrip("-") or "step"
        known = hashlib.sha256("\0".join((self.run_id, self.step_key)).encode("utf-8", "surrogatepass")).hexdigest()
        return f"wb-{slug}-{known[:16]}-{self.attempt}-{self.move}"


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What became of remote work.

    Args:
        phase: How far it is.
        cause: Why, where it failed.
        message: In plain words for the event log: what happened and, where it failed, what to do. No secret.
        log_url: Where a person reads its log.
    """

    phase: Phase
    cause: Cause | None = None
    message: str = ""
    log_url: str | None = None


class ComputeHandler(Protocol):
    """The handler of one kind of compute.

    Every method but `kind` may raise `TransientError`, which is tried again with backoff, and `LaunchError`, which is
    not. Anything else that it raises is taken for a mistake in the handler: the step fails with it, the run goes on.
    The methods are called from one thread at a time for each handler, and never from a thread that holds up other
    steps.
    """

    @property
    def kind(self) -> str:
        """The kind of compute, as in the op tag."""

    def launch(self, step: StepLaunch) -> str:
        """Start the step's work and give its remote id.

        It is idempotent by `step.name`: what stands already under that name, running or done, is given instead, so
        that a restarted run worker starts nothing twice.
        """

    def find(self, step: StepLaunch) -> str | None:
        """Give the remote id of the work of this name, running or done, or None where there is none."""

    def check(self, remote_id: str) -> RemoteState:
        """Look at the work. What the provider no longer knows is `Phase.LOST`, not an error."""

    def stop(self, remote_id: str) -> None:
        """Stop the work; what has ended already or is unknown is no error."""

    def last_lines(self, remote_id: str, count: int) -> tuple[str, ...]:
        """Give the last lines of the log, oldest first; none where there is no log (yet)."""


class TransientError(WorkbenchError):
    """The provider could not be reached, throttled the call or failed within itself: worth trying again."""


class LaunchError(WorkbenchError):
    """The provider refused for good.

    Args:
        message: What is wrong, in plain words.
        cause: Why: the executor's policy decides by it whether another size or kind may do.
        hint: What to do about it.
    """

    def __init__(self, message: str, *, cause: Cause, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.cause = cause
