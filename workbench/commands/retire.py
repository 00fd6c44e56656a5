"""`workbench retire`: take assets out of production."""

from __future__ import annotations

import argparse
import sys

from workbench.commands.rename import configure_plan, show

HELP = "Take assets out of production: tags, module, tests, evidence and jobs; data stays until you say otherwise."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("names", metavar="NAME", nargs="+", help="the asset, such as issues or silver:issues")
    parser.add_argument(
        "--delete-data", action="store_true", help="delete its data in the lake of this environment too"
    )
    configure_plan(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Retire, print the report and give its exit code."""
    from promote.command import Progress  # noqa: PLC0415 - a command imports what it needs when it runs
    from promote.project import find  # noqa: PLC0415 - as above
    from workbench.lifecycle.retire import Asked, check_names, retire  # noqa: PLC0415 - as above

    progress = Progress(sys.stderr)
    asked = Asked(
        run=not arguments.no_run,
        dry_run=arguments.dry_run,
        force=arguments.force,
        delete_data=arguments.delete_data,
    )
    try:
        check_names(arguments.names)
        report = retire(find(), arguments.names, asked, progress)
    finally:
        progress.clear()
    return show(report, arguments.format)
