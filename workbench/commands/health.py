"""`workbench health`: how the platform is, for people and for probes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from workbench.project import find_project

HELP = "Show how the platform is: daemons, code, queue, failing and overdue assets, alerts."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--format", choices=("text", "json", "html"), default="text", help="(default: text)")
    parser.add_argument("--output", metavar="FILE", help="write to a file, whole or not at all")
    parser.add_argument("--strict", action="store_true", help="exit with 1 also where only data is in trouble")


def execute(arguments: argparse.Namespace) -> int:
    """Show it; 1 where the platform does not work as it should."""
    import time  # noqa: PLC0415 - a command imports what it needs when it runs

    from platform_core.atomic import replacing  # noqa: PLC0415 - as above
    from platform_core.observability.health import read_health  # noqa: PLC0415 - as above
    from promote.reports.report import clean  # noqa: PLC0415 - as above
    from workbench.review.html import render_html  # noqa: PLC0415 - as above
    from workbench.watching.opened import watched  # noqa: PLC0415 - as above
    from workbench.watching.page import health_document, health_text  # noqa: PLC0415 - as above

    project = find_project()
    with watched(project) as found:
        health = read_health(
            found.instance, [found.location], graph=found.graph, alerter=found.alerter, now=time.time()
        )
    match arguments.format:
        case "html":
            text = render_html(health_document(health, project.root.name))
        case "json":
            text = json.dumps(health.as_json(), indent=2, ensure_ascii=False) + "\n"
        case _:
            text = "\n".join(map(clean, health_text(health).split("\n"))) + "\n"
    if arguments.output:
        with replacing(Path(arguments.output)) as target:
            target.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return int(health.status == "unhealthy" or (arguments.strict and health.status != "healthy"))
