"""Make `.venv` from `requirements.lock`, with every hash checked, and install the project into it in editable form.

It needs Python 3.11 or newer and pip, nothing else: uv is put into the environment when it can be had (it installs
the lock in seconds) and plain pip does the work when it cannot. uv itself and what builds the project stand in the
lock as well, so that nothing is fetched without a hash. `make` calls this; a stamp file inside the environment says
which lock it was made from, so that a second call does nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"
OLDEST = (3, 11)
QUIET = "export DAGSTER_DISABLE_TELEMETRY=1 DO_NOT_TRACK=1"


def fingerprint() -> str:
    """Hash what decides the content of the environment: the lock and the project's own description."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def environment() -> dict[str, str]:
    """Give the environment of the installers: no version notices, and caches that need no home directory."""
    settings = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_REQUIRE_VIRTUALENV": "0"}
    settings.setdefault("UV_SYSTEM_CERTS", "1")  # an organisation's own certificates stand in the system's store
    home = os.environ.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        settings.setdefault("UV_CACHE_DIR", str(VENV / ".cache" / "uv"))
        settings.setdefault("PIP_CACHE_DIR", str(VENV / ".cache" / "pip"))
    return settings


def attempt(*command: str) -> bool:
    """Run an installer and say whether it succeeded."""
    return subprocess.run([str(PYTHON), "-m", *command], cwd=ROOT, env=environment(), check=False).returncode == 0


def entry(name: str) -> str:
    """Give a package's entry of the lock, with its hashes; empty where it has none."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(name)}==.*(?:\n[ \t].*)*\n?", lock, re.MULTILINE)
    return found[0] if found else ""


def put_uv_in() -> bool:
    """Put the uv of the lock into the environment, and say whether it is there."""
    wanted = VENV / "uv.lock.txt"
    wanted.write_text(entry("uv"), encoding="utf-8")
    return attempt("pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(wanted))


def install() -> bool:
    """Install the lock and then the project itself, with uv where it can be had, else with pip."""
    target = ("--quiet", "--python", str(PYTHON))
    project = ("--no-deps", "--no-build-isolation", "-e", ".")
    if put_uv_in():
        # Compiled now, or every process of a machine that writes no bytecode would compile Dagster anew
        options = ("--compile-bytecode", "--require-hashes")
        synchronised = attempt("uv", "pip", "sync", *target, *options, "requirements.lock")
        if synchronised and attempt("uv", "pip", "install", *target, *project):
            return True
        print("uv could not install the lock; trying pip", file=sys.stderr)
    installed = attempt("pip", "install", "--quiet", "--require-hashes", "-r", "requirements.lock")
    return installed and attempt("pip", "install", "--quiet", *project)


def silence_telemetry() -> None:
    """Switch Dagster's telemetry off in every shell that activates the environment; our own commands do without."""
    script = VENV / "bin" / "activate"
    text = script.read_text(encoding="utf-8") if script.is_file() else ""
    if text and QUIET not in text:
        script.write_text(f"{text}\n{QUIET}\n", encoding="utf-8")


def main() -> int:
    """Make or refresh the environment and give the exit code: 0 fine, 1 an installer failed, 2 Python is too old."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"Python 3.11 or newer is needed; {sys.executable} is {found}.", file=sys.stderr)
        print("hint: name another one, for example `make PYTHON=python3.12 test`.", file=sys.stderr)
        return 2
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        STAMP.touch()
        return 0
    print("making .venv from requirements.lock (10 seconds to two minutes)", file=sys.stderr)
    try:
        if not PYTHON.exists():
            venv.create(VENV, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        PYTHON.unlink(missing_ok=True)  # half an environment would be taken for one
        print(f".venv could not be made: {error}", file=sys.stderr)
        print("hint: Debian and Ubuntu keep a part of it in a package of its own, python3-venv.", file=sys.stderr)
        return 1
    if not install():
        print("The packages of requirements.lock could not be installed; see the lines above.", file=sys.stderr)
        return 1
    silence_telemetry()
    attempt(
        "compileall", "-q", "platform_core", "promote", "workbench", "jupyter_ext"
    )  # as an installer does; commands start sooner
    STAMP.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
