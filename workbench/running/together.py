"""Running jobs, one or many at once: each in a thread of its own with a kernel of its own, and all stop together."""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from platform_core.environment import setting
from platform_core.metadata.text import cut, uncoloured
from workbench.running.client import Live
from workbench.running.execute import run_job
from workbench.running.job import Job
from workbench.running.records import Record, new_folder

_WIDTH = 60


def run_jobs(jobs: Sequence[Job], at_once: int, keep: float | None, ended: Callable[[Record], None]) -> None:
    """Run jobs of one project, and hand over the record of each in their order as soon as those before it have one.

    A job that fails stops no other. An interruption (SIGINT or SIGTERM) kills every kernel with what it started, has
    the runs that went on recorded as interrupted, and is raised anew.

    Args:
        jobs: What to run; at least one.
        at_once: How many kernels may run at a time.
        keep: How many seconds the kernel of a failed run waits; None where none does.
        ended: Is handed each record.
    """
    lives = [Live(job.path.resolve().parent, keep) for job in jobs]
    with (
        setting(jobs[0].project.environment()),
        _terminated_as_interrupted(),
        _telling(jobs, lives),
        ThreadPoolExecutor(at_once) as pool,
    ):
        futures = [pool.submit(_run, job, live) for job, live in zip(jobs, lives, strict=True)]
        try:
            for future in futures:
                ended(future.result())
        except BaseException:
            _stop(lives, futures)
            raise


def _run(job: Job, live: Live) -> Record:
    if live.stopping.is_set():
        raise KeyboardInterrupt
    return run_job(job, new_folder(job.project, job.path), live)


def _stop(lives: Sequence[Live], futures: Sequence[Future[Record]]) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would stop the tidying up
    try:
        for future in futures:
            future.cancel()
        for live in lives:
            live.stop()
        wait(futures)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only the main thread may ask for signals
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _telling(jobs: Sequence[Job], lives: Sequence[Live]) -> Iterator[None]:
    """Show a bar by cell, with the line that a notebook printed last; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from workbench.terminal import progress  # noqa: PLC0415 - a quick run in a pipe need not load it

    total = sum(len(job.notebook["cells"]) for job in jobs)
    with progress("running", total) as bar:
        for number, live in enumerate(lives, start=1):
            live.tell = _teller(bar, f"{number}: " if len(lives) > 1 else "")
        yield


def _teller(bar: Callable[..., None], mark: str) -> Callable[[int, str], None]:
    begun = 0

    def tell(cells: int, text: str) -> None:
        nonlocal begun
        line = last_line(text)
        bar(max(0, cells - begun), label=mark + line if line else f"{mark}cell {cells + 1}")
        begun = max(begun, cells)

    return tell


def last_line(text: str) -> str:
    r"""Give the last line of a text that shows something, without colours and control characters, bounded.

    >>> last_line("one\n\x1b[31m 3 %\r 4 %\x1b[0m\n\n")
    '4 %'
    """
    lines = [line.strip() for line in re.split(r"[\r\n]", uncoloured(text))]
    return cut(next((line for line in reversed(lines) if line), ""), _WIDTH)
