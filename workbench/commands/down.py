"""`workbench down`: stop what `workbench up` started."""

from __future__ import annotations

import argparse

HELP = "Stop what `workbench up` started; its data are kept."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments: it has none."""


def execute(arguments: argparse.Namespace) -> int:
    """Stop the stack of the project, wait until it has ended and give the exit code."""
    from workbench.project import find_project  # noqa: PLC0415 - the help has no use for them
    from workbench.stack.running import take_down  # noqa: PLC0415 - as above

    return take_down(find_project())
