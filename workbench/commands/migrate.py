"""`workbench migrate`: Dagster's database for another version of Dagster, with a way back."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = (
    "Migrate Dagster's database to what the installed Dagster wants: a copy first, which takes its place once checked."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--rehearse", action="store_true", help="migrate and check a copy, and throw it away")
    chosen.add_argument("--undo", action="store_true", help="go back to the database of before the last migration")
    parser.add_argument(
        "--backups", type=Path, metavar="FOLDER", help="where the dump goes (default: data/stack/backups)"
    )
    parser.add_argument("--json", action="store_true", help="say what was done as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Migrate or go back, say each step, and give the exit code; 1 where it failed and nothing was changed."""
    from workbench.stack.alone import database_of, place  # noqa: PLC0415 - the help has no use for them
    from workbench.stack.migrating import migrate, undo  # noqa: PLC0415 - as above
    from workbench.stack.native import stack_folder  # noqa: PLC0415 - as above
    from workbench.stack.showing import show_json, told  # noqa: PLC0415 - as above

    project, backups = place(arguments.backups, lambda project: stack_folder(project) / "backups")
    steps, say = told(quiet=arguments.json)
    with database_of(project, quiet=True) as environ:
        if arguments.undo:
            undo(environ, say)
            changed = True
        else:
            changed = migrate(environ, backups, say, rehearse=arguments.rehearse) and not arguments.rehearse
    if arguments.json:
        show_json({"changed": changed, "steps": steps})
    return 0
