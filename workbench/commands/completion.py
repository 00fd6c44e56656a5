"""`workbench completion`: what a shell needs to complete `promote` and `workbench` at the Tab key."""

from __future__ import annotations

import argparse
import sys

HELP = "Print what bash, zsh or fish must read to complete commands, options, steps and notebooks."
SHELLS = ("bash", "zsh", "fish")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("shell", choices=SHELLS, help="the shell")


def execute(arguments: argparse.Namespace) -> int:
    """Print the shell's own code."""
    from promote.completion import script  # noqa: PLC0415 - a command imports what it needs when it runs

    sys.stdout.write(script(arguments.shell))
    return 0
