"""The remote work of one run: what was asked of the providers, what they said, and what is to be asked when.

Calls to a handler are made by one thread of its own, so that a slow provider holds up nobody else; what comes of them
is read by the thread that conducts the run.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from platform_core.executor.handler import (
    Cause,
    ComputeHandler,
    LaunchError,
    Phase,
    RemoteState,
    StepLaunch,
    TransientError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from platform_core.executor.settings import ExecutorSettings

_LONGEST_WAIT = 60.0  # seconds between two tries of one call
_LOOK_AT_STOP = 0.5  # seconds between two looks at work that is stopping
_LONGEST_LINK = 60.0  # seconds that the log of a step that has ended is waited for


@dataclass(frozen=True)
class Launched:
    """Work stands on the provider under an id."""

    step_key: str
    remote_id: str


@dataclass(frozen=True)
class Running:
    """Work was seen to run."""

    step_key: str
    state: RemoteState


@dataclass(frozen=True)
class Ended:
    """Work has ended, could not be started, or is lost; with the last lines of its log where it failed."""

    step_key: str
    state: RemoteState
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something for the event log of a step."""

    step_key: str
    message: str


@dataclass(frozen=True)
class Linked:
    """A step ended before its work was seen to run; this is where its log is read."""

    step_key: str
    log_url: str


RemoteReport = Launched | Running | Ended | Note | Linked


@dataclass(eq=False)
class _Work:
    launch: StepLaunch
    began: float
    remote_id: str | None = None
    running: bool = False
    due: float | None = None
    """When it is looked at next; None while a call is under way or nothing is to be asked."""
    ending: RemoteState | None = None
    """What it ends with, as soon as it is stopped and the end of its log is read."""
    cancelled: bool = False
    stopping: bool = False
    """Whether it was told to stop and is looked at until it has: what it still writes is its own last word."""


@dataclass(eq=False)
class _Call:
    name: str
    work: _Work
    make: Callable[[ComputeHandler], Any]
    answer: Any = None
    error: Exception | None = None
    due: float = 0.0
    tries: int = field(default=1)


