"""`workbench explain-compute`: where an asset's step runs and why, with the alternatives priced."""

from __future__ import annotations

import argparse
import json
import sys

from workbench.project import find_project

HELP = "Say where an asset's step would run by its hints and its runs, why, and what the alternatives cost."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("asset", metavar="ASSET", help="the asset")
    parser.add_argument("--partition", metavar="K", help="by the runs of this partition, where they are enough")
    parser.add_argument("--json", action="store_true", help="as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Explain the choice."""
    # A command imports what it needs when it runs
    from platform_core.compute_kinds import decide  # noqa: PLC0415
    from platform_core.compute_kinds.deciding import as_json  # noqa: PLC0415
    from platform_core.costs.facts import facts_of, history_of  # noqa: PLC0415
    from platform_core.costs.records import read_records  # noqa: PLC0415
    from platform_core.costs.settings import prices_of  # noqa: PLC0415
    from platform_core.errors import UsageError  # noqa: PLC0415
    from platform_core.suggest import did_you_mean  # noqa: PLC0415
    from workbench.commands.materialize import check_partition  # noqa: PLC0415
    from workbench.costing.explained import explained  # noqa: PLC0415
    from workbench.session import open_session  # noqa: PLC0415

    with open_session(find_project()) as session:
        facts = facts_of(session.definitions)
        if arguments.asset not in facts:
            raise UsageError(f"There is no asset {arguments.asset!r}.", hint=did_you_mean(arguments.asset, facts))
        own = [node for node in session.nodes if node.name == arguments.asset]
        check_partition(own, arguments.partition, all_partitions=True)
        asked = facts[arguments.asset]
        records = read_records(session.instance, asset=arguments.asset)
        history = history_of(records, arguments.partition)
        decision = decide(asked.hints, history, prices_of(session.config))
    if arguments.json:
        told = {"version": 1, "asset": asked.asset, "automatic": asked.hints is not None, "runs": history.runs}
        said = json.loads(asked.spec.to_json()) if asked.spec is not None and asked.hints is None else None
        told |= {"asked_for": said, "decision": as_json(decision)}
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in explained(asked, decision)))
    return 0
