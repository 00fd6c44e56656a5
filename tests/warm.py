"""Python programs in forks of one process that has imported Dagster already: a process each, without its start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

_FORKS = get_context("forkserver")
_IMPORTED = ["dagster", "platform_core.sdk", "platform_core.resources", "workbench.graph"]


def forks() -> ForkServerContext:
    """Give what makes processes that have imported Dagster already."""
    _FORKS.set_forkserver_preload(_IMPORTED)
    return _FORKS


def run(command: Sequence[str], *, env: Mapping[str, str], cwd: Path, **_: bool) -> subprocess.CompletedProcess[str]:
    """Run `[sys.executable, "-c", program]` as `subprocess.run` does, its output captured; what it prints is lost.

    >>> failed = run([sys.executable, "-c", "raise ValueError('no')"], env={}, cwd=Path("/"))
    >>> failed.returncode, failed.stderr.splitlines()[-1]
    (1, 'ValueError: no')
    """
    interpreter, option, program = command
    assert (interpreter, option) == (sys.executable, "-c")
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder, "stderr")
        process = forks().Process(target=_execute, args=(program, dict(env), str(cwd), str(said)))
        process.start()
        process.join()
        return subprocess.CompletedProcess(list(command), process.exitcode or 0, "", said.read_text(encoding="utf-8"))


def _execute(program: str, env: dict[str, str], cwd: str, said: str) -> None:
    with open(said, "wb") as stream:  # noqa: PTH123 - its number is what is wanted
        os.dup2(stream.fileno(), 2)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    exec(program, {"__name__": "__main__"})  # noqa: S102 - our own tests' program
