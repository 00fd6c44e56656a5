"""`workbench compliance`: reports of compliance as a page, as tables or as JSON."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.project import find_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platform_core.governance.compliance import Report
    from workbench.project import Project

HELP = "Report on compliance: record of processing, catalogue, retention, access, exceptions, reproducibility, quality."
NAMES = ("processing", "catalogue", "retention", "access", "exceptions", "reproducibility", "quality")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("report", choices=(*NAMES, "all"), metavar="REPORT", help=f"{', '.join(NAMES)}, or all")
    parser.add_argument(
        "--format", choices=("html", "csv", "json"), default="html", help="of the output (default: html)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="PATH",
        help="a file, for csv a folder; without it, HTML is written to data/compliance where stdout is a terminal",
    )
    parser.add_argument("--on", metavar="DATE", help="as of this day (default: today)")


def execute(arguments: argparse.Namespace) -> int:
    """Write the report to the file, or to the terminal."""
    from platform_core.errors import UsageError  # noqa: PLC0415 - a command imports what it needs when it runs
    from platform_core.governance.days import day  # noqa: PLC0415 - as above
    from workbench.governance.loading import governed  # noqa: PLC0415 - as above
    from workbench.governance.reporting import report  # noqa: PLC0415 - as above
    from workbench.session import open_instance  # noqa: PLC0415 - as above

    on = day(arguments.on)
    if arguments.format == "csv" and arguments.output is None:
        raise UsageError("Tables need a folder.", hint="Say which with --output DIR.")
    if arguments.format == "json" and arguments.report == "all":
        raise UsageError("JSON is of one report at a time.", hint=f"Name one of {', '.join(NAMES)}.")
    project = find_project()
    names = NAMES if arguments.report == "all" else (arguments.report,)
    with open_instance(project) as instance:
        found = governed(project)
        reports = [report(name, found, instance, on) for name in names]
    _write(reports, project, arguments)
    return 0


def _write(reports: Sequence[Report], project: Project, arguments: argparse.Namespace) -> None:
    from platform_core.governance.compliance import as_csv, as_json, tables  # noqa: PLC0415 - as above
    from workbench.governance.reporting import page  # noqa: PLC0415 - as above
    from workbench.review.html import render_html  # noqa: PLC0415 - as above
    from workbench.review.writing import write  # noqa: PLC0415 - as above

    if arguments.format == "csv":
        for name, sheet in tables(reports).items():
            write(arguments.output / name, as_csv(sheet), "report")
        return
    title = project.package.replace("_", " ").capitalize()
    text = as_json(reports[0]) if arguments.format == "json" else render_html(page(reports, title))
    if arguments.output is None and arguments.format == "html" and sys.stdout.isatty():
        place = project.root / "data" / "compliance" / f"{arguments.report}.html"  # a terminal shows no page
        write(place, text, "report")
        sys.stdout.write(f"Report: {project.relative(place)}\n")
    elif arguments.output is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    else:
        write(arguments.output, text, "report")
