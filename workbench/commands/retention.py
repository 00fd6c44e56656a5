"""`workbench retention`: what has been kept long enough, and deleting it."""

from __future__ import annotations

import argparse
import sys

from workbench.project import find_project

HELP = "Say what data has been kept for as long as its asset says, and delete it."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    said = "Say what is due, by partition; nothing is deleted."
    due = actions.add_parser("due", help=said, description=said, allow_abbrev=False)
    due.add_argument("--all", action="store_true", help="what is still kept too")
    due.add_argument("--json", action="store_true", help="as JSON, all of it")
    said = "Delete what is due and no legal hold keeps; without --yes it is only shown."
    delete = actions.add_parser("delete", help=said, description=said, allow_abbrev=False)
    delete.add_argument("--yes", action="store_true", help="delete it")
    for one in (due, delete):
        one.add_argument("--on", metavar="DATE", help="as of this day (default: today)")


def execute(arguments: argparse.Namespace) -> int:
    """Say or delete what is due."""
    from platform_core.errors import UsageError  # noqa: PLC0415 - a command imports what it needs when it runs
    from platform_core.governance.days import day, today  # noqa: PLC0415 - as above
    from workbench.governance.expiring import as_json, as_text, expire, find_due  # noqa: PLC0415 - as above
    from workbench.governance.loading import governed  # noqa: PLC0415 - as above

    on = day(arguments.on)
    deleting = arguments.action == "delete" and arguments.yes
    if deleting and on > today():
        raise UsageError("Nothing is deleted as of a day to come.", hint="Leave --on out, or --yes.")
    found = governed(find_project())
    told = find_due(found, on)
    if arguments.action == "due" and arguments.json:
        sys.stdout.write(as_json(told, on))
        return 0
    sys.stdout.write(as_text(told, on, every=arguments.action == "due" and arguments.all))
    if deleting:
        sys.stdout.write(f"Deleted: {expire(found, told, on)}.\n")
    elif arguments.action == "delete":
        sys.stdout.write("Nothing was deleted; --yes deletes what is due.\n")
    return 0
