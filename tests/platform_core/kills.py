"""Kills writers at random moments, hundreds of them: each is a fork of one process that has imported everything."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

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
        os.waitpid(child, 0)
        print("dead", flush=True)
        continue
    number, write = int(line), begin(*arguments)
    while True:
        number += 1
        os.write(1, f"{os.getpid()} {number}\\n".encode())  # at once, or a kill would leave half a line
        write(number)
"""


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
    command = [sys.executable, "-c", _NURSERY, json.dumps([begin.__module__, begin.__name__, arguments])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        for _ in range(kills):
            nursery.stdin.write(f"{started}\n")
            for _ in range(chance.randint(1, 2)):  # the second number says that the first write has ended
                writer, started = map(int, nursery.stdout.readline().split())
            with suppress(subprocess.TimeoutExpired):
                nursery.wait(chance.uniform(0.0, moment))  # it goes on
            os.kill(writer, signal.SIGKILL)
            for line in iter(nursery.stdout.readline, "dead\n"):
                started = int(line.split()[1])
            before, found = found, newest()
            assert before <= found <= started
        nursery.stdin.close()
    return found
