"""`workbench suggest`: propose steps for a notebook, and write them as tags where asked."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Propose steps, layers and names for a notebook; --write puts them into it as tags."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("notebook", type=Path, help="the notebook to look at")
    parser.add_argument("--write", action="store_true", help="write the proposal into the notebook as tags")
    parser.add_argument(
        "--split", action="store_true", help="cut cells that make several frames into cells of one each first"
    )
    parser.add_argument("--json", action="store_true", help="print the proposal as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Print the proposal and give 1 where nothing can be proposed."""
    from workbench.proposals import propose  # noqa: PLC0415 - a command imports what it needs when it runs

    text, found = propose(
        arguments.notebook, write_tags=arguments.write, split=arguments.split, json_wanted=arguments.json
    )
    print(text)  # noqa: T201 - the command's result
    return 0 if found else 1
