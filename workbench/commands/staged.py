"""`workbench staged`: what git hooks ask before a commit."""

from __future__ import annotations

import argparse
import json
import sys

from workbench.project import find_project

HELP = "Look at what is staged before a commit: outputs, secrets, size, drift. Git hooks call it."
NAMES = ("outputs", "secrets", "size", "drift")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"which of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the outcome (default: text)")


def execute(arguments: argparse.Namespace) -> int:
    """Run the checks, say what stands in the way of a commit, and give 1 where anything does."""
    from platform_core.errors import UsageError  # noqa: PLC0415 - a command imports what it needs when it runs
    from platform_core.suggest import did_you_mean  # noqa: PLC0415 - as above
    from promote.reports.report import clean  # noqa: PLC0415 - as above
    from workbench.staged.checks import CHECKS  # noqa: PLC0415 - as above
    from workbench.staged.index import Index  # noqa: PLC0415 - as above

    for name in arguments.checks:
        if name not in CHECKS:
            raise UsageError(f"There is no check {name!a}.", hint=did_you_mean(name, CHECKS))
    project = find_project()
    found = []
    for name, check in CHECKS.items():
        if not arguments.checks or name in arguments.checks:
            # Asked anew for each, since a check may change what is staged
            found += [(name, problem) for problem in check(project, Index(project.root))]
    if arguments.format == "json":
        rows = [{"check": name, "where": p.where, "message": p.message, "hint": p.hint} for name, p in found]
        sys.stdout.write(json.dumps({"version": 1, "problems": rows}, indent=2) + "\n")
    else:
        for name, problem in found:
            place = f"{problem.where}: " if problem.where else ""
            sys.stderr.write(f"{name}: {clean(place + problem.message)}\nhint: {clean(problem.hint)}\n")
    return 1 if found else 0
