"""What the executor may be told: the configuration of a run, and the section `compute:` of a project's YAML."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Where = Literal["local", "remote"]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(ge=1, le=100_000)]


class ExecutorSettings(BaseModel):
    """The settings of `platform_executor`. Every one has a default that suits one machine.

    >>> ExecutorSettings(kinds={"fargate": "remote"}).where("fargate"), ExecutorSettings().where("fargate")
    ('remote', 'local')
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kinds: dict[str, Where] = Field(
        default={},
        description="Where the steps of each kind of compute run: `remote` on the provider, or `local` in warm workers,"
        " as they do where nothing is said.",
    )
    workers: Count | None = Field(
        default=None,
        description="How many warm workers run at most, and so how many local steps at once; as many as this process"
        " may use processors where nothing is said.",
    )
    concurrency: dict[str, Count] = Field(
        default={}, description="How many steps of each kind of compute run at once; no limit where nothing is said."
    )
    tag_concurrency_limits: list[dict[str, Any]] = Field(
        default=[],
        description="Limits for steps that carry a tag, in the form of Dagster's own executors: `key`, `limit`, and"
        " perhaps `value`. Pools are limited by the Dagster instance.",
    )
    retries: Literal["enabled", "disabled"] = Field(
        default="enabled", description="Whether the retry policies of steps count."
    )
    recycle_after_steps: Count = Field(
        default=50,
        description="After how many steps a warm worker is replaced by a fresh one; 1 gives every step its own.",
    )
    recycle_above_mb: Count = Field(
        default=1024,
        description="Above how much memory of its own, in MB, a warm worker is replaced between two steps.",
    )
    enforce_memory: bool = Field(
        default=False,
        description="Whether a step of a kind of compute that runs locally is stopped when its process holds more than"
        " the `memory_mb` that it asked for, as the provider would stop it.",
    )
    stop_seconds: Seconds = Field(
        default=30.0, description="How long a cancelled step may take to end before its process is killed, in seconds."
    )
    health_check_seconds: Seconds = Field(
        default=15.0, description="How often each piece of remote work is looked at, in seconds."
    )
    event_poll_seconds: Seconds = Field(
        default=1.0, description="How often the event log is read while remote steps run, in seconds."
    )
    starting_seconds: Seconds = Field(
        default=900.0,
        description="How long remote work may take to start before it counts as never started, in seconds.",
    )
    transient_tries: Count = Field(
        default=8, description="How often a call is tried that the provider throttles or fails to answer."
    )
    transient_seconds: Seconds = Field(
        default=1.0, description="The first wait between two such tries, in seconds; each next one is twice as long."
    )
    most_moves: Annotated[int, Field(ge=0, le=100)] = Field(
        default=4, description="How often a step is started again or moved by the rules, for each try of its own."
    )
    moves: list[dict[str, Any]] | None = Field(
        default=None, description="Rules in place of those of `moves.json`: what follows which cause of failure."
    )
    last_lines: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=20, description="How many last lines of a failed step's remote log go into the event log."
    )
    remote: dict[str, Any] = Field(
        default={},
        description="What the remote kinds are told, each under its name, and the bucket of large payloads, as"
        " docs/reference/compute-kinds.md lists it.",
    )
    handlers: dict[str, str] = Field(
        default={}, description="Handlers of one's own by kind, as `module:name` of what makes one from `remote`."
    )

    def where(self, kind: str) -> Where:
        """Say where the steps of a kind run."""
        return self.kinds.get(kind, "local")

    def worker_count(self) -> int:
        """Give how many warm workers run at most."""
        return self.workers or max(
            1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        )