class RemoteSteps:
    """The remote work of a run.

    Args:
        settings: The executor's settings.
        handler_of: Gives the handler of a kind; called once for each, in that kind's thread.
        wake: Called from the threads when there is something to report.
    """

    def __init__(
        self, settings: ExecutorSettings, handler_of: Callable[[str], ComputeHandler], wake: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._handler_of = handler_of
        self._wake = wake
        self._works: dict[str, _Work] = {}
        self._queues: dict[str, SimpleQueue[_Call | None]] = {}
        self._answers: SimpleQueue[_Call] = SimpleQueue()
        self._delayed: list[_Call] = []
        self._unlinked: list[_Work] = []
        """Work of steps that have ended, whose log nobody has named yet."""

    def begin(self, launch: StepLaunch) -> None:
        """Start a step's work, or take it up where it stands already."""
        work = _Work(launch, time.monotonic())
        self._works[launch.step_key] = work
        self._ask("launch", work, lambda handler: handler.launch(launch))

    def stop(self, step_key: str) -> None:
        """Stop a step's work; it ends as cancelled, when its process has ended."""
        work = self._works.get(step_key)
        if work is not None:
            work.cancelled = True
            self._end(work, RemoteState(Phase.FAILED, Cause.CANCELLED, "The work was stopped."), stop=True)

    def forget(self, step_key: str) -> None:
        """Look at a step's work no more: the step has ended. Where its log was not named, that is asked once."""
        work = self._works.pop(step_key, None)
        if work is None or work.running or work.ending is not None:
            return
        if any(call.work is work for call in self._delayed):  # the provider does not answer
            self._delayed = [call for call in self._delayed if call.work is not work]
            return
        work.began = time.monotonic()
        self._unlinked.append(work)
        if work.due is not None:  # no call is under way whose answer will do
            self._check(work)

    def busy(self) -> bool:
        """Say whether there is work that is looked at."""
        return bool(self._works or self._unlinked)

    def seconds(self) -> float | None:
        """Give the seconds until something is to be asked; None where nothing is."""
        dues = [work.due for work in self._works.values() if work.due is not None] + [one.due for one in self._delayed]
        dues += [work.began + _LONGEST_LINK for work in self._unlinked]
        return max(0.0, min(dues) - time.monotonic()) if dues else None

    def reports(self) -> Iterator[RemoteReport]:
        """Ask what is to be asked now, and give what has been answered."""
        now = time.monotonic()
        self._unlinked = [work for work in self._unlinked if now < work.began + _LONGEST_LINK]
        for call in [call for call in self._delayed if call.due <= now]:
            self._delayed.remove(call)
            self._send(call)
        for work in list(self._works.values()):
            if work.due is not None and work.due <= now:
                work.due = None
                self._check(work)
        while not self._answers.empty():
            call = self._answers.get()
            if self._works.get(call.work.launch.step_key) is call.work:
                yield from self._answered(call)
            elif call.work in self._unlinked:
                yield from self._linked(call)

    def close(self) -> None:
        """Let the threads end when they have made the calls that are under way."""
        for queue in self._queues.values():
            queue.put(None)

    # Calls

    def _ask(self, name: str, work: _Work, make: Callable[[ComputeHandler], Any]) -> None:
        self._send(_Call(name, work, make))

    def _send(self, call: _Call) -> None:
        kind = call.work.launch.spec.kind
        if kind not in self._queues:
            self._queues[kind] = SimpleQueue()
            threading.Thread(target=self._serve, args=(kind,), name=f"handler of {kind}", daemon=True).start()
        self._queues[kind].put(call)

    def _serve(self, kind: str) -> None:
        """Make the calls of one handler, one after another; this is a thread of its own."""
        handler: ComputeHandler | None = None
        while (call := self._queues[kind].get()) is not None:
            call.error = None
            try:
                handler = handler or self._handler_of(kind)
                call.answer = call.make(handler)
            except Exception as error:  # noqa: BLE001 - a handler's mistake must end neither the thread nor the run
                call.error = error
            self._answers.put(call)
            self._wake()

    def _answered(self, call: _Call) -> Iterator[RemoteReport]:
        work, key = call.work, call.work.launch.step_key
        if isinstance(call.error, TransientError) and call.tries < self._settings.transient_tries:
            wait = min(self._settings.transient_seconds * 2 ** (call.tries - 1), _LONGEST_WAIT)
            call.tries, call.due = call.tries + 1, time.monotonic() + wait
            self._delayed.append(call)
            if call.tries == 2:
                yield Note(key, f"{_said(call.error)} It is tried again, up to {self._settings.transient_tries} times.")
            return
        match call.name:
            case "launch":
                yield from self._launched(call)
            case "check" if call.error is None:
                yield from self._checked(work, call.answer)
            case "check":  # it may well run on: that it cannot be looked at does not end it
                work.due = time.monotonic() + self._settings.health_check_seconds
                yield Note(key, f"The work cannot be looked at: {_said(call.error)}")
            case "stop":
                if call.error is not None:
                    yield Note(key, f"The work could not be stopped and may still run: {_said(call.error)}")
                if work.cancelled and call.error is None:
                    work.stopping = True
                    self._check(work)
                else:
                    self._read_log(work)
            case "last_lines":
                yield from self._over(work, call.answer if call.error is None else ())

    def _linked(self, call: _Call) -> Iterator[RemoteReport]:
        if call.name == "launch" and call.error is None:
            call.work.remote_id = call.answer
            self._check(call.work)
            return
        self._unlinked.remove(call.work)
        if call.name == "check" and call.error is None and call.answer.log_url:
            yield Linked(call.work.launch.step_key, call.answer.log_url)

    def _launched(self, call: _Call) -> Iterator[RemoteReport]:
        work, error = call.work, call.error
        if error is None:
            work.remote_id = call.answer
            yield Launched(work.launch.step_key, call.answer)
            if work.ending is None:
                self._check(work)
            else:  # it was to be stopped before it was there
                self._stop(work)
            return
        cause = error.cause if isinstance(error, LaunchError) else Cause.UNKNOWN
        message = f"The work could not be started: {_said(error)}"
        yield from self._over(work, (), work.ending or RemoteState(Phase.FAILED, cause, message))

    def _check(self, work: _Work) -> None:
        remote_id = work.remote_id or ""
        self._ask("check", work, lambda handler: handler.check(remote_id))

    def _checked(self, work: _Work, state: RemoteState) -> Iterator[RemoteReport]:
        if work.ending is not None:
            if work.stopping and state.phase is Phase.RUNNING:
                work.due = time.monotonic() + _LOOK_AT_STOP
            elif work.stopping:
                work.stopping = False
                self._read_log(work)
            return
        match state.phase:
            case Phase.SUCCEEDED:
                yield from self._over(work, (), state)
            case Phase.FAILED | Phase.LOST:
                self._end(work, state, stop=False)
            case Phase.STARTING if time.monotonic() - work.began > self._settings.starting_seconds:
                waited = f"The work did not start within {self._settings.starting_seconds:.0f} seconds. {state.message}"
                self._end(
                    work, RemoteState(Phase.FAILED, Cause.NEVER_STARTED, waited.strip(), state.log_url), stop=True
                )
            case phase:
                if phase is Phase.RUNNING and not work.running:
                    work.running = True
                    yield Running(work.launch.step_key, state)
                work.due = time.monotonic() + self._settings.health_check_seconds

    # Ends

    def _end(self, work: _Work, state: RemoteState, *, stop: bool) -> None:
        if work.ending is not None:
            return
        work.ending, work.due = state, None
        if stop and work.remote_id is not None:
            self._stop(work)
        elif work.remote_id is not None:
            self._read_log(work)

    def _stop(self, work: _Work) -> None:
        remote_id = work.remote_id or ""
        self._ask("stop", work, lambda handler: handler.stop(remote_id))

    def _read_log(self, work: _Work) -> None:
        remote_id, count = work.remote_id or "", self._settings.last_lines
        self._ask("last_lines", work, lambda handler: handler.last_lines(remote_id, count) if count else ())

    def _over(self, work: _Work, lines: tuple[str, ...], state: RemoteState | None = None) -> Iterator[RemoteReport]:
        del self._works[work.launch.step_key]
        yield Ended(work.launch.step_key, state or work.ending or RemoteState(Phase.LOST), tuple(lines))


def _said(error: Exception | None) -> str:
    if isinstance(error, TransientError | LaunchError):
        return str(error)
    return f"{type(error).__name__}: {error}"
