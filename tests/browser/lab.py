"""A real JupyterLab with a real kernel, and a real browser that looks at it."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from workbench.stack.ports import HeldPorts

ROOT = Path(__file__).parents[2]
LAB = ROOT / "jupyter_ext/lab"
TOKEN = "for-tests"  # noqa: S105 - of a server that only this machine reaches
KERNEL = {
    "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
    "language_info": {"name": "python"},
}


def chromium() -> str:
    """Give the path of Chromium; without one the test is skipped, with what to do."""
    spec = importlib.util.spec_from_file_location("setup_browser", ROOT / "scripts/setup_browser.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: str | None = module.find()
    if found is None:
        pytest.skip(f"NO BROWSER: {module.HINT}")
    return found


def node_modules() -> Path:
    """Give the front end's `node_modules`, installed by its lock; without node the test is skipped, with what to do."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("NO NODE: install node 20 or newer, with npm, to build and test the Lab extension's front end")
    folder = LAB / "node_modules"
    stamp, lock = folder / ".lock", (LAB / "package-lock.json").read_bytes()
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build/node_modules.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)  # of the suite's processes whoever comes second waits until they are there
        if not stamp.is_file() or stamp.read_bytes() != lock:
            done = subprocess.run([npm, "ci", "--ignore-scripts"], cwd=LAB, capture_output=True, text=True, check=False)
            if done.returncode != 0 and "ENOTFOUND" in done.stderr + done.stdout:
                pytest.skip("NO NETWORK: npm cannot fetch the packages of jupyter_ext/lab/package-lock.json")
            assert done.returncode == 0, done.stderr
            stamp.write_bytes(lock)
    return folder


def write_notebook(path: Path, sources: list[str]) -> Path:
    """Write a notebook of code cells without tags, with a kernel, so that nobody is asked for one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "source": s, "outputs": [], "execution_count": None}
        for n, s in enumerate(sources, 1)
    ]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": KERNEL, "cells": cells}))
    return path


@contextmanager
def jupyterlab(root: Path, home: Path) -> Iterator[str]:
    """Start JupyterLab on a folder, with this checkout's front end, and give its address."""
    extensions = home / "jupyter/labextensions"
    extensions.mkdir(parents=True)
    (extensions / "notebook-workbench").symlink_to(ROOT / "jupyter_ext/labextension")
    overrides = home / "settings"
    for name, content in {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "docmanager-extension/plugin": {"autosave": False},
    }.items():
        path = overrides / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    held = HeldPorts()
    port = held.any()
    environment = {
        **os.environ, "HOME": str(home), "JUPYTER_PATH": str(home / "jupyter"),
        "JUPYTERLAB_SETTINGS_DIR": str(overrides),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"), "WORKBENCH_CACHE": str(home / "cache"),
        "JUPYTER_PLATFORM_DIRS": "1", "PYTHONPATH": f"{root / 'src'}{os.pathsep}{ROOT}",
    }  # fmt: skip
    arguments = [
        "--allow-root", "--no-browser", "--expose-app-in-browser", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={root}",
    ]  # fmt: skip
    log = home / "lab.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *arguments], cwd=root, env=environment, stdout=stream, stderr=stream
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, server, log)
        yield address
    finally:
        server.terminate()
        server.wait(60)
        held.close()


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers, and say what it said where it ends instead."""
    while True:
        assert server.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            with urlopen(f"{address}/api?token={TOKEN}", timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.2)
