"""Rendering the template, reading its notebooks, and running the commands of a project's continuous integration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "notebooks_template"
REPORT_DATES = ("2025-01-22", "2025-01-30", "2025-03-05", "2025-03-12", "2025-03-19")


def render(folder: Path, **answers: str) -> subprocess.CompletedProcess[str]:
    """Render the template below `folder` as `cookiecutter notebooks_template` does, with settings of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / ".settings.yaml"
    kept = {"cookiecutters_dir": str(folder / ".templates"), "replay_dir": str(folder / ".replay")}
    settings.write_text(json.dumps(kept), encoding="utf-8")
    command = [sys.executable, "-m", "cookiecutter", str(TEMPLATE), "--no-input", "--config-file", str(settings)]
    command += ["--output-dir", str(folder / "out"), *(f"{key}={value}" for key, value in answers.items())]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def rendered_project(folder: Path, **answers: str) -> Path:
    """Render the template and give the one project it made."""
    outcome = render(folder, **answers)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (project,) = (folder / "out").iterdir()
    return project


def notebooks(project: Path) -> list[Path]:
    """Give the project's notebooks in the order in which they depend on each other."""
    order = ("bronze", "silver", "gold")
    return sorted((project / "notebooks").glob("*/*.ipynb"), key=lambda path: order.index(path.parent.name))


def cells(notebook: Path) -> list[dict[str, Any]]:
    """Give the cells of a notebook, each source as one text."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    return [{**cell, "source": "".join(cell["source"])} for cell in content["cells"]]


def tags(cell: dict[str, Any]) -> list[str]:
    """Give the tags of a cell."""
    return list(cell["metadata"].get("tags", []))


def steps(notebook: Path) -> dict[str, dict[str, Any]]:
    """Give the options of each step of a notebook by its tag."""
    found = {}
    for cell in cells(notebook):
        for tag in tags(cell):
            if tag.partition(":")[0] in {"bronze", "silver", "gold"}:
                lines = [line.removeprefix("#| ") for line in cell["source"].splitlines() if line.startswith("#| ")]
                found[tag] = yaml.safe_load("\n".join(lines))
    return found


def gate(project: Path, name: str) -> list[str]:
    """Give the commands of one of the project's own gates."""
    return gates(project)[name]


def gates(project: Path) -> dict[str, list[str]]:
    """Give the commands of the project's own gates by name."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(settings["tool"]["workbench"]["gates"])


def workflow_step(project: Path, file: str, job: str, name: str) -> str:
    """Give what a named step of a workflow of GitHub runs."""
    workflow = yaml.safe_load((project / ".github/workflows" / file).read_text(encoding="utf-8"))
    (step,) = (step for step in workflow["jobs"][job]["steps"] if step.get("name") == name)
    return str(step["run"])


def pipeline_job(project: Path, job: str) -> dict[str, Any]:
    """Give a job of GitLab's pipeline."""
    return dict(yaml.safe_load((project / ".gitlab-ci.yml").read_text(encoding="utf-8"))[job])


def run(command: str, project: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the continuous integration in a project, with the environment's own tools first."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    env = {**os.environ, "PATH": path, "NO_COLOR": "1", "TERM": "dumb", **environment}
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=project, env=env, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def edit_cell(notebook: Path, cell_id: str, **changes: Any) -> None:
    """Change one cell of a notebook."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    (cell,) = (cell for cell in content["cells"] if cell["id"] == cell_id)
    cell.update(changes)
    notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
