"""`workbench down`: stop what `workbench up` started."""

from __future__ import annotations

import argparse

HELP = "Stop what `workbench up` started; its data are kept."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--json", action="store_true", help="say what was stopped as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Stop the stack of the project, wait until it has ended and give the exit code."""
    from workbench.project import find_project  # noqa: PLC0415 - the help has no use for them
    from workbench.stack.running import take_down  # noqa: PLC0415 - as above
    from workbench.stack.showing import show_json, show_line  # noqa: PLC0415 - as above

    ran, left = take_down(find_project())
    if arguments.json:
        show_json({"stopped": ran, "left": left})
    else:
        show_line("stopped" if ran else f"ended what was left: {', '.join(left)}" if left else "nothing was running")
    return 0
