"""`workbench restore`: a backup into an empty stack, or a rehearsal of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "Restore a backup into the project's stack, which must be empty, and compare; or only rehearse it."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="what `workbench backup` made")
    parser.add_argument("--rehearse", action="store_true", help="into an empty stack of its own, which goes afterwards")
    parser.add_argument("--json", action="store_true", help="print JSON in place of text")


def execute(arguments: argparse.Namespace) -> int:
    """Restore, say what was compared, and give 1 where the restored differs from the backup."""
    from workbench.project import find_project  # noqa: PLC0415 - the help has no use for them
    from workbench.stack.restoring import rehearse, restore_into  # noqa: PLC0415 - as above
    from workbench.stack.showing import show_json  # noqa: PLC0415 - as above

    backup = arguments.folder.absolute()
    found, different = rehearse(backup) if arguments.rehearse else restore_into(find_project(), backup)
    if arguments.json:
        show_json({**found.counts, "different": different})
        return 1 if different else 0
    for name in different:
        sys.stderr.write(f"{name} is not what it was\n")
    sys.stdout.write(f"{found} compared, {len(different)} differ\n")
    return 1 if different else 0
