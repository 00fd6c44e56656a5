"""`workbench rightsize`: sizes of compute that what runs took calls for."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from workbench.project import find_project

if TYPE_CHECKING:
    from workbench.costing.sizes import Proposal

HELP = "Propose sizes of compute from what runs took, with headroom; --write puts them into notebooks and modules."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("assets", nargs="*", metavar="ASSET", help="these assets (default: all that ask for compute)")
    parser.add_argument(
        "--headroom", type=float, metavar="TIMES", help="memory over the 95th percentile (default: 1.3)"
    )
    parser.add_argument("--write", action="store_true", help="edit the notebooks, and promote those steps anew")
    parser.add_argument("--dry-run", action="store_true", help="with --write: show the edits, and change nothing")
    parser.add_argument("--no-run", action="store_true", help="with --write: do not verify; the steps are UNVERIFIED")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the output (default: text)")


def execute(arguments: argparse.Namespace) -> int:
    """Show what is proposed, and write it where that is asked for."""
    # A command imports what it needs when it runs
    from platform_core.costs.facts import facts_of  # noqa: PLC0415
    from platform_core.costs.records import read_records  # noqa: PLC0415
    from platform_core.costs.settings import prices_of  # noqa: PLC0415
    from platform_core.errors import UsageError  # noqa: PLC0415
    from platform_core.suggest import did_you_mean  # noqa: PLC0415
    from workbench.costing.sizes import as_json, propose  # noqa: PLC0415
    from workbench.session import open_session  # noqa: PLC0415

    if (arguments.dry_run or arguments.no_run) and not arguments.write:
        raise UsageError("--dry-run and --no-run belong to --write.", hint="workbench rightsize --write --dry-run")
    if arguments.headroom is not None and not 1 <= arguments.headroom <= 10:
        raise UsageError("The headroom is from 1 to 10 times what was measured.", hint="Such as --headroom 1.5.")
    with open_session(find_project()) as session:
        facts = facts_of(session.definitions)
        for name in arguments.assets:
            if name not in facts:
                raise UsageError(f"There is no asset {name!r}.", hint=did_you_mean(name, facts))
        chosen = {name: one for name, one in facts.items() if name in (arguments.assets or facts)}
        found = propose(chosen, read_records(session.instance), prices_of(session.config), headroom=arguments.headroom)
    if arguments.format == "json" and not arguments.write:
        told = {"version": 1, "proposals": [as_json(one) for one in found]}
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
        return 0
    if arguments.format == "text":
        _show(found)
    return _write(found, arguments) if arguments.write else 0


def _show(found: tuple[Proposal, ...]) -> None:
    from platform_core.compute_kinds import size_of  # noqa: PLC0415 - as above
    from platform_core.costs.money import amount  # noqa: PLC0415 - as above

    if not found:
        sys.stdout.write("No asset of this project asks for compute.\n")
    for one in found:
        now = f"{one.now.kind}, {size_of(one.now)}"
        if one.proposed is None:
            sys.stdout.write(f"{one.asset}: {one.status} ({now})\n    {one.why}.\n")
            continue
        costs = ""
        if one.before is not None and one.after is not None:
            costs = f"; a run {amount(one.before.usd)} now, {amount(one.after.usd)} then, as an estimate"
        proposed = f"{one.proposed.kind}, {size_of(one.proposed)}"
        sys.stdout.write(f"{one.asset}: {one.status} from {now} to {proposed}{costs}\n    {one.why}.\n")


def _write(found: tuple[Proposal, ...], arguments: argparse.Namespace) -> int:
    from promote.command import Progress  # noqa: PLC0415 - as above
    from promote.project import find  # noqa: PLC0415 - as above
    from workbench.commands.rename import show  # noqa: PLC0415 - as above
    from workbench.costing.rewrite import rewrite  # noqa: PLC0415 - as above

    wanted = {one.asset: one.proposed for one in found if one.proposed is not None}
    if not wanted:
        sys.stdout.write("Nothing to write.\n" if arguments.format == "text" else "{}\n")
        return 0
    progress = Progress(sys.stderr)
    try:
        report = rewrite(find(), wanted, progress, run=not arguments.no_run, dry_run=arguments.dry_run)
    finally:
        progress.clear()
    return show(report, arguments.format)
