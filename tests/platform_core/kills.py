"""Kills writers at random moments or at any call, hundreds of them: forks of one process that has imported all."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import deltalake
import duckdb
import polars as pl

# Imports cost most of a writer's life; no thread of Polars has started in this process yet, so it may be forked
_NURSERY = """
import importlib, json, os, sys
module, name, arguments = json.loads(sys.argv[1])
begin = getattr(importlib.import_module(module), name)
names = {open(f"/proc/self/task/{task}/comm").read().strip() for task in os.listdir("/proc/self/task")}
harmless = {open("/proc/self/comm").read().strip(), "jemalloc_bg_thd", "polars-ooc-clea"}
assert names <= harmless, f"threads have started, whose locks a fork would hold for ever: {names - harmless}"
for line in sys.stdin:
    if child := os.fork():
        print("dead", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    number, at = map(int, line.split())
    if at:
        from tests.platform_core.kills import die_at
        write = begin(*arguments)
        die_at(at)
        write(number)
        os._exit(0)
    write = begin(*arguments)
    while True:
        number += 1
        os.write(1, f"{os.getpid()} {number}\\n".encode())  # at once, or a kill would leave half a line
        write(number)
"""
_CALLS: dict[Any, tuple[str, ...]] = {
    os: ("open", "fsync", "close", "rename", "replace", "unlink", "rmdir"),
    fcntl: ("flock",),
    Path: ("mkdir", "replace", "rename", "unlink"),
    pl.LazyFrame: ("sink_parquet",),
    pl.DataFrame: ("write_parquet",),
    duckdb.DuckDBPyConnection: ("execute", "commit", "close"),
    deltalake: ("write_deltalake",),
}


def die_at(moment: int) -> None:
    """Let this process die as by `kill -9` before or after one of its calls that change a disk, counted together."""
    count = itertools.count(1)
    tempfile.gettempdir()  # Python itself tries where it may write, with a file that a kill would leave

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given: Any, **named: Any) -> Any:
            if next(count) == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            done = call(*given, **named)
            if next(count) == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return wrapped

    for owner, names in _CALLS.items():
        for name in names:
            setattr(owner, name, dying(getattr(owner, name)))


@contextmanager
def mortals(
    begin: Callable[..., Callable[[int], Any]], arguments: Sequence[str]
) -> Iterator[Callable[[int, int], bool]]:
    """Give a function that lets a process write a number and die at one of its calls, and says whether it lived.

    Args:
        begin: As `kill_writers` has it.
        arguments: What `begin` takes.
    """
    with _nursery(begin, arguments) as nursery:

        def lives(number: int, at: int) -> bool:
            print(number, at, file=nursery.stdin)
            ended = int(str(nursery.stdout and nursery.stdout.readline()).split()[1])
            assert ended in {0, -signal.SIGKILL}, ended
            return ended == 0

        yield lives


@contextmanager
def _nursery(begin: Callable[..., Any], arguments: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _NURSERY, json.dumps([begin.__module__, begin.__name__, arguments])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        yield nursery
        nursery.stdin.close()


def kill_writers(
    begin: Callable[..., Callable[[int], Any]],
    arguments: Sequence[str],
    kills: int,
    newest: Callable[[], int],
    *,
    moment: float = 0.05,
    seed: int = 7,
) -> int:
    """Let a process write number after number and kill it within a write, again and again; give what stands at the end.

    Args:
        begin: A function of `tests.platform_core.writers`: in the writer it is given `arguments`, and gives what
            writes a number.
        arguments: What `begin` takes.
        kills: How many writers are killed, each going on from the number at which the last one ended.
        newest: Called after each kill: it checks that what was written is whole, and gives the number that stands.
        moment: Seconds within which the kill falls, after the beginning of the writer's first or second write.
        seed: Of the moments.
    """
    chance = random.Random(seed)  # noqa: S311 - moments to kill at, no secret
    found = started = 0
    with _nursery(begin, arguments) as nursery:
        assert nursery.stdout is not None
        for _ in range(kills):
            print(started, 0, file=nursery.stdin)
            for _ in range(chance.randint(1, 2)):  # the second number says that the first write has ended
                writer, started = map(int, nursery.stdout.readline().split())
            with suppress(subprocess.TimeoutExpired):
                nursery.wait(chance.uniform(0.0, moment))  # it goes on
            os.kill(writer, signal.SIGKILL)
            while not (line := nursery.stdout.readline()).startswith("dead"):
                started = int(line.split()[1])
            before, found = found, newest()
            assert before <= found <= started
    return found
