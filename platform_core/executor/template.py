"""The template: a process that imports the code location once, and is forked for every warm worker.

    python -m platform_core.executor.template DESCRIPTOR PARENT

It speaks over a socket with the run worker that started it, whose end it does not outlive. Nothing of the code location
runs in it but imports. Where these leave threads behind, it must not be forked: it says so, and is then a worker
itself, one of several that have each imported the code location.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import signal
import socket
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle
from typing import TYPE_CHECKING

from platform_core.executor.processes import die_with, thread_names, unsafe_threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagster._core.instance.ref import InstanceRef
    from dagster_shared.error import SerializableErrorInfo

    from platform_core.executor.body import LoadedRun, RunToLoad

# What a step imports when it first needs it
_OF_STEPS = (
    "platform_core.executor.worker",
    "platform_core.asset_checks.running",
    "platform_core.governance.pii.looking",
    "platform_core.partitions.inside",
    "pyarrow.parquet",
)


@dataclass(frozen=True)
class Start:
    """The first message: where imports are found, and what to load. `to_load` is pickled: unpickling it imports."""

    path: Sequence[str]
    fork_aware: Sequence[str]
    to_load: bytes


@dataclass(frozen=True)
class Loaded:
    """The answer: what keeps the template from being forked, or what went wrong."""

    unsafe: tuple[str, ...] = ()
    error: SerializableErrorInfo | None = None


@dataclass(frozen=True)
class Fork:
    """Asks for a worker; the descriptor of its connection follows."""


@dataclass(frozen=True)
class Become:
    """Asks the template to be a worker itself; the descriptor of its connection follows."""


@dataclass(frozen=True)
class Signal:
    """Asks for a signal to a worker, which is sent while the worker has not been reaped."""

    pid: int
    number: int


@dataclass(frozen=True)
class Forked:
    """Tells the process of a worker that was asked for; workers are told in the order of asking."""

    pid: int


@dataclass(frozen=True)
class Ended:
    """Tells the end of a worker: its exit code, or the negative number of the signal that killed it."""

    pid: int
    code: int


def main(descriptor: int, parent: int) -> None:
    """Load what the run worker says, then do what it asks until it is gone."""
    die_with(parent)
    gc.disable()  # what is imported stays: there is nothing to find
    control = Connection(descriptor)
    start: Start = control.recv()
    sys.path[:] = start.path
    loaded, ref = _load(control, start)
    if loaded is not None and ref is not None:
        _Template(control, loaded, ref).serve()


def _load(control: Connection, start: Start) -> tuple[LoadedRun | None, InstanceRef | None]:
    for module in start.fork_aware:
        importlib.import_module(module)
    expected = thread_names()
    try:
        to_load: tuple[RunToLoad, InstanceRef] = pickle.loads(start.to_load)  # noqa: S301 - from the run worker alone
        loaded = to_load[0].load()
    except BaseException:  # noqa: BLE001 - a code location may raise anything
        # What is imported before is no part of what the code location brings
        from dagster._utils.error import serializable_error_info_from_exc_info  # noqa: PLC0415 - see above

        control.send(Loaded(error=serializable_error_info_from_exc_info(sys.exc_info())))
        return None, None
    for module in _OF_STEPS:  # so that no worker imports them
        importlib.import_module(module)
    control.send(Loaded(unsafe=unsafe_threads(expected)))
    return loaded, to_load[1]


class _Template:
    def __init__(self, control: Connection, loaded: LoadedRun, ref: InstanceRef) -> None:
        self._control = control
        self._loaded = loaded
        self._ref = ref
        self._workers: set[int] = set()

    def serve(self) -> None:
        """Do what is asked, and tell which workers have ended, until the run worker is gone."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler there must be, or nothing wakes
        signal.set_wakeup_fd(theirs.fileno())
        self._wake = (ours, theirs)
        gc.collect()
        gc.enable()
        gc.freeze()  # what is here stays, and stays shared: a collection in a worker would write to every object
        while True:
            ready = wait([self._control, ours])
            if ours in ready:
                ours.recv(4096)
                self._reap()
            if self._control in ready:
                try:
                    self._answer(self._control.recv())
                except EOFError:
                    while self._workers:  # they end as well, or are killed with this process
                        self._workers.discard(os.waitpid(-1, 0)[0])
                    os._exit(0)

    def _answer(self, message: object) -> None:
        match message:
            case Fork():
                self._fork(recv_handle(self._control))
            case Become():
                self._work(recv_handle(self._control))
            case Signal(pid, number) if pid in self._workers:
                os.kill(pid, number)

    def _fork(self, descriptor: int) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            die_with(parent)
            self._control.close()
            self._work(descriptor)
        os.close(descriptor)
        self._workers.add(pid)
        self._control.send(Forked(pid))

    def _work(self, descriptor: int) -> None:
        """Be a worker; this does not come back."""
        from platform_core.executor.worker import work  # noqa: PLC0415 - imported already

        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for end in self._wake:
                end.close()
            work(Connection(descriptor), self._loaded, self._ref)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        while self._workers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._workers.discard(pid)
            self._control.send(Ended(pid, os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    # Under its real name, so that the messages are of the classes that the run worker knows
    importlib.import_module("platform_core.executor.template").main(int(sys.argv[1]), int(sys.argv[2]))
