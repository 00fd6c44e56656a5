"""The environment of the tests: it can be set while native threads read it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_READS_WHILE_IT_GROWS = """
import ctypes, os, sys, threading
if sys.argv[1] == "kept":
    from tests.environment import keep_in_place
    keep_in_place()
libc = ctypes.CDLL(None)  # a call through it holds no lock of Python's
libc.getenv.restype = ctypes.c_char_p
over = threading.Event()

def read():
    while not over.is_set():
        libc.getenv(b"NO_SUCH_VARIABLE")

threads = [threading.Thread(target=read) for _ in range(3)]
for thread in threads:
    thread.start()
for turn in range(40):
    for number in range(150):
        os.environ[f"GROWS_{number}"] = f"{turn}"
    for number in range(150):
        del os.environ[f"GROWS_{number}"]
over.set()
for thread in threads:
    thread.join()
os.environ["LAST"] = "ä=1"
print(libc.getenv(b"LAST").decode(), libc.getenv(b"GROWS_1"))
print(os.environ["LAST"], end="", flush=True)
os.execvp(sys.executable, [sys.executable, "-c", "import os; print(os.environ['LAST'], 'GROWS_1' in os.environ)"])
"""


def test_variables_are_set_while_native_threads_read() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _READS_WHILE_IT_GROWS, "kept"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, ["ä=1", "None", "ä=1ä=1", "False"]), done.stderr


def test_what_is_set_is_what_is_read_and_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_TRIED", "one")
    monkeypatch.setenv("WORKBENCH_TRIED", "two")
    monkeypatch.setenv("WORKBENCH_TRIED_AGAIN", "")
    monkeypatch.delenv("WORKBENCH_TRIED_AGAIN")
    script = "import os; print(os.environ['WORKBENCH_TRIED'], 'WORKBENCH_TRIED_AGAIN' in os.environ)"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "two False\n"
    with pytest.raises(ValueError, match="illegal"):
        os.environ["A=B"] = "1"
