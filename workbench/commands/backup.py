"""`workbench backup`: Dagster's records and the lake, in a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "Back up Dagster's PostgreSQL and the lake into a folder, while both are being used."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the backup goes; must not be there")
    parser.add_argument("--json", action="store_true", help="print JSON in place of text")
    parser.add_argument("--lake", type=Path, help="the folder of the lake (default: that of the project's stack)")


def execute(arguments: argparse.Namespace) -> int:
    """Back up, say how much, and give the exit code."""
    from workbench.stack.alone import database_of, place  # noqa: PLC0415 - the help has no use for them
    from workbench.stack.backup import back_up  # noqa: PLC0415 - as above
    from workbench.stack.native import lake_of  # noqa: PLC0415 - as above
    from workbench.stack.showing import show_json  # noqa: PLC0415 - as above

    project, lake = place(arguments.lake, lake_of)
    with database_of(project) as environ:
        found = back_up(environ, lake, arguments.folder.absolute())
    if arguments.json:
        show_json(found.counts)
    else:
        sys.stdout.write(f"{found} backed up\n")
    return 0
