"""`workbench assure`: record who made and who approved a promotion, and what it assumes."""

from __future__ import annotations

import argparse
import sys

HELP = "Record who worked out a promotion and what it assumes, or approve one; `promote --check` holds you to it."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("steps", metavar="STEP", nargs="*", help="such as issues or silver:issues; none for all")
    parser.add_argument("--analyst", metavar="WHO", help="who worked it out; git's user.name and user.email by default")
    parser.add_argument("--approve", action="store_true", help="sign the record of STEP as the approver")
    parser.add_argument("--approver", metavar="WHO", help="with --approve: who approves; git's user by default")
    parser.add_argument("--comment", default="", metavar="TEXT", help="with --approve: a word for the record")
    parser.add_argument("--dry-run", action="store_true", help="show what it would do, and write nothing")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the output (default: text)")


def execute(arguments: argparse.Namespace) -> int:
    """Make or sign records; gives 1 where a step could not be recorded or approved."""
    from platform_core.errors import UsageError  # noqa: PLC0415 - a command imports what it needs when it runs
    from promote.project import find  # noqa: PLC0415 - as above
    from workbench.assuring import Asked, as_json, as_text, assure  # noqa: PLC0415 - as above

    if (arguments.approver is not None or arguments.comment) and not arguments.approve:
        raise UsageError("--approver and --comment belong to --approve.", hint="workbench assure STEP --approve")
    if arguments.analyst is not None and arguments.approve:
        raise UsageError("An analyst makes a record, an approver signs it.", hint="Run the two one after the other.")
    if not arguments.comment.isprintable() or len(arguments.comment) > 500:
        raise UsageError("The comment must be one line of up to 500 letters that can be seen.", hint="Shorten it.")
    project = find()
    asked = Asked(arguments.analyst, arguments.approve, arguments.approver, arguments.comment, arguments.dry_run)
    made = assure(project, arguments.steps, asked)
    text = as_json(project, made) if arguments.format == "json" else as_text(project, made, dry_run=arguments.dry_run)
    sys.stdout.write(text)
    return 1 if any(one.done == "refused" for one in made) else 0
