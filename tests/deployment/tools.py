"""Programs that a machine may lack: a test that needs one is skipped, and says which and how to get it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "build" / "deployment-tools" / "bin"


def tool(name: str, hint: str = "`python scripts/setup_deployment_tools.py` brings it") -> str:
    """Give the path of a program, or skip the test loudly."""
    found = shutil.which(name, path=str(TOOLS)) or shutil.which(name)
    if found is None:
        pytest.skip(f"NOT CHECKED: {name} is not on this machine; {hint}")
    return found


def tool_with(module: str) -> str:
    """Give the interpreter that has a module of the deployment tools, or skip the test loudly."""
    interpreter = TOOLS / "python"
    if not interpreter.exists() or not any(TOOLS.parent.glob(f"lib/*/site-packages/{module}")):
        pytest.skip(f"NOT CHECKED: {module} is not there; `python scripts/setup_deployment_tools.py` brings it")
    return str(interpreter)
