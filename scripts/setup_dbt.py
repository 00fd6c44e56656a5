"""Bring dbt for the tests that run it: `build/dbt`, an environment over `.venv`.

    python scripts/setup_dbt.py

dbt holds two libraries older than the type checker of `.venv` wants them, so it stands in an environment of its own.
That one takes from `deployment/docker/requirements.production.lock`, every hash checked, what differs from
`requirements.lock`, and sees the rest in `.venv`. Where it cannot be had, the tests that need it are skipped and say
so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUITE = ROOT / "requirements.lock"
PRODUCTION = ROOT / "deployment" / "docker" / "requirements.production.lock"
PLACE = ROOT / "build" / "dbt"
PYTHON = PLACE / "bin" / "python"
STAMP = PLACE / ".installed"
COMMANDS = ("dg", "dagster")  # of the suite's environment, to be started by this one's Python
HINT = "run `python scripts/setup_dbt.py` with a package index in reach"


def differing() -> str:
    """Give the entries of production's lock that the suite's does not hold at that version."""
    sys.path.insert(0, str(PRODUCTION.parent))
    import locks  # noqa: PLC0415 - it stands beside the locks

    there = {(pin.name, pin.version) for pin in locks.pins(SUITE.read_text(encoding="utf-8"))}
    pins = locks.pins(PRODUCTION.read_text(encoding="utf-8"))
    return "".join(pin.text for pin in pins if (pin.name, pin.version) not in there)


def is_made() -> bool:
    """Say whether the environment is there and belongs to today's locks."""
    return STAMP.is_file() and STAMP.read_text(encoding="utf-8") == differing()


def installed(*arguments: str) -> bool:
    """Install something into the environment with uv, and say whether that was possible."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(PYTHON), "--no-deps"]
    return subprocess.run([*command, *arguments], cwd=ROOT, check=False).returncode == 0


def share(command: str) -> None:
    """Give the environment a command of the suite's, under its own Python."""
    _, _, body = (Path(sys.executable).parent / command).read_text(encoding="utf-8").partition("\n")
    target = PYTHON.with_name(command)
    target.write_text(f"#!{PYTHON}\n{body}", encoding="utf-8")
    target.chmod(0o755)


def main() -> int:
    """Make the environment where it is absent or old, and give 1 where that was not possible."""
    if is_made():
        return 0
    print("making build/dbt from deployment/docker/requirements.production.lock", file=sys.stderr)
    shutil.rmtree(PLACE, ignore_errors=True)
    venv.create(PLACE, with_pip=False)
    (PLACE / "requirements.lock").write_text(differing(), encoding="utf-8")
    below = sysconfig.get_path("purelib")
    (site,) = (PLACE / "lib").glob("python3*/site-packages")
    (site / "suite.pth").write_text(f"import site; site.addsitedir({below!r})\n", encoding="utf-8")
    project = ("--no-build-isolation", "--editable", ".")  # its commands, started by this environment's Python
    # Compiled now, or every process of a machine that writes no bytecode would compile dbt anew
    options = ("--compile-bytecode", "--require-hashes")
    if installed(*options, "-r", str(PLACE / "requirements.lock")) and installed(*project):
        for command in COMMANDS:
            share(command)
        STAMP.write_text(differing(), encoding="utf-8")
        return 0
    print(f"no dbt: its tests are skipped; {HINT}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
