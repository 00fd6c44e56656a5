"""`workbench import`: bring notebooks and scripts that people have already into the project."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.importing.bring import Brought

HELP = "Bring plain, papermill, jupytext or Kale notebooks into the project, with tags; say what came and what did not."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="SOURCE", help="notebooks, scripts, or folders of them"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would come, and write nothing")
    parser.add_argument("--json", action="store_true", help="print JSON in place of text")


def execute(arguments: argparse.Namespace) -> int:
    """Bring what can come, and give 1 where something was left or would be refused."""
    from promote.project import find  # noqa: PLC0415 - a command imports what it needs when it runs
    from workbench.importing.bring import bring  # noqa: PLC0415 - as above

    found = bring(find(), arguments.sources, dry_run=arguments.dry_run)
    if arguments.json:
        sys.stdout.write(json.dumps([_as_json(one) for one in found], indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_as_text(found, dry_run=arguments.dry_run))
    return 0 if found and all(one.target and not one.refused for one in found) else 1


def _as_json(one: Brought) -> dict[str, object]:
    return {
        "source": one.source,
        "target": one.target or None,
        "how": one.how or None,
        "steps": list(one.steps),
        "left": one.left,
        "refused": one.refused or None,
    }


def _as_text(found: list[Brought], *, dry_run: bool) -> str:
    from promote.reports.report import clean  # noqa: PLC0415 - as above

    if not found:
        return "There is nothing to import there: no notebook and no script.\n"
    lines = []
    for one in found:
        lines.append(f"{one.source} -> {one.target}" if one.target else f"{one.source}: left")
        if one.target:
            steps = f": {', '.join(one.steps)}" if one.steps else ", without a step"
            lines.append(f"    {one.how}{steps}")
        lines += [f"    left: {text}" if one.target else f"    {text}" for text in one.left]
        if one.refused:
            lines.append(f"    not yet promotable: {one.refused}")
    came = sum(bool(one.target) for one in found)
    ready = sum(bool(one.steps) and not one.refused for one in found)
    lines += ["", f"{came} of {len(found)} files {'would come' if dry_run else 'came'}."]
    if not dry_run and came:
        lines.append(f"{ready} can be promoted: look at their tags in `workbench lab`, then run `promote`.")
    return "\n".join(map(clean, lines)) + "\n"
