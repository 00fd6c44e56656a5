"""What was spent and what is planned, held against what may be spent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from platform_core.compute_kinds.pricing import total
from platform_core.config.costs import BudgetConfig
from platform_core.costs.estimates import Estimate
from platform_core.costs.facts import Facts
from platform_core.costs.money import amount
from platform_core.costs.records import Record


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a budget stands.

    Args:
        name: The budget.
        scope: What it is for, in words.
        limit: What may be spent, in US dollars.
        spent: What was spent of it.
        planned: What a plan would spend of it.
        over: Whether it is, or would be, overspent.
        stops: Whether the plan must not be started: it is overspent with it, and its policy says so.
        unknown: Runs of which nobody knows the cost, so that there may be more.
    """

    name: str
    scope: str
    limit: float
    spent: float
    planned: float
    over: bool
    stops: bool
    unknown: int

    @property
    def said(self) -> str:
        """How it stands, in a sentence.

        >>> Verdict("rents", "the asset rents in a month", 10, 8, 4, True, True, 0).said
        'The budget rents ($10.00 for the asset rents in a month) is overspent: $8.00 spent and $4.00 planned.'
        """
        stands = "is overspent" if self.over else "holds"
        planned = f" and {amount(self.planned)} planned" if self.planned else ""
        more = f" Of {self.unknown:,} more nobody knows the cost." if self.unknown else ""
        return (
            f"The budget {self.name} ({amount(self.limit)} for {self.scope}) {stands}: "
            f"{amount(self.spent)} spent{planned}.{more}"
        )


def budget_verdicts(
    budgets: Mapping[str, BudgetConfig],
    records: Sequence[Record],
    facts: Mapping[str, Facts],
    now: datetime,
    plan: Estimate | None = None,
    job: str | None = None,
) -> tuple[Verdict, ...]:
    """Say how each budget stands.

    Args:
        budgets: The budgets by name, as the configuration has them.
        records: What runs cost; those of this calendar month (UTC) count.
        facts: What the code says of the assets.
        now: The present time, with a time zone.
        plan: What is to be started. A budget per backfill is asked only of a plan.
        job: The job that the plan is of; without it a budget of a job has no plan.
    """
    month = f"{now.astimezone(UTC):%Y-%m}"
    found = []
    for name, budget in budgets.items():
        if budget.per == "backfill" and plan is None:
            continue
        counted = [
            record
            for record in records
            if record.month == month and budget.per == "month" and _is_of(budget, record.asset, record.job, facts)
        ]
        spent = total(record.cost for record in counted if record.cost is not None).usd
        unknown = sum(record.cost is None for record in counted)
        planned = 0.0
        for line in plan.lines if plan is not None else ():
            if _is_of(budget, line.asset, job or "", facts):
                planned += line.cost.usd if line.cost is not None else 0.0
                unknown += line.runs if line.cost is None else 0
        over = spent + planned > budget.usd
        stops = over and planned > 0 and budget.policy == "stop"
        found.append(Verdict(name, _scope(budget), budget.usd, spent, planned, over, stops, unknown))
    return tuple(found)


def stopping(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Give the verdicts by which a plan must not be started."""
    return tuple(verdict for verdict in verdicts if verdict.stops)


def _is_of(budget: BudgetConfig, asset: str, job: str, facts: Mapping[str, Facts]) -> bool:
    if budget.asset is not None:
        return asset == budget.asset
    if budget.job is not None:
        return job == budget.job
    if budget.team is not None:
        return asset in facts and facts[asset].team == budget.team.removeprefix("team:")
    return True


def _scope(budget: BudgetConfig) -> str:
    named = [(kind, value) for kind in ("asset", "job", "team") if (value := getattr(budget, kind)) is not None]
    whose = " ".join(("the", *named[0])) if named else "all assets"
    return f"{whose} in a {budget.per}"
