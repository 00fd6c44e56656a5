"""`workbench rap`: hold the project against the criteria of reproducible analytical pipelines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "Hold the project against the criteria of reproducible analytical pipelines: baseline, silver and gold."
LEVELS = ("baseline", "silver", "gold")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--level", choices=LEVELS, help="look no further than this level, and give 1 where a criterion of it is not met"
    )
    parser.add_argument("--format", choices=("text", "json", "markdown", "html"), default="text", help="of the output")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to this file in place of the terminal")


def execute(arguments: argparse.Namespace) -> int:
    """Print or write the report; gives 1 only where a level was asked for and is not met."""
    from promote.project import find  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.rap.report import criteria, fails, render  # noqa: PLC0415 - as above
    from workbench.review.writing import write  # noqa: PLC0415 - as above

    levels = LEVELS[: LEVELS.index(arguments.level) + 1] if arguments.level else LEVELS
    found = criteria(find())
    text = render(found, levels, arguments.format)
    if arguments.output is None:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.flush()
    else:
        write(arguments.output, text, "report")
    return 1 if arguments.level and fails(found, arguments.level) else 0
