"""The warm workers of one run, as the run worker sees them: a template process and what is forked from it."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from typing import TYPE_CHECKING

from dagster_shared.error import SerializableErrorInfo

from platform_core.executor.processes import FORK_AWARE, held_memory
from platform_core.executor.template import Become, Ended, Fork, Forked, Loaded, Signal, Start
from platform_core.executor.words import explained
from platform_core.executor.worker import StepEnd

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dagster._core.events import DagsterEvent
    from dagster._core.instance.ref import InstanceRef

    from platform_core.executor.body import RunToLoad, StepOrder


@dataclass(frozen=True)
class StepEvent:
    """An event that a step of a worker has stored."""

    step_key: str
    event: DagsterEvent


@dataclass(frozen=True)
class StepDone:
    """The order of a step is done with; `error` is what Dagster raised in the worker, where it did."""

    step_key: str
    error: SerializableErrorInfo | None


@dataclass(frozen=True)
class StepCrashed:
    """The worker process of a step ended in the middle of it: its exit code, or the negative number of a signal."""

    step_key: str
    code: int


@dataclass(frozen=True)
class PoolFailed:
    """The code location cannot be imported by a process of its own."""

    error: SerializableErrorInfo


@dataclass(frozen=True)
class PoolNote:
    """Something that a person may want to know of the pool, for the event log."""

    message: str


_MOST_DEATHS = 3
_SECONDS_TO_END = 5.0
_ALONE = (
    "Importing the code location starts threads ({}), so each warm worker imports it by itself. Start threads, read"
    " data and open connections in functions and resources, and the workers share one import."
)
_DEAD = "The process that imports the code location for the warm workers {}."
_AGAIN = "The process that the warm workers are forked from {}; another one is started."

Report = StepEvent | StepDone | StepCrashed | PoolFailed | PoolNote


@dataclass(eq=False)
class _Template:
    process: subprocess.Popen[bytes]
    control: Connection
    loaded: bool = False
    worker: _Worker | None = None
    """The worker that it became, where it must not be forked."""
    asked: deque[_Worker] = field(default_factory=deque)


@dataclass(eq=False)
class _Worker:
    orders: Connection
    template: _Template
    pid: int = 0
    step_key: str | None = None
    done: int = 0
    silent: bool = False
    """Its connection has ended: it is dead, or is about to be."""
    signals: list[int] = field(default_factory=list)
    """What is to be sent to it as soon as its process is known."""


class WorkerPool:
    """Warm workers that carry out steps of one run.

    Args:
        to_load: The run.
        instance_ref: Dagster's instance, which must be one that other processes can open.
        size: How many workers there are at most.
        recycle_after_steps: After how many steps a worker is replaced.
        recycle_above_mb: Above how much memory of its own, in MB, a worker is replaced.
    """

    def __init__(
        self,
        to_load: RunToLoad,
        instance_ref: InstanceRef,
        *,
        size: int,
        recycle_after_steps: int,
        recycle_above_mb: int,
    ) -> None:
        self._payload = pickle.dumps((to_load, instance_ref))
        self._size = size
        self._recycle_after_steps = recycle_after_steps
        self._recycle_above = recycle_above_mb << 20
        self._templates: list[_Template] = []
        self._workers: list[_Worker] = []
        self._forking: bool | None = None  # not known before the template has loaded
        self._deaths = 0

    @property
    def free(self) -> int:
        """How many steps can be ordered now: none before the code location is imported."""
        if self._forking is None:
            return 0
        return self._size - sum(1 for worker in self._workers if worker.step_key is not None)

    def open(self) -> None:
        """Begin to import the code location, where that was not begun, in a process of its own."""
        if not self._templates and self._forking is None:
            self._new_template()

    def order(self, step: StepOrder) -> None:
        """Give a step to a worker that is free, or to a new one."""
        worker = self._idle() or self._new_worker()
        worker.step_key = step.step_key
        with suppress(OSError):  # it has just died: that is heard
            worker.orders.send(step)
        if worker.done + 1 >= self._recycle_after_steps and self._forking and self._idle() is None:
            self._new_worker()  # its successor is to be there when it is asked for

    def connections(self) -> list[Connection]:
        """Give what becomes readable when there is something to report."""
        return [one.control for one in self._templates] + [one.orders for one in self._workers if not one.silent]

    def reports(self, ready: Collection[object]) -> Iterator[Report]:
        """Read what has come on those connections that are readable."""
        for worker in list(self._workers):
            if worker.orders in ready and not worker.silent:
                yield from self._read(worker)
        for template in list(self._templates):
            if template.control in ready:
                yield from self._hear(template)

    def signal(self, step_key: str, number: int) -> None:
        """Send a signal to the worker of a step, where it has one."""
        for worker in self._workers:
            if worker.step_key == step_key:
                self._signal(worker, number)

    def memory_of(self, step_key: str) -> int:
        """Give the resident memory of the worker of a step, in bytes; 0 where it is not known."""
        return next((held_memory(one.pid) for one in self._workers if one.step_key == step_key and one.pid), 0)

    def close(self) -> None:
        """End every process: those that have nothing to do by themselves, the others at once."""
        for worker in self._workers:
            if worker.step_key is not None:
                self._signal(worker, signal.SIGKILL)
            worker.orders.close()
        for template in self._templates:
            template.control.close()
            try:
                template.process.wait(_SECONDS_TO_END if template.loaded else 0)
            except subprocess.TimeoutExpired:
                template.process.kill()  # the kernel kills its workers with it
                template.process.wait()
        self._templates, self._workers, self._forking = [], [], None

    def _idle(self) -> _Worker | None:
        # One that has nothing to do says nothing: what can be read of it is its end
        idle = (one for one in self._workers if one.step_key is None and not one.silent and not one.orders.poll())
        return next(idle, None)

    def _new_template(self) -> _Template:
        ours, theirs = socket.socketpair()
        descriptor = str(theirs.fileno())
        process = subprocess.Popen(  # noqa: S603 - this interpreter, and a module of ours
            [sys.executable, "-m", "platform_core.executor.template", descriptor, str(os.getpid())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt at the terminal is this process's to pass on
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        theirs.close()
        template = _Template(process, Connection(ours.detach()))
        aware = [module for module in FORK_AWARE if module in sys.modules]
        with suppress(OSError):  # it has ended already: that is heard
            template.control.send(Start(list(sys.path), aware, self._payload))
        self._templates.append(template)
        return template

    def _new_worker(self) -> _Worker:
        """Ask for a worker: of the template, or with an import of its own where the template must not be forked."""
        template = next((one for one in self._templates if one.worker is None), None) or self._new_template()
        ours, theirs = socket.socketpair()
        worker = _Worker(Connection(ours.detach()), template)
        if self._forking:
            template.asked.append(worker)
        else:
            template.worker, worker.pid = worker, template.process.pid
        with theirs, suppress(OSError):  # as above
            template.control.send(Fork() if self._forking else Become())
            send_handle(template.control, theirs.fileno(), None)
        self._workers.append(worker)
        return worker

    def _read(self, worker: _Worker) -> Iterator[Report]:
        """Read all that a worker has sent."""
        try:
            while worker.orders.poll():
                message = worker.orders.recv()
                if not isinstance(message, StepEnd):
                    yield StepEvent(worker.step_key or "", message)
                    continue
                step_key, worker.step_key = worker.step_key or "", None
                worker.done += 1
                spent = worker.done >= self._recycle_after_steps or message.own_memory > self._recycle_above
                if spent or message.spoiled:
                    self._retire(worker)
                yield StepDone(step_key, message.error)
                return
        except (EOFError, OSError):
            worker.silent = True
            self._signal(worker, signal.SIGKILL)  # dead it is not yet where a step only closed its connection

    def _hear(self, template: _Template) -> Iterator[Report]:
        try:
            message = template.control.recv()
        except (EOFError, OSError):
            yield from self._template_ended(template)
            return
        match message:
            case Loaded(unsafe, error):
                template.loaded = True
                if error is not None:
                    yield PoolFailed(error)
                elif self._forking is None:
                    self._forking = not unsafe
                    if unsafe:
                        yield PoolNote(_ALONE.format(", ".join(unsafe)))
            case Forked(pid):
                worker = template.asked.popleft()
                worker.pid = pid
                for number in worker.signals:
                    self._signal(worker, number)
            case Ended(pid, code):
                for worker in [one for one in self._workers if one.pid == pid]:
                    yield from self._worker_ended(worker, code)

    def _template_ended(self, template: _Template) -> Iterator[Report]:
        template.control.close()
        self._templates.remove(template)
        code = template.process.wait()
        for worker in [one for one in self._workers if one.template is template]:
            yield from self._worker_ended(worker, code)
        if template.worker is None:
            self._deaths += 1
            if not template.loaded or self._deaths >= _MOST_DEATHS:
                yield PoolFailed(SerializableErrorInfo(_DEAD.format(explained(code)), [], None))
            else:
                yield PoolNote(_AGAIN.format(explained(code)))

    def _worker_ended(self, worker: _Worker, code: int) -> Iterator[Report]:
        if not worker.silent:
            yield from self._read(worker)
        if worker in self._workers:  # it may have ended its last step just now
            self._workers.remove(worker)
            worker.orders.close()
            if worker.step_key is not None:
                yield StepCrashed(worker.step_key, code)

    def _retire(self, worker: _Worker) -> None:
        """Let a worker end, which it does when nobody can send it an order any more."""
        self._workers.remove(worker)
        worker.orders.close()

    def _signal(self, worker: _Worker, number: int) -> None:
        if not worker.pid:
            worker.signals.append(number)
        elif worker.template.worker is worker:
            worker.template.process.send_signal(number)
        else:
            with suppress(OSError):  # the template is dead, and its workers with it
                worker.template.control.send(Signal(worker.pid, number))
