"""A provider of compute for the routing tests: it really carries steps out, and fails as it is told to.

The world outlives its handlers, as a provider outlives a run worker.
"""

from __future__ import annotations

import base64
import threading
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._cli.api import _execute_step_command_body
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import deserialize_value

from platform_core.executor.handler import Cause, LaunchError, Phase, RemoteState, StepLaunch, TransientError

if TYPE_CHECKING:
    from collections.abc import Mapping

FAILURES = {cause.value: cause for cause in Cause}
HALFWAY = "_halfway"
"""What follows a failure that comes when the step has begun, and not before."""


@dataclass
class Work:
    """One piece of work, what becomes of it, and what was asked of it."""

    launch: StepLaunch
    fate: str
    phase: Phase = Phase.STARTING
    thread: threading.Thread | None = None
    looked: int = 0
    stopped: bool = False
    kept: list[Any] = field(default_factory=list)


class World:
    """All work on the provider, and the fates of steps: one word for each launch of a step, then `fine`."""

    def __init__(self, fates: Mapping[str, list[str]]) -> None:
        self.fates = {step: list(words) for step, words in fates.items()}
        self.works: dict[str, Work] = {}
        self.gate = threading.Event()
        """What work of the fate `gated` waits for."""
        self.pair = threading.Barrier(2, timeout=60)
        """Where work of the fate `together` waits for another."""
        self.asked: Counter[str] = Counter()

    def next_fate(self, step: str) -> str:
        """Give what the next launch of a step comes to."""
        words = self.fates.get(step, [])
        return words.pop(0) if words else "fine"

    def running(self) -> list[str]:
        """Give the names of work that has neither been stopped nor ends by itself, for which this waits."""
        for work in self.works.values():
            if work.thread is not None:  # a run is over when the last event is there, and its thread a moment later
                work.thread.join()
        live = {Phase.STARTING, Phase.RUNNING}
        return [name for name, work in self.works.items() if work.phase in live and not work.stopped]


WORLDS: dict[str, World] = {}


class Handler:
    """The handler of one kind in a world."""

    def __init__(self, kind: str, world: str) -> None:
        self._kind = kind
        self._world = WORLDS[world]

    @property
    def kind(self) -> str:
        """The kind of compute."""
        return self._kind

    def launch(self, step: StepLaunch) -> str:
        """Start a step, or fail to."""
        assert step.spec.kind == self._kind
        self._world.asked[step.name] += 1
        if step.name in self._world.works:
            return step.name
        if self._world.asked[step.name] == 1:
            self._world.works[f"fate of {step.name}"] = Work(step, self._world.next_fate(step.step_key), Phase.LOST)
        fate = self._world.works[f"fate of {step.name}"].fate
        if fate == "throttled" and self._world.asked[step.name] <= 2:
            raise TransientError("The provider is busy.")
        if fate == "refused":
            raise LaunchError("No more vCPUs.", cause=Cause.QUOTA, hint="Ask for more.")
        if fate == "broken":
            raise KeyError("taskArn")
        work = Work(step, fate)
        self._world.works[step.name] = work
        if fate in {"fine", "throttled", "hidden", "gated", "together"} or fate.endswith(HALFWAY):
            work.phase = Phase.RUNNING
            work.thread = threading.Thread(target=self._carry_out, args=(work,), daemon=True)
            work.thread.start()
        return step.name

    def find(self, step: StepLaunch) -> str | None:
        """Look for a step."""
        return step.name if step.name in self._world.works else None

    def check(self, remote_id: str) -> RemoteState:
        """Look at work."""
        work = self._world.works[remote_id]
        work.looked += 1
        over = work.thread is None or not work.thread.is_alive()  # asked first: its phase is the last that it sets
        word = work.fate.removesuffix(HALFWAY)
        if work.fate == "hidden" and work.looked <= 2:
            raise TransientError("The provider does not answer.")
        if work.fate == "lost":
            work.phase = Phase.LOST
            return RemoteState(Phase.LOST)
        if work.phase is Phase.RUNNING and over:
            work.phase = Phase.FAILED  # the test itself is wrong, and says so
        if work.fate == "silent":
            work.phase = Phase.SUCCEEDED
        if word in FAILURES and work.fate != "never_started" and over:
            work.phase = Phase.FAILED
            return RemoteState(Phase.FAILED, FAILURES[word], f"It came to {word}.", "https://logs.example/1")
        return RemoteState(work.phase, log_url="https://logs.example/1")

    def stop(self, remote_id: str) -> None:
        """Stop work."""
        self._world.works[remote_id].stopped = True

    def last_lines(self, remote_id: str, count: int) -> tuple[str, ...]:
        """Give the end of a log."""
        return (f"the last word of {self._world.works[remote_id].launch.step_key}",)[:count]

    def _carry_out(self, work: Work) -> None:
        if work.fate == "gated":
            self._world.gate.wait()
        if work.fate == "together":
            self._world.pair.wait()
        told = deserialize_value(zlib.decompress(base64.b64decode(work.launch.payload)).decode(), ExecuteStepArgs)
        assert told.instance_ref is not None
        with dg.DagsterInstance.from_ref(told.instance_ref) as instance:
            run = instance.get_run_by_id(told.run_id)
            assert run is not None
            events = _execute_step_command_body(told, instance, run)
            for event in events:
                if work.fate.endswith(HALFWAY) and event.event_type_value == "STEP_START":
                    work.kept.append(events)  # a process that is killed does not tidy up either
                    break
        if not work.fate.endswith(HALFWAY):
            work.phase = Phase.SUCCEEDED
