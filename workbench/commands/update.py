"""`workbench update`: bring today's template into the project, or today's names of the platform into its code."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.updating.merging import Change

HELP = "Bring today's template into the project; every edit of yours stays; --code renames what the API renamed."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
    parser.add_argument(
        "--markers",
        action="store_true",
        help="write conflicts into the files, between git's markers, to be settled there",
    )
    parser.add_argument(
        "--code",
        action="store_true",
        help="leave the template alone, and use the new names of what the platform renamed in modules and notebooks",
    )
    parser.add_argument("--json", action="store_true", help="print JSON in place of text")


def execute(arguments: argparse.Namespace) -> int:
    """Update the project; gives 1 where both sides changed the same lines, and then writes only with --markers."""
    from workbench.project import find_project  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.updating.update import plan_update, write_update  # noqa: PLC0415 - as above

    root = find_project().root
    if arguments.code:
        return _code(root, arguments)
    update = plan_update(root)
    stopped = bool(update.conflicts) and not arguments.markers
    if not arguments.dry_run and not stopped:
        write_update(root, update)
    if arguments.json:
        files = [{"file": one.path, "what": one.what, "why": one.why} for one in update.changes]
        written = not arguments.dry_run and not stopped
        sys.stdout.write(json.dumps({"written": written, "files": files}, indent=2) + "\n")
    else:
        sys.stdout.write(_told(update.changes, arguments, stopped=stopped))
    return 1 if update.conflicts else 0


def _code(root: Path, arguments: argparse.Namespace) -> int:
    """Rename in the project's code; gives 1 where something is left to a person."""
    from platform_core.deprecation import renames  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.updating.codemod import plan_renames, write_renames  # noqa: PLC0415 - as above

    changes = plan_renames(root, renames())
    left = [(one.path, line) for one in changes for line in one.left]
    diffs = [one.diff for one in changes if one.diff]
    if not arguments.dry_run:
        write_renames(root, changes)
    if arguments.json:
        files = [
            {"file": one.path, "diff": one.diff, "left": [{"line": each.line, "why": each.why} for each in one.left]}
            for one in changes
        ]
        sys.stdout.write(
            json.dumps({"written": bool(diffs) and not arguments.dry_run, "files": files}, indent=2) + "\n"
        )
        return 1 if left else 0
    told = [*diffs, *(f"left to you: {path}:{line.line}: {line.why}." for path, line in left)]
    if not told:
        told = ["The project uses no name that was renamed."]
    elif diffs and arguments.dry_run:
        told.append("Nothing was written: this was a look.")
    elif any(one.diff and one.path.startswith("notebooks/") for one in changes):
        told.append("Look at `git diff`, then promote the notebooks anew.")
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if left else 0


def _told(changes: tuple[Change, ...], arguments: argparse.Namespace, *, stopped: bool) -> str:
    if not changes:
        return "The project has today's template.\n"
    lines = [f"{one.what:<9} {one.path}{f' ({one.why})' if one.why else ''}" for one in changes]
    for one in changes:
        if one.what == "conflict" and one.content is not None and stopped:
            lines += ["", f"{one.path}, where both sides changed the same lines:", _conflicts(one.content)]
    if stopped:
        lines += [
            "",
            "Nothing was written.",
            "hint: --markers writes the conflicts into the files, to be settled there.",
        ]
    elif arguments.dry_run:
        lines += ["", "Nothing was written: this was a look."]
    else:
        lines += ["", "Look at `git status` and `git diff`, run `workbench ci`, and commit."]
    return "\n".join(lines) + "\n"


def _conflicts(content: bytes) -> str:
    """Give the parts of a merged text that stand between git's markers."""
    shown, within = [], False
    for line in content.decode("utf-8", "replace").splitlines():
        within = within or line.startswith("<<<<<<< ")
        if within:
            shown.append(f"    {line}")
        within = within and not line.startswith(">>>>>>> ")
    return "\n".join(shown)
