"""`make demo`: the whole journey on real data - a new project, its notebooks promoted, every asset made.

Called as `python -m workbench.demo build/demo`. A second run finds everything as it should be and changes nothing.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir
from importlib.util import find_spec
from pathlib import Path

from workbench.cli import guarded
from workbench.project import Project, find_project

LAYERS = ("bronze", "silver", "gold")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo and give the exit code of the first part that failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m workbench.demo", description="Make the demo project.")
    parser.add_argument("folder", type=Path, help="where the project is to stand")
    parser.add_argument("--example", choices=("odp", "blank"), default="odp", help="which example (default: odp)")
    parser.add_argument("--install", action="store_true", help="put the project into this environment, for `dg`")
    arguments = parser.parse_args(argv)
    return guarded(lambda: demo(arguments.folder, arguments.example, install=arguments.install))


def demo(folder: Path, example: str = "odp", *, install: bool = False) -> int:
    """Make the project where it is absent, promote its notebooks, make all its assets and say what to do next."""
    # Not at the top: the help has no use for them
    from promote.cli import main as promote  # noqa: PLC0415
    from workbench.commands.materialize import materialise  # noqa: PLC0415
    from workbench.scaffold import default_name, render_project  # noqa: PLC0415

    if not folder.exists() or not any(folder.iterdir()):
        say(f"workbench new {folder} --example {example}")
        render_project(folder, {"project_name": default_name(folder), "example": example}, ask=False)
    project = find_project(folder)
    if install:
        install_project(project, folder)
    with chdir(project.root):
        notebooks = notebooks_of(project)
        say(f"promote {' '.join(notebooks)}")
        if code := promote(notebooks):
            return code
        say("workbench materialize --all-partitions")
        if code := materialise(project, all_partitions=True):
            return code
    sys.stdout.write(next_steps(folder))
    return 0


def install_project(project: Project, folder: Path) -> None:
    """Install the project in editable form where it is not yet: Dagster's own commands import it by its name.

    Nothing is fetched. Ours do without, so that a failure is only told.
    """
    spec = find_spec(project.package)
    if spec is not None and Path(spec.origin or "").is_relative_to(project.sources):
        return
    options = ["--no-deps", "--no-build-isolation", "--editable", str(folder)]
    say(" ".join(["pip install", *options]))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", *options]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own interpreter, no shell
        sys.stderr.write("warning: the project is not installed; `dg` finds it with PYTHONPATH=src alone\n")


def notebooks_of(project: Project) -> list[str]:
    """Give the project's notebooks, relative to it: layer by layer, then by name."""
    folder = project.root / "notebooks"
    found = [path.relative_to(project.root) for path in folder.rglob("*.ipynb")]
    found = [path for path in found if not any(part.startswith(".") for part in path.parts)]
    order = {layer: number for number, layer in enumerate(LAYERS)}
    found.sort(key=lambda path: (order.get(path.parts[1], len(LAYERS)), path.as_posix()))
    return [path.as_posix() for path in found]


def next_steps(folder: Path) -> str:
    """Say what to type next."""
    scripts = Path(sys.executable).parent
    inside = scripts.relative_to(Path.cwd()) if scripts.is_relative_to(Path.cwd()) else scripts
    return (
        f"\nThe report of the demo: {folder / 'data' / 'report.html'}\n\nNext, in this terminal:\n"
        f"  source {shlex.quote(str(inside / 'activate'))}\n"
        f"  cd {shlex.quote(str(folder))}\n"
        "  workbench lab      # the notebooks, in JupyterLab\n"
        "  workbench dev      # the assets, in Dagster on port 3001\n"
        "  dg list defs       # the assets, in this terminal\n"
    )


def say(command: str) -> None:
    """Show the command that a person would type for what comes next."""
    sys.stderr.write(f"$ {command}\n")


if __name__ == "__main__":
    sys.exit(main())
