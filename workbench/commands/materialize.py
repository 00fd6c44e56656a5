"""`workbench materialize`: make the project's assets, and only those that changed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from platform_core.errors import UsageError
from workbench.project import Project, find_project

if TYPE_CHECKING:
    from workbench.graph import AssetNode
    from workbench.outcomes import AssetOutcome
    from workbench.session import Session

_TO_COME = "A sensor, or `register` of its partitions, tells Dagster of those of files."
HELP = "Make the project's assets in dependency order; what did not change is passed over."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "selection", nargs="*", help="which assets, in Dagster's selection syntax, also several (default: all)"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--partition",
        metavar="K",
        help="make this partition of partitioned assets, or those of a range: FIRST..LAST, an end left out is open",
    )
    which.add_argument("--all-partitions", action="store_true", help="make all partitions of partitioned assets")
    parser.add_argument("--force", action="store_true", help="make also what did not change")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Make the assets, print what became of each, and give 1 where one failed."""
    return materialise(
        find_project(),
        ",".join(arguments.selection) or None,
        partition=arguments.partition,
        all_partitions=arguments.all_partitions,
        force=arguments.force,
        as_json=arguments.json,
    )


def materialise(
    project: Project,
    selection: str | None = None,
    *,
    partition: str | None = None,
    all_partitions: bool = False,
    force: bool = False,
    as_json: bool = False,
) -> int:
    """Make assets of a project, write its report, print what became of each asset and give the exit code.

    Raises:
        UsageError: The selection or the partition names nothing, or partitioned assets came without a choice.
        UserError: The project cannot be loaded or has no assets.
    """
    # Not at the top: these bring Dagster and Polars, two seconds that `--help` has no use for
    from workbench.costing.remember import remember_costs  # noqa: PLC0415
    from workbench.graph import select  # noqa: PLC0415
    from workbench.materialise import Materialiser, count  # noqa: PLC0415
    from workbench.report import write_report  # noqa: PLC0415
    from workbench.session import open_session  # noqa: PLC0415
    from workbench.terminal import progress  # noqa: PLC0415

    with open_session(project) as session:
        chosen = select(session.definitions, session.nodes, selection)
        ranged = partitions_of_range(session, chosen, partition)
        if ranged is None:
            check_partition(chosen, partition, all_partitions=all_partitions)
        wanted = partition if ranged is None else ranged
        for warning in held_against_budgets(session, chosen, wanted):
            sys.stderr.write(f"warning: {warning}\n")
        with progress("materialising", count(chosen, wanted)) as bar:
            worker = Materialiser(session, force=force)
            outcomes = worker.run(chosen, wanted, lambda name, part: bar(label=f"{name} {part or ''}"))
        report = write_report(session, outcomes)
        if any(outcome.status == "made" for outcome in outcomes):
            remember_costs(session)
    if as_json:
        print(json.dumps([outcome.as_json() for outcome in outcomes], indent=2))  # noqa: T201 - the command's result
    else:
        show(outcomes)
        print(f"Report: {project.relative(report)}")  # noqa: T201 - the command's result
    tell_problems(outcomes)
    return 1 if any(outcome.status in {"failed", "skipped"} for outcome in outcomes) else 0


def held_against_budgets(
    session: Session, chosen: Sequence[AssetNode], wanted: str | Collection[str] | None
) -> tuple[str, ...]:
    """Refuse to make several partitions where a budget stands against it; give the warnings of the others.

    Raises:
        UserError: A budget whose policy is `stop` would be overspent.
    """
    from workbench.costing.plans import hold_back, parts_of  # noqa: PLC0415 - as in `materialise`

    parts = parts_of(chosen, wanted)
    several = len({partition for _, partition in parts if partition is not None}) > 1
    return hold_back(session, parts) if several and session.config.environment != "dev" else ()


