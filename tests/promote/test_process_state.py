"""What the tests put back after a notebook is put back, and nothing else is touched."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.promote.graph import compare
from tests.promote.process_state import put_back

if TYPE_CHECKING:
    import pytest

READERS = """
import ctypes, os, threading
from tests.promote.process_state import put_back

getenv = ctypes.CDLL(None).getenv  # without the interpreter's lock, as the threads of polars and DuckDB read
done = threading.Event()

def read():
    while not done.is_set():
        for _ in range(1000):
            getenv(b"A_VARIABLE_THAT_NOBODY_SETS")

for _ in range(3):
    threading.Thread(target=read, daemon=True).start()
for _ in range(150):
    with put_back(databases=False):
        pass
done.set()
print("went well")
"""


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "1")
    monkeypatch.setenv("TZ", "Europe/London")
    time.tzset()
    summer = time.localtime(1_700_000_000 - 180 * 86_400).tm_hour
    with put_back(databases=False):
        os.environ.update(KEPT="2", MADE="3", TZ="Asia/Tokyo")
        time.tzset()
        assert time.localtime(1_700_000_000 - 180 * 86_400).tm_hour != summer
    assert (os.environ["KEPT"], os.environ.get("MADE")) == ("1", None)
    assert time.localtime(1_700_000_000 - 180 * 86_400).tm_hour == summer
    monkeypatch.undo()
    time.tzset()


def test_logging_and_the_collector_are_put_back() -> None:
    level = logging.root.level
    with put_back(databases=False):
        logging.disable(logging.CRITICAL)
        logging.root.setLevel(logging.DEBUG if level != logging.DEBUG else logging.INFO)
        gc.disable()
    assert (logging.root.manager.disable, logging.root.level) == (logging.NOTSET, level)
    assert gc.isenabled()


def test_threads_that_read_the_environment_meanwhile_do_not_crash() -> None:
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-W", "ignore", "-c", READERS],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, "went well\n"), ran.stderr


def test_how_deep_calls_may_be_is_put_back_once_a_notebook_was_compared() -> None:
    depth = sys.getrecursionlimit()
    cells = [("", "import sys\nsys.setrecursionlimit(220)"), ("silver:a", "a = [1]")]
    compare(cells, include_needed=True)
    assert sys.getrecursionlimit() == depth
