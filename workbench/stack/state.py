"""What a running stack leaves for other commands to read: who watches it, which processes it has, where they listen."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped] # it ships no types

from platform_core.atomic import replacing


@dataclass(slots=True)
class Process:
    """A process of the stack: `began` tells it from a later one of the same number. `state` is what people read.

    One that listens has its `port`, a code server also the `release` that it serves. One that is `leaving` starts no
    run any more, and ends once its last one has.
    """

    pid: int = 0
    began: float = 0.0
    state: str = "waiting"
    restarts: int = 0
    port: int = 0
    release: int = 0
    leaving: bool = False


@dataclass(slots=True)
class State:
    """The state of a stack, as `data/stack/state.json` holds it."""

    supervisor: Process = field(default_factory=Process)
    services: dict[str, Process] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)


def read_state(folder: Path) -> State:
    """Read the state; a file that is absent or damaged counts as the state of a stack that never ran."""
    try:
        values = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        services = {name: Process(**body) for name, body in values["services"].items()}
        return State(Process(**values["supervisor"]), services, dict(values["ports"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return State()


def write_state(folder: Path, state: State) -> None:
    """Write the state; a reader sees the one before or this one, whole."""
    with replacing(folder / "state.json") as path:
        path.write_text(json.dumps(asdict(state), indent=2, sort_keys=True) + "\n", encoding="utf-8")


@contextmanager
def held(folder: Path, name: str = "lock") -> Iterator[bool]:
    """Hold a lock of the stack for a block, and say whether it could be had: another process may have it."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def wait_for_end(folder: Path) -> None:
    """Wait until no supervisor holds the stack's lock."""
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def began(pid: int) -> float:
    """Give when a process began, in seconds of the clock; 0 where there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def alive(process: Process) -> bool:
    """Say whether a process of the state still runs, and is no other that got its number."""
    with suppress(psutil.Error):
        if process.pid and abs(began(process.pid) - process.began) < 1:
            return bool(psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE)
    return False


def end_leftovers(state: State) -> list[str]:
    """End what a killed supervisor left running, and give the names of those services.

    Nothing of it is asked politely: PostgreSQL recovers, and a run whose process is gone is tried again.
    """
    left = [name for name, process in state.services.items() if alive(process)]
    for name in left:
        process = psutil.Process(state.services[name].pid)
        below = process.children(recursive=True)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        psutil.wait_procs([process, *below], timeout=30)
    return left
