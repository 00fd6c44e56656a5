"""`workbench rename`: give an asset another name everywhere at once."""

from __future__ import annotations

import argparse
import os
import sys

HELP = "Give an asset another name everywhere at once: notebooks, readers, jobs, module, tests, evidence and data."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("old", metavar="OLD", help="the asset, such as issues or silver:issues")
    parser.add_argument("new", metavar="NEW", help="its new name")
    configure_plan(parser)


def configure_plan(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that a rename and a retirement share."""
    parser.add_argument("--dry-run", action="store_true", help="show what it would do, and change nothing")
    parser.add_argument("--no-run", action="store_true", help="run nothing: steps that change are marked unverified")
    parser.add_argument(
        "--force",
        action="store_true",
        help="go on although places are left to be changed by hand, or files were edited",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the output (default: text)")


def execute(arguments: argparse.Namespace) -> int:
    """Rename, print the report and give its exit code."""
    from promote.command import Progress  # noqa: PLC0415 - a command imports what it needs when it runs
    from promote.project import find  # noqa: PLC0415 - as above
    from workbench.lifecycle.rename import Asked, rename  # noqa: PLC0415 - as above

    progress = Progress(sys.stderr)
    asked = Asked(run=not arguments.no_run, dry_run=arguments.dry_run, force=arguments.force)
    try:
        report = rename(find(), arguments.old, arguments.new, asked, progress)
    finally:
        progress.clear()
    return show(report, arguments.format)


def show(report: object, form: str) -> int:
    """Print a report and give its exit code."""
    from workbench.lifecycle.report import as_json, as_text  # noqa: PLC0415 - as above
    from workbench.lifecycle.values import Report  # noqa: PLC0415 - as above

    if not isinstance(report, Report):
        raise TypeError("no report")
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    sys.stdout.write(as_json(report) if form == "json" else as_text(report, colour=colour))
    return report.exit_code
