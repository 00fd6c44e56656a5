"""What an install brings: both parts of the extension, built, and none of their sources' tools."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_wheel_holds_both_parts_and_needs_no_node(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    data = "notebook_workbench-0.1.0.data/data"
    shipped = {
        path.relative_to(ROOT / "jupyter_ext/labextension") for path in ROOT.glob("jupyter_ext/labextension/**/*")
    }
    for path in shipped:
        if (ROOT / "jupyter_ext/labextension" / path).is_file():
            assert f"{data}/share/jupyter/labextensions/notebook-workbench/{path.as_posix()}" in names
    assert f"{data}/etc/jupyter/jupyter_server_config.d/notebook_workbench.json" in names
    assert f"{data}/share/jupyter/labextensions/notebook-workbench/install.json" in names
    assert {"jupyter_ext/handlers.py", "jupyter_ext/starters/silver.ipynb"} <= names
    assert not [name for name in names if name.startswith(("jupyter_ext/lab/", "jupyter_ext/labextension/"))]
