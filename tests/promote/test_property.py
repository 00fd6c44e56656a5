"""Random notebooks are promoted to functions that give what the notebook gave, or they are refused.

Each notebook runs cell by cell in one namespace, is promoted without and with `--include-needed`, and the promoted
functions run over each other's outputs. No difference is ever unrefused, and with `--include-needed` few are refused.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl
import pytest

from tests.promote.graph import Verdict, compare
from tests.promote.random_notebooks import Cells, notebook, shrink
from tests.promote.soundness_fakes import install_helper

pytestmark = pytest.mark.filterwarnings("ignore")  # what random code does to pandas is not what is tested


@dataclass
class Counts:
    """How many steps there were, how many of them were promoted, and how many call what they share with others."""

    notebooks: int = 0
    steps: int = 0
    plain: int = 0
    needed: int = 0
    calling: int = 0


def test_a_share_of_random_notebooks() -> None:
    counts = campaign(range(160))
    assert counts.notebooks >= 80  # those whose own run raises are passed over
    assert counts.needed >= 0.85 * counts.steps
    assert counts.plain >= 0.02 * counts.steps
    assert counts.calling >= 0.5 * counts.steps


@pytest.mark.nightly
def test_ten_thousand_random_notebooks(full_count: bool) -> None:
    counts = campaign(range(1_000, 15_000) if full_count else range(1_000, 1_020))
    assert counts.notebooks >= (10_000 if full_count else 10)
    assert counts.needed >= 0.8 * counts.steps


def test_shrinking_keeps_what_fails() -> None:
    cells: Cells = [("", "x = 1\ny = 2"), ("silver:a", "for i in range(2):\n    a = [x]"), ("", "z = 3")]
    small = shrink(cells, lambda some: any("[x]" in source for _, source in some))
    assert small == [("silver:a", "a = [x]")]


def campaign(seeds: range) -> Counts:
    """Compare the notebooks of these seeds in a process of its own, where no thread or state of other tests is."""
    program = "import sys; from tests.promote.test_property import main; main(range(*map(int, sys.argv[1:])))"
    command = [sys.executable, "-W", "ignore", "-c", program, str(seeds.start), str(seeds.stop)]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return Counts(**json.loads(done.stdout.splitlines()[-1]))


def main(seeds: range) -> None:
    """Print the counts of these seeds, or end with what differed."""
    try:
        print(json.dumps(asdict(counted(seeds))))  # noqa: T201 - what the asking process reads
    except pytest.fail.Exception as error:
        raise SystemExit(str(error)) from None


def counted(seeds: range) -> Counts:
    """Compare the notebooks of these seeds; a difference is told with the notebook made small."""
    counts = Counts()
    for seed in seeds:
        cells = notebook(seed)
        plain, needed = verdict(cells, needed=False), verdict(cells, needed=True)
        if plain is None or needed is None:
            continue
        for found, include in ((plain, False), (needed, True)):
            if found.wrong:
                pytest.fail(told(seed, cells, include, found.wrong))
        counts.notebooks += 1
        counts.steps += len(needed.steps)
        counts.plain += list(plain.steps.values()).count("same")
        counts.needed += list(needed.steps.values()).count("same")
        counts.calling += sum("import make_" in text or ", make_" in text for text in needed.modules.values())
    return counts


def verdict(cells: Cells, *, needed: bool) -> Verdict | None:
    """Compare a notebook with what it is promoted to; None where its own run raises, or would never end."""
    install_helper()
    with bounded():
        result = compare(cells, include_needed=needed, assets={"src": pl.DataFrame({"a": [3, 4]})})
    return None if result.broken else result


class EndlessError(Exception):
    """A random notebook goes on and on, such as one that appends to the list it goes through."""


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Raise in code that takes this process more than five seconds of work, a hundred times what the longest takes.

    What other tests left in this process is not looked through for garbage meanwhile: that alone takes seconds. No
    signal is heard within one call of C, such as `x.extend(iter(x))`: that ends where 2 GiB more are asked for.
    """

    def stop(*_: object) -> None:
        raise EndlessError

    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (held + 2 * 2**30, limits[1]))
    before = signal.signal(signal.SIGVTALRM, stop)
    gc.freeze()
    signal.setitimer(signal.ITIMER_VIRTUAL, 5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        gc.unfreeze()
        signal.signal(signal.SIGVTALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def told(seed: int, cells: Cells, include: bool, first: object) -> str:
    """Show what differed, and the smallest notebook that still differs, it may be otherwise."""
    small = shrink(cells, lambda some: bool((found := verdict(some, needed=include)) and found.wrong))
    wrong = verdict(small, needed=include)
    shown = "\n".join(f"%% {tags}\n{source}" for tags, source in small)
    return f"seed {seed}, include_needed={include}: {first}\nmade small: {wrong and wrong.wrong}\n{shown}"
