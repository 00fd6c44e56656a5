"""Really runs what the clouds of the suite are asked to run: each command as a process, with faults as planned.

The servers beside this file (`runner_aws.py`, `runner_lambda.py`, `runner_kubernetes.py`) speak the providers'
languages; what they accept ends here.
"""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import _children as children  # type: ignore[attr-defined] # see `_forked`
from pathlib import Path
from typing import Any

# Faults of work, beside those of calls (`runner_aws.py` says these)
NEVER_STARTS = "never_starts"
SPOT = "spot"
MEMORY = "memory"
TIME_OUT = "time_out"
IMAGE = "image"
LOST_LOG = "lost_log"


_CHANGED = threading.Condition()


def changed() -> None:
    """Tell who waits that something went on."""
    with _CHANGED:
        _CHANGED.notify_all()


def wait_for(happened: Callable[[], Any], seconds: float = 300) -> None:
    """Wait until something has happened, which is looked at whenever work goes on."""
    with _CHANGED:
        assert _CHANGED.wait_for(happened, seconds), "it did not happen"


@dataclass
class Fault:
    """One thing that goes wrong.

    Args:
        kind: What, as the constants of these modules name it.
        operation: The call that it strikes, as the provider names it; any where it is empty.
        times: How often.
        after: The text in the output of the work after which it strikes; at once where it is empty.
        passes: How many calls of the kind pass before it strikes.
    """

    kind: str
    operation: str = ""
    times: int = 1
    after: str = ""
    passes: int = 0


@dataclass
class Faults:
    """What is planned to go wrong, and what did."""

    planned: list[Fault] = field(default_factory=list)
    struck: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, *faults: Fault) -> None:
        """Plan faults, the first first."""
        with self._lock:
            self.planned.extend(faults)

    def take(self, kinds: Iterable[str], operation: str = "") -> Fault | None:
        """Give the fault that strikes now, if any, and count it."""
        with self._lock:
            for fault in self.planned:
                if fault.kind in kinds and fault.operation in {"", operation}:
                    if fault.passes:
                        fault.passes -= 1
                        return None
                    fault.times -= 1
                    self.struck.append(fault)
                    if not fault.times:
                        self.planned.remove(fault)
                    return fault
        return None


@dataclass
class Ended:
    """How a process ended: its exit code, negative for a signal, and the fault that killed it."""

    code: int
    fault: str = ""


class Work:
    """One process: it is started, its lines are handed on as they come, and its end is told once."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
        on_end: Callable[[Ended], None],
        fault: Fault | None = None,
        seconds: float | None = None,
        warm: bool = False,
    ) -> None:
        self.lines: list[str] = []
        self._on_line, self._on_end, self._fault = on_line, on_end, fault
        self._struck = ""
        self._lock, self._over = threading.Lock(), False
        reading, writing = os.pipe()
        start = _forked if warm else _started
        self._process = start(list(command), dict(environment), writing)
        os.close(writing)
        self._timer = threading.Timer(seconds, self.kill, (TIME_OUT,)) if seconds else None
        if self._timer:
            self._timer.daemon = True
            self._timer.start()
        if fault is not None and not fault.after:
            self.kill(fault.kind)
        self._thread = threading.Thread(target=self._read, args=(reading,), daemon=True)
        self._thread.start()

    @property
    def struck(self) -> str:
        """The fault that ended it."""
        return self._struck

    @property
    def pid(self) -> int:
        """The process."""
        pid: int = self._process.pid
        return pid

    def kill(self, fault: str = "", number: int = signal.SIGKILL) -> None:
        """End the process, unless it has ended; `fault` says why, where it was none of its own doing."""
        with self._lock:
            if self._over:  # its number may be another's by now
                return
            self._struck = self._struck or fault
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def stop(self, grace: float = 10) -> None:
        """End the process as providers do: ask, and kill it where it does not listen."""
        last = threading.Timer(grace, self.kill)
        last.daemon = True
        last.start()
        self.kill(number=signal.SIGTERM)

    def wait(self, seconds: float = 60) -> None:
        """Wait until the end was told."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "the work has not ended"

    def _read(self, reading: int) -> None:
        with open(reading, encoding="utf-8", errors="replace") as output:
            for line in output:
                self.lines.append(line.rstrip("\n"))
                self._on_line(self.lines[-1])
                changed()
                if self._fault is not None and self._fault.after and self._fault.after in line:
                    self.kill(self._fault.kind)
        code = self._process.wait() if isinstance(self._process, subprocess.Popen) else self._join()
        with self._lock:
            self._over = True
            if code >= 0:  # it ended by itself before the fault came
                self._struck = ""
        if self._timer:
            self._timer.cancel()
        self._on_end(Ended(code, self._struck))
        changed()

    def _join(self) -> int:
        self._process.join()
        code: int = self._process.exitcode
        return code


def _started(command: list[str], environment: dict[str, str], writing: int) -> Any:
    return subprocess.Popen(
        [_program(command[0]), *command[1:]], env=environment, stdout=writing, stderr=writing, close_fds=True
    )


def _program(name: str) -> str:
    """Give the program of this environment, which an image has on its path; one that has a place of its own is that."""
    beside = Path(sys.executable).parent / name  # a whole path stays itself
    return str(beside) if beside.exists() else name


_FORKS = get_context("forkserver")
_STARTING = threading.Lock()


def preload(*modules: str) -> None:
    """Import modules once for all warm processes, which are then forks that only replace their environment."""
    _FORKS.set_forkserver_preload(list(modules))


def _forked(command: list[str], environment: dict[str, str], writing: int) -> Any:
    from multiprocessing.connection import Connection

    arguments = command, environment, Connection(os.dup(writing), readable=False)
    with _STARTING:
        process = _FORKS.Process(target=_execute, args=arguments, daemon=True)
        process.start()
        # Its exit code can be read once. `multiprocessing` looks for what has ended whenever a process starts, and
        # would read it in place of the thread that waits, which then took the end for a failure.
        children.discard(process)
    return process


def _execute(command: list[str], environment: dict[str, str], output: Any) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number in (1, 2):
        os.dup2(output.fileno(), number)
    output.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if command[0] == "dagster":  # whose program does just this
        command = ["python", "-m", *command]
    if command[:2] != ["python", "-m"]:
        os.execvpe(_program(command[0]), command, environment)  # noqa: S606
    sys.argv = command[2:]
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    runpy.run_module(command[2], run_name="__main__", alter_sys=True)
