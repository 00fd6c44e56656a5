"""Costs summed by asset, job, team, project, month or kind of compute; what has no cost is counted and said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from platform_core.compute_kinds import Cost, Prices, Usage, list_prices, price
from platform_core.compute_kinds.pricing import total
from platform_core.compute_kinds.ran_on import LOCAL
from platform_core.costs.facts import NO_TEAM, Facts
from platform_core.costs.records import Record
from platform_core.errors import UserError

BY_HAND = "made without a job"
NOTHING = Cost(0.0, 0.0, 0.0)
GROUPS = ("asset", "job", "team", "project", "month", "kind")


@dataclass(frozen=True, slots=True)
class Line:
    """The runs of one group.

    Args:
        name: The group.
        runs: All runs of steps, failed ones included.
        failed: Those that failed; what they cost is in `cost`.
        local: Those on a local machine, which cost nothing.
        unpriced: Those whose cost nobody knows: `cost` is without them.
        cost: What is known of their cost.
        seconds: By the clock, of all that were measured.
        cpu_seconds: Of the same.
        estimated: What the code said the runs would cost that `compared` is of; None where it says nothing of any.
        compared: What the runs did cost of which the code said something.
        elsewhere: What the local runs would have cost on the compute that their steps ask for; None where none asks.
    """

    name: str
    runs: int = 0
    failed: int = 0
    local: int = 0
    unpriced: int = 0
    cost: Cost = field(default=NOTHING)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    estimated: float | None = None
    compared: float | None = None
    elsewhere: Cost | None = None


def summarise(
    records: Iterable[Record],
    by: str,
    facts: Mapping[str, Facts],
    *,
    project: Callable[[Record], str] = lambda _: "this project",
    prices: Prices | None = None,
) -> tuple[Line, ...]:
    """Sum runs by groups, the dearest first; months in their order.

    Args:
        records: The runs.
        by: One of `GROUPS`.
        facts: What the code says of the assets.
        project: Gives the project of a run.
        prices: The prices, for what local runs would have cost.
    """
    group: dict[str, Callable[[Record], str]] = {
        "asset": lambda one: one.asset,
        "job": lambda one: one.job or BY_HAND,
        "team": lambda one: facts[one.asset].team if one.asset in facts else NO_TEAM,
        "project": project,
        "month": lambda one: one.month,
        "kind": lambda one: one.kind or "not noted",
    }
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(group[by](record), []).append(record)
    lines = [sum_up(name, members, facts, prices) for name, members in groups.items()]
    if by == "month":
        return tuple(sorted(lines, key=lambda line: line.name))
    return tuple(sorted(lines, key=lambda line: (-line.cost.usd, -line.runs, line.name)))


def sum_up(name: str, records: Iterable[Record], facts: Mapping[str, Facts], prices: Prices | None = None) -> Line:
    """Give one line of runs."""
    every = tuple(records)
    priced = [record for record in every if record.cost is not None]
    compared = [
        (record.cost.usd, said)
        for record in priced
        if record.cost is not None
        and not record.failed
        and record.kind != LOCAL
        and (said := facts[record.asset].estimate if record.asset in facts else None) is not None
    ]
    moved = [cost for record in every if (cost := _elsewhere(record, facts, prices or list_prices())) is not None]
    uses = [record.use for record in every if record.use is not None]
    return Line(
        name,
        runs=len(every),
        failed=sum(record.failed for record in every),
        local=sum(record.kind == LOCAL for record in every),
        unpriced=len(every) - len(priced),
        cost=total(record.cost for record in priced if record.cost is not None),
        seconds=sum(use.seconds for use in uses),
        cpu_seconds=sum(use.cpu_seconds for use in uses),
        estimated=sum(said for _, said in compared) if compared else None,
        compared=sum(paid for paid, _ in compared) if compared else None,
        elsewhere=total(moved) if moved else None,
    )


def _elsewhere(record: Record, facts: Mapping[str, Facts], prices: Prices) -> Cost | None:
    spec = facts[record.asset].spec if record.asset in facts else None
    if spec is None or record.kind != LOCAL or record.use is None or record.unchanged:
        return None
    try:
        usage = Usage(None, record.use.cpu_seconds, record.use.peak_memory_mb)
        return price(spec, record.use.seconds, usage, prices)
    except UserError:
        return None
