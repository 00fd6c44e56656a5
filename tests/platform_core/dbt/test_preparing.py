"""When dbt's manifest is made anew."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from platform_core.dbt import dbt_models
from platform_core.dbt.preparing import is_current
from platform_core.errors import UserError

OLD, NEW = 1_000, 2_000
# A process that is killed where dbt would begin
KILLED = """
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace
from platform_core.dbt import models, preparing, workspace

preparing._parse = workspace.Workspace.copy = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "prepare":
    preparing.prepared_manifest(Path.cwd())
context = SimpleNamespace(selected_asset_keys=(), assets_def=SimpleNamespace(specs=()))
next(models._built(context, Path.cwd(), {"nodes": {}}))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dbt project whose manifest is newer than everything else."""
    for name in ("dbt_project.yml", "models/gold/a.sql", "models/gold/b.sql", "logs/dbt.log", "target/manifest.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    for path in sorted(tmp_path.rglob("*"), reverse=True):
        os.utime(path, (OLD, OLD))
    os.utime(tmp_path / "target/manifest.json", (NEW - 500, NEW - 500))
    return tmp_path


def touched(path: Path) -> None:
    os.utime(path, (NEW, NEW))


def deleted(path: Path) -> None:
    path.unlink()
    touched(path.parent)


@pytest.mark.parametrize(
    ("change", "name", "current"),
    [
        (touched, "logs/dbt.log", True),
        (touched, "target/run_results.json", True),
        (touched, "models/gold/a.sql", False),
        (touched, "dbt_project.yml", False),
        (deleted, "models/gold/b.sql", False),
        (deleted, "target/manifest.json", False),
    ],
)
def test_a_manifest_is_as_new_as_what_it_was_made_of(
    project: Path, change: Callable[[Path], None], name: str, current: bool
) -> None:
    (project / "target/run_results.json").write_text("{}")
    assert is_current(project / "target/manifest.json", project)
    change(project / name)
    assert is_current(project / "target/manifest.json", project) is current


@pytest.mark.parametrize("at", ["prepare", "build"])
def test_what_a_killed_run_left_goes_with_the_next(
    project: Path, at: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    touched(project / "dbt_project.yml")
    place, there = tmp_path_factory.mktemp("scratch"), sorted(project.rglob("*"))
    env = {**os.environ, "TMPDIR": str(place), "WORKBENCH_LAKE": str(project)}
    ran = subprocess.run([sys.executable, "-c", KILLED, at], cwd=project, env=env, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert len(list(place.iterdir())) == 1
    assert sorted(project.rglob("*")) == there
    code = "from platform_core.scratch import Scratch; Scratch().remove()"
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    assert list(place.iterdir()) == []


def test_a_project_with_models_says_what_to_do_where_dbt_is_not_installed() -> None:
    with pytest.raises(UserError, match=r"dbt is not installed \(dagster_dbt is missing\)") as found:
        dbt_models()
    assert found.value.hint is not None
    assert "pip install 'notebook-workbench[dbt]'" in found.value.hint
