"""`workbench lab`: JupyterLab on the project."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec

from platform_core.errors import UserError
from workbench.project import find_project

HELP = "Start JupyterLab on the project."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--port", type=int, help="port to listen on (default: JupyterLab's own choice)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("options", nargs="*", metavar="-- OPTION", help="options for JupyterLab itself, after `--`")


def execute(arguments: argparse.Namespace) -> int:
    """Become `jupyter lab`, so that signals reach it directly; this returns only where it could not start."""
    project = find_project()
    if find_spec("jupyterlab") is None:
        hint = "Install the extra `lab`: `pip install 'notebook-workbench[lab]'`."
        raise UserError("JupyterLab is not installed.", hint=hint)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={project.root}"]
    if arguments.port is not None:
        command.append(f"--ServerApp.port={arguments.port}")
    if arguments.no_browser:
        command.append("--no-browser")
    command += arguments.options
    os.chdir(project.root)
    os.execve(sys.executable, command, project.environment())  # noqa: S606 - our own interpreter, no shell
