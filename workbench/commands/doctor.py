"""`workbench doctor`: what a project needs on this machine, what is there, and the command for what is not."""

from __future__ import annotations

import argparse
import json
import sys

from workbench.project import find_project

HELP = "Say what the project needs on this machine and what is missing, with the command that mends it."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--fix", action="store_true", help="mend what can be mended without a network")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the outcome (default: text)")


def execute(arguments: argparse.Namespace) -> int:
    """Say how everything stands, and give 1 where something is still wrong."""
    from promote.reports.report import clean  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.doctor.checks import examine  # noqa: PLC0415 - as above

    found = list(examine(find_project(), fix=arguments.fix))
    if arguments.format == "json":
        rows = [standing.as_json(fixed=fixed) for standing, fixed in found]
        sys.stdout.write(json.dumps({"version": 1, "checks": rows}, indent=2) + "\n")
    else:
        widest = max(len(standing.name) for standing, _ in found)
        for standing, fixed in found:
            word = "mended" if fixed else "fine" if standing.fine else "WRONG"
            sys.stdout.write(f"{word:<6}  {standing.name:<{widest}}  {clean(standing.said)}\n")
            if standing.mend:
                sys.stdout.write(f"{'':<6}  {'':<{widest}}  mend: {clean(standing.mend)}\n")
    return 0 if all(standing.fine for standing, _ in found) else 1
