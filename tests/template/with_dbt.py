"""The environment that has dbt: a test that needs it is skipped where it is not there, and says how to get it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

BIN = Path(__file__).parents[2] / "build" / "dbt" / "bin"


def dbt_environment() -> dict[str, str]:
    """Give the environment in which commands find dbt first, or skip the test loudly."""
    if not (BIN.parent / ".installed").is_file():
        pytest.skip("NOT CHECKED: dbt is not on this machine; `python scripts/setup_dbt.py` brings it")
    return {"PATH": os.pathsep.join((str(BIN), str(BIN.parents[2] / ".venv" / "bin"), os.environ["PATH"]))}


def python_with_dbt(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the Python that has dbt in a project."""
    env = {**os.environ, **dbt_environment(), "PYTHONPATH": str(project / "src"), "NO_COLOR": "1"}
    command = [str(BIN / "python"), *arguments]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False, encoding="utf-8")
