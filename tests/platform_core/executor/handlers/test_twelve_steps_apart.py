"""The run of twelve steps over five kinds of compute, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).with_name("test_twelve_steps.py")


def test_the_twelve_steps_pass_in_a_process_of_their_own() -> None:
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", str(FILE)]
    done = subprocess.run(
        command, env={**outer, "WORKBENCH_APART": "1"}, capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert done.returncode == pytest.ExitCode.OK, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
