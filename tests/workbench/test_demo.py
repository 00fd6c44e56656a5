"""The demo, on the small example: a new project, its notebook promoted and verified, its assets made."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from workbench.demo import next_steps, notebooks_of
from workbench.project import Project

ROOT = Path(__file__).resolve().parents[2]
BUILD = """
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "letting"
version = "0.1.0"

[tool.hatch.build.targets.wheel]
packages = ["src/letting"]
"""


def digests(folder: Path) -> dict[str, str]:
    """Give the digest of every file of a project but Dagster's databases and compiled modules."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".db", ".pyc"})
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_demo_ends_with_a_report_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "workbench.demo", "demo", "--example", "blank"]
    first = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stdout + first.stderr
    for part in ("checks passed", "demo/data/report.html", "workbench lab", "workbench dev"):
        assert part in first.stdout
    assert "<table>" in (tmp_path / "demo" / "data" / "report.html").read_text(encoding="utf-8")
    before = digests(tmp_path / "demo")
    second = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "│ made" not in second.stdout
    assert digests(tmp_path / "demo") == before


def test_dagsters_own_command_finds_the_installed_project(project: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    # What the locked environment holds, seen from an environment of the test's own
    paths = [path for path in sys.path if path.endswith("site-packages")] + [str(ROOT)]
    settings = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(paths)}
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(BUILD)
    script = (
        "from pathlib import Path\nfrom workbench.demo import install_project\nfrom workbench.project import Project\n"
        "install_project(Project(Path.cwd(), 'letting'), Path('.'))\n"
    )
    first, second = (
        subprocess.run([python, "-c", script], cwd=project, env=settings, capture_output=True, text=True, check=True)
        for _ in range(2)
    )
    assert first.stderr == "$ pip install --no-deps --no-build-isolation --editable .\n"
    assert second.stderr == ""
    listed = subprocess.run(
        [python, "-m", "dagster_dg_cli.cli", "list", "defs", "--json"],
        cwd=project,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.returncode == 0, listed.stdout + listed.stderr
    assert {asset["asset_key"] for asset in json.loads(listed.stdout)["assets"]} == {
        "raw_rents",
        "rents",
        "rents_by_town",
    }


def test_notebooks_stand_in_the_order_of_the_layers(tmp_path: Path) -> None:
    for name in ("gold/a", "silver/b", "silver/a", "bronze/z", "bronze/.ipynb_checkpoints/z", "other/a"):
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = notebooks_of(Project(tmp_path, "letting"))
    names = ("bronze/z", "silver/a", "silver/b", "gold/a", "other/a")
    assert found == [f"notebooks/{name}.ipynb" for name in names]


def test_the_next_commands_name_the_folder() -> None:
    said = next_steps(Path("build/demo"))
    assert "cd build/demo\n" in said
    assert "build/demo/data/report.html" in said
