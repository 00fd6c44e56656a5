"""What making assets would cost before they are made, and whether a budget stands against it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from platform_core.costs.budgets import Verdict, budget_verdicts, stopping
from platform_core.costs.estimates import Estimate, Part, estimate
from platform_core.costs.facts import facts_of
from platform_core.costs.money import band
from platform_core.costs.records import read_records
from platform_core.costs.settings import prices_of
from platform_core.errors import UserError

if TYPE_CHECKING:
    from workbench.graph import AssetNode
    from workbench.session import Session


def parts_of(chosen: Sequence[AssetNode], partitions: str | Collection[str] | None) -> list[Part]:
    """Give each asset with each of its partitions that is to be made."""
    wanted = {partitions} if isinstance(partitions, str) else partitions
    return [
        (node.name, key)
        for node in chosen
        for key in (node.partitions if node.partitions is not None else (None,))
        if key is None or wanted is None or key in wanted
    ]


def planned(
    session: Session, plan: Sequence[Part], now: datetime | None = None
) -> tuple[Estimate, tuple[Verdict, ...]]:
    """Estimate a plan, and say how the budgets would stand with it.

    Args:
        session: The project, opened.
        plan: Assets and partitions.
        now: The present time; the clock's by default.
    """
    facts, records = facts_of(session.definitions), read_records(session.instance)
    found = estimate(plan, records, facts, prices_of(session.config))
    when = now or datetime.now(UTC)
    return found, budget_verdicts(session.config.costs.budgets, records, facts, when, found)


def hold_back(session: Session, plan: Sequence[Part], now: datetime | None = None) -> tuple[str, ...]:
    """Refuse a backfill that a budget with the policy `stop` stands against; give the warnings of the others.

    Raises:
        UserError: A budget would be overspent.
    """
    if not session.config.costs.budgets:
        return ()
    _, verdicts = planned(session, plan, now)
    against = stopping(verdicts)
    if against:
        first = against[0]
        raise UserError(
            "\n".join(verdict.said for verdict in against),
            hint="Make fewer partitions, raise the budget or set its policy to warn. See `workbench costs --plan`.",
            location=session.config.place("costs", "budgets", first.name),
        )
    return tuple(verdict.said for verdict in verdicts if verdict.over)


def show_plan(found: Estimate, verdicts: Sequence[Verdict]) -> list[str]:
    """Give what a plan would cost, as lines to print."""
    lines = [
        f"{line.asset}: {line.runs:,} {'run' if line.runs == 1 else 'runs'}, "
        f"{'not known' if line.cost is None else band(line.cost)} ({line.basis})"
        for line in found.lines
    ]
    whole = f"All together {band(found.cost)}, as an estimate"
    if found.unknown:
        whole += f", without {found.unknown:,} runs of which nothing is known"
    if found.lines and all(line.cost is None for line in found.lines):
        whole = "What they cost is not known before they have run once, or without an `estimated_cost_per_run`"
    return [*lines, f"{whole}.", *(verdict.said for verdict in verdicts)]
