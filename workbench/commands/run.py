"""`workbench run`: run one notebook with parameters."""

from __future__ import annotations

import argparse
from pathlib import Path

from platform_core.errors import UsageError, UserError
from workbench.project import find_project

HELP = "Run a notebook in a fresh kernel, with parameters; the executed copy is kept under data/runs."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("notebook", type=Path, help="the notebook to run")
    parser.add_argument(
        "-p",
        "--parameter",
        nargs=2,
        action="append",
        default=[],
        metavar=("KEY", "VALUE"),
        help="a parameter of the notebook; may be given several times",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run the notebook and print where the executed copy is."""
    from workbench.runner import run_notebook  # noqa: PLC0415 - a command imports what it needs when it runs

    given: dict[str, str] = {}
    for key, value in arguments.parameter:
        if key in given:
            raise UsageError(f"The parameter {key!r} is given twice.")
        given[key] = value
    notebook: Path = arguments.notebook
    try:
        project = find_project()
    except UserError:
        project = find_project(notebook.resolve().parent)
    print(project.relative(run_notebook(project, notebook, given)))  # noqa: T201 - the command's result
    return 0