def partitions_of_range(session: Session, chosen: Sequence[AssetNode], text: str | None) -> set[str] | None:
    """Give the partitions of a range such as `2025-01-01..2025-01-31`; None where the text is no range.

    Raises:
        UsageError: No partition of the chosen assets lies in it.
    """
    import dagster as dg  # noqa: PLC0415 - as in `materialise`

    from platform_core.errors import UserError  # noqa: PLC0415 - as in `materialise`
    from platform_core.partitions import partition_range  # noqa: PLC0415 - as in `materialise`
    from platform_core.partitions.ranges import parse_range  # noqa: PLC0415 - as in `materialise`

    ends = parse_range(text or "")
    if ends is None:
        return None
    graph = session.definitions.resolve_asset_graph()
    parted = (graph.get(dg.AssetKey.from_user_string(node.name)).partitions_def for node in chosen)
    definitions = {definition for definition in parted if definition is not None}
    found: set[str] = set()
    problem = UserError("There is no such range.", hint="None of the assets chosen has partitions.")
    for definition in definitions:
        try:
            found.update(partition_range(definition, *ends, instance=session.instance))
        except UserError as error:
            problem = error
    if not found:
        raise UsageError(problem.message, hint=problem.hint)
    return found


def check_partition(chosen: Sequence[AssetNode], partition: str | None, *, all_partitions: bool) -> None:
    """Refuse a partition that no chosen asset has, and partitioned assets without a choice of partitions.

    Raises:
        UsageError: As said.
    """
    from platform_core.suggest import did_you_mean  # noqa: PLC0415 - as in `materialise`

    partitioned = [node for node in chosen if node.partitions is not None]
    keys = {key for node in partitioned for key in node.partitions or ()}
    if partition is not None and partition not in keys:
        none_yet = f"{partitioned[0].name!r} has no partitions yet. {_TO_COME}" if partitioned else ""
        hint = did_you_mean(partition, keys) if keys else none_yet or "None of the assets chosen has partitions."
        raise UsageError(f"There is no partition {partition!r}.", hint=hint)
    if all_partitions and not keys and len(partitioned) == len(chosen):
        raise UsageError(f"The asset {partitioned[0].name!r} has no partitions yet.", hint=_TO_COME)
    if partitioned and partition is None and not all_partitions:
        example = (partitioned[0].partitions or ("KEY",))[-1:] or ("KEY",)
        raise UsageError(
            f"The asset {partitioned[0].name!r} has partitions.",
            hint=f"Add `--all-partitions`, or one of them, such as `--partition {example[0]}`.",
        )


def show(outcomes: Sequence[AssetOutcome]) -> None:
    """Print the table of what was made."""
    from workbench.terminal import print_table  # noqa: PLC0415 - as in `materialise`

    rows = [
        (
            outcome.name,
            outcome.layer,
            "" if outcome.rows is None else f"{outcome.rows:,}",
            f"{outcome.passed} of {outcome.checks}",
            f"{outcome.seconds:.2f}",
            outcome.status,
        )
        for outcome in outcomes
    ]
    columns = ("asset", "layer", "rows", "checks passed", "seconds", "")
    print_table("What was made", columns, rows, right=("rows", "checks passed", "seconds"))


def tell_problems(outcomes: Sequence[AssetOutcome]) -> None:
    """Say on stderr what went wrong, asset by asset, with place, cause and what to do."""
    for outcome in outcomes:
        for problem in outcome.problems:
            kind = "error" if problem.fatal else "warning"
            part = f" (partition {problem.partition})" if problem.partition else ""
            cause = f": {problem.cause}" if problem.cause else ""
            sys.stderr.write(f"{kind}: {outcome.name}{part}: {problem.what}{cause}\n")
            if problem.location:
                sys.stderr.write(f"  at {problem.location}\n")
            if problem.notebook or outcome.notebook:
                sys.stderr.write(f"  from {problem.notebook or outcome.notebook}\n")
            if problem.hint:
                sys.stderr.write(f"  hint: {problem.hint}\n")
        if outcome.blocked_by:
            sys.stderr.write(f"skipped: {outcome.name}, because {', '.join(outcome.blocked_by)} failed\n")
