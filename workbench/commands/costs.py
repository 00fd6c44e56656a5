"""`workbench costs`: what the project's runs cost, and what making assets would."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from workbench.project import find_project

if TYPE_CHECKING:
    from datetime import datetime

    from workbench.session import Session

HELP = "Show what runs cost by asset, job, team, project, month or kind; budgets; what a backfill would cost."
_GROUPS = ("asset", "job", "team", "project", "month", "kind")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--by", choices=_GROUPS, default="asset", help="what the lines are of (default: asset)")
    parser.add_argument("--since", metavar="DATE", help="only runs from this day on, such as 2026-11-01 (UTC)")
    parser.add_argument("--until", metavar="DATE", help="only runs up to this day, which is included")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table", help="default: table")
    parser.add_argument("--html", metavar="FILE", help="write a page with charts as well")
    parser.add_argument("--pounds", action="store_true", help="show pounds beside the dollars of the table")
    parser.add_argument("--check", action="store_true", help="give exit code 1 where a budget is overspent")
    parser.add_argument(
        "--plan", nargs="?", const="*", metavar="SELECTION", help="what making assets would cost (default: all of them)"
    )
    parser.add_argument("--partition", metavar="K", help="with --plan: one partition, or a range FIRST..LAST")


def execute(arguments: argparse.Namespace) -> int:
    """Show the costs, and give 1 with --check where a budget is overspent."""
    # A command imports what it needs when it runs
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from platform_core.errors import UsageError  # noqa: PLC0415
    from workbench.session import open_session  # noqa: PLC0415

    if arguments.partition is not None and arguments.plan is None:
        raise UsageError("--partition belongs to --plan.", hint="workbench costs --plan SELECTION --partition K")
    since, until = _day(arguments.since, "--since"), _day(arguments.until, "--until")
    if until is not None:
        until += timedelta(days=1)
    if since is not None and until is not None and since >= until:
        raise UsageError("--since comes after --until.", hint="Change them round.")
    with open_session(find_project(), served=True) as session:
        if arguments.plan is not None:
            return _plan(session, arguments)
        return _show(session, arguments, since, until, datetime.now(UTC))


def _show(
    session: Session, arguments: argparse.Namespace, since: datetime | None, until: datetime | None, now: datetime
) -> int:
    from pathlib import Path  # noqa: PLC0415 - as above

    from workbench.costing.gather import gather  # noqa: PLC0415 - as above
    from workbench.costing.page import write_page  # noqa: PLC0415 - as above
    from workbench.costing.remember import remember_costs  # noqa: PLC0415 - as above
    from workbench.costing.texts import COLUMNS, as_csv, as_json, cells, notes  # noqa: PLC0415 - as above

    remember_costs(session)
    costs = gather(session, arguments.by, since, until, now)
    if arguments.html:
        write_page(costs, Path(arguments.html))
        sys.stderr.write(f"Page: {arguments.html}\n")
    if arguments.format == "json":
        sys.stdout.write(as_json(costs))
    elif arguments.format == "csv":
        sys.stdout.write(as_csv(costs))
        sys.stderr.write("".join(f"{note}\n" for note in notes(costs)))
    else:
        from promote.reports.report import clean  # noqa: PLC0415 - as above
        from workbench.terminal import print_table  # noqa: PLC0415 - as above

        own = ("pounds",) if arguments.pounds else ()
        rows = [tuple(map(clean, cells(line, costs, pounds=arguments.pounds))) for line in (*costs.lines, costs.whole)]
        print_table(f"What {costs.project} costs", (arguments.by, *COLUMNS, *own), rows, right=(*COLUMNS[:-1], *own))
        sys.stdout.write("".join(f"{clean(note)}\n" for note in notes(costs)))
    return 1 if arguments.check and any(one.over for one in costs.verdicts) else 0


def _plan(session: Session, arguments: argparse.Namespace) -> int:
    import json  # noqa: PLC0415 - as above

    from workbench.commands.materialize import check_partition, partitions_of_range  # noqa: PLC0415 - as above
    from workbench.costing.plans import parts_of, planned, show_plan  # noqa: PLC0415 - as above
    from workbench.graph import select  # noqa: PLC0415 - as above

    chosen = select(session.definitions, session.nodes, None if arguments.plan == "*" else arguments.plan)
    ranged = partitions_of_range(session, chosen, arguments.partition)
    if ranged is None:
        check_partition(chosen, arguments.partition, all_partitions=True)
    parts = parts_of(chosen, arguments.partition if ranged is None else ranged)
    found, verdicts = planned(session, parts)
    if arguments.format == "json":
        told = {
            "version": 1,
            "usd": found.cost.usd,
            "usd_low": found.cost.low,
            "usd_high": found.cost.high,
            "unknown": found.unknown,
            "lines": [
                {
                    "asset": line.asset,
                    "runs": line.runs,
                    "usd": None if line.cost is None else line.cost.usd,
                    "basis": line.basis,
                }
                for line in found.lines
            ],
            "budgets": [{"name": one.name, "over": one.over, "stops": one.stops, "said": one.said} for one in verdicts],
        }
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in show_plan(found, verdicts)))
    return 1 if arguments.check and any(one.over for one in verdicts) else 0


def _day(text: str | None, option: str) -> datetime | None:
    from datetime import UTC, datetime  # noqa: PLC0415 - as above

    from platform_core.errors import UsageError  # noqa: PLC0415 - as above

    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"{option} {text!r} is no day.", hint="Write it as in 2026-11-29.") from None
