"""Bring what the tests of `deployment/` look at files with: hadolint, Helm's renderer, a reader of Terraform's files.

    python scripts/setup_deployment_tools.py

They stand in an environment of their own, `build/deployment-tools`, since nothing of ours imports them, and come from
`deployment/tools.lock` with every hash checked. Where they cannot be had, the tests that need them are skipped and say
so.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "deployment" / "tools.lock"
TOOLS = ROOT / "build" / "deployment-tools"
STAMP = TOOLS / ".installed"


def main() -> int:
    """Make the environment where it is absent or old, and give 1 where that was not possible."""
    wanted = LOCK.read_text(encoding="utf-8")
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return 0
    print("making build/deployment-tools from deployment/tools.lock", file=sys.stderr)
    venv.create(TOOLS, clear=True, with_pip=False)
    python = str(TOOLS / "bin" / "python")
    options = ["--quiet", "--require-hashes", "--no-deps", "-r", str(LOCK)]
    with_uv = [sys.executable, "-m", "uv", "pip", "install", "--python", python, *options]
    with_pip = [sys.executable, "-m", "pip", "--python", python, "install", *options]
    for command in (with_uv, with_pip):
        if subprocess.run(command, check=False).returncode == 0:
            STAMP.write_text(wanted, encoding="utf-8")
            return 0
    print("hint: the tests that need them are skipped; try again with a package index in reach", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
