"""The analysis runs where POSIX is not: nothing it needs is there on one kind of system alone.

What writes and what proves needs POSIX (locks, process groups) and says so in `docs/reference/where-it-runs.md`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

# What Windows has not: modules, and names of `os` and `signal`
WITHOUT = """
import os, signal, sys
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "syslog"):
    sys.modules[name] = None
for name in (
    "fork forkpty killpg setsid getuid geteuid getgid getpgid setpgid getpgrp mkfifo chown waitid wait3 wait4 "
    "nice uname sched_getaffinity O_CLOEXEC O_NONBLOCK O_NOFOLLOW O_DIRECTORY pread pwrite sync fchmod"
).split():
    vars(os).pop(name, None)
for name in ("SIGKILL", "SIGALRM", "SIGHUP", "alarm", "setitimer", "pthread_sigmask"):
    vars(signal).pop(name, None)
"""
# What may need more: the proof, and the writing with what stands right on it
BESIDE = ("promote.verify", "promote.writing", "promote.merge.pull", "promote.prove", "promote.earlier",
          "promote.generated_tests")  # fmt: skip


def run(code: str, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_every_module_of_the_analysis_can_be_imported_without_posix(tmp_path: Path) -> None:
    code = f"""{WITHOUT}
import importlib, pkgutil, promote
names = [one.name for one in pkgutil.walk_packages(promote.__path__, "promote.", onerror=lambda name: None)]
names = [name for name in names if not name.startswith({BESIDE!r}) and not name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


SCRIPT = """\
# %%
import polars as pl
from platform_core.sdk import load_asset

# %% tags=["silver:rents"]
#| key: [town]
rents = load_asset("raw").sort("town")

# %% tags=["gold:dear"]
dear = rents.filter(pl.col("rent") > limit)
"""


def test_a_notebook_is_checked_alike_without_posix(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.workbench]\npackage = "letting"\n')
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/a.py").write_text(SCRIPT)
    check = "from promote.cli import main; raise SystemExit(main(['--check', '--format', 'json', 'notebooks/a.py']))"
    with_all, without = (run(code, tmp_path) for code in (check, WITHOUT + check))
    assert without.returncode == with_all.returncode == 1, without.stderr
    assert json.loads(without.stdout) == json.loads(with_all.stdout)
    assert "limit" in without.stdout
