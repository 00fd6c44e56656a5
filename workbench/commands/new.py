"""`workbench new`: make a data project from the template."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

HELP = "Make a data project from the template."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to make")
    parser.add_argument("--example", choices=("odp", "blank"), help="what to start from (default: odp)")
    parser.add_argument("--dbt", action="store_true", help="models in SQL with dbt too, over the same lake")
    parser.add_argument("--name", help="the project's name, as people say it (default: from the folder's name)")
    parser.add_argument("--no-input", action="store_true", help="ask nothing; take the defaults")


def execute(arguments: argparse.Namespace) -> int:
    """Render the template and say what to type next."""
    from workbench.scaffold import default_name, render_project  # noqa: PLC0415 - a command imports what it needs

    folder: Path = arguments.folder
    ask = not arguments.no_input and sys.stdin.isatty()
    answers = {"project_name": arguments.name or default_name(folder)}
    if arguments.example or not ask:
        answers["example"] = arguments.example or "odp"
    if arguments.dbt:
        answers["dbt"] = "yes"
    render_project(folder, answers, ask=ask)
    lines = [f"Made {folder}. Next:", f"  cd {shlex.quote(str(folder))}"]
    if not any((above / ".git").exists() for above in folder.resolve().parents):
        lines.append("  git init")
    lines += ["  workbench doctor --fix         # installs the project here, and sets up git"]
    lines += ["  promote notebooks/*/*.ipynb    # its notebooks become modules, each proven"]
    lines += ["  workbench lab"]
    print("\n".join(lines))  # noqa: T201 - the command's result
    return 0
