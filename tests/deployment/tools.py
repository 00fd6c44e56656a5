"""Programs that a machine may lack: a test that needs one is skipped, and says which and how to get it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

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


def scanned(folder: Path, framework: str, exceptions: Path, *, at_least: int) -> None:
    """Have checkov read a folder: what it has against it is what is excepted, with reasons, and nothing less.

    What is mended goes from the list.

    Args:
        folder: What is read.
        framework: What checkov takes it for, such as `terraform`.
        exceptions: The file that gives a reason for each check that may fail.
        at_least: How many checks must have passed, so that an empty folder does not.
    """
    reasons = yaml.safe_load(exceptions.read_text(encoding="utf-8"))
    assert all(len(reason) > 10 for reason in reasons.values())
    program = ROOT / "build" / "checkov" / "bin" / "checkov"
    if not program.exists():
        pytest.skip("NOT CHECKED: checkov is not there; `python scripts/setup_deployment_tools.py --checkov` brings it")
    command = [str(program), "--directory", str(folder), "--framework", framework, "--output", "json"]
    done = subprocess.run([*command, "--skip-download"], capture_output=True, text=True, check=False)
    results = json.loads(done.stdout)["results"]
    assert len(results["passed_checks"]) > at_least
    assert {one["check_id"] for one in results["failed_checks"]} == set(reasons), done.stderr
