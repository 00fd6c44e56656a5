"""What making assets will cost, from what it did cost: by partition, and with the ground that each figure stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from platform_core.compute_kinds import Cost, Prices, Usage, list_prices, price
from platform_core.compute_kinds.pricing import total
from platform_core.compute_kinds.ran_on import LOCAL
from platform_core.costs.facts import Facts
from platform_core.costs.records import Record
from platform_core.errors import UserError

Part = tuple[str, str | None]  # asset and partition

PAID = "what such runs did cost"
MOVED = "local runs, priced for the compute that the step asks for"
SAID = "what the code says a run costs"
UNKNOWN = "nothing is known"


@dataclass(frozen=True, slots=True)
class Estimated:
    """What one asset of a plan will cost: how many runs, all together, and on what ground the figure stands."""

    asset: str
    runs: int
    cost: Cost | None
    basis: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan will cost.

    Args:
        lines: By asset and ground.
        cost: All that is known.
        unknown: How many runs nothing is known of: `cost` is without them.
    """

    lines: tuple[Estimated, ...]
    cost: Cost
    unknown: int


def estimate(
    plan: Iterable[Part], records: Sequence[Record], facts: Mapping[str, Facts], prices: Prices | None = None
) -> Estimate:
    """Estimate what it costs to make parts of assets.

    For each part, in this order: the mean of what its own runs cost, of what the asset's other runs cost, of its local
    runs priced for the compute that the step asks for, and what the code says.

    Args:
        plan: Assets and their partitions.
        records: What runs cost so far.
        facts: What the code says.
        prices: The prices; the list prices by default.
    """
    history: dict[str, list[Record]] = {}
    for record in records:
        if not record.unchanged and not record.failed:
            history.setdefault(record.asset, []).append(record)
    parts: dict[tuple[str, str], list[Cost | None]] = {}
    for asset, partition in plan:
        cost, basis = _one(partition, history.get(asset, ()), facts.get(asset), prices or list_prices())
        parts.setdefault((asset, basis), []).append(cost)
    lines = tuple(
        Estimated(
            asset,
            len(costs),
            total(cost for cost in costs if cost is not None) if basis != UNKNOWN else None,
            basis,
        )
        for (asset, basis), costs in parts.items()
    )
    known = total(line.cost for line in lines if line.cost is not None)
    return Estimate(lines, known, sum(line.runs for line in lines if line.cost is None))


def _one(
    partition: str | None, records: Sequence[Record], facts: Facts | None, prices: Prices
) -> tuple[Cost | None, str]:
    paid = [record for record in records if record.cost is not None and record.kind != LOCAL]
    same = [record for record in paid if record.partition == partition]
    if paid:
        return _mean([record.cost for record in (same or paid) if record.cost is not None]), PAID
    moved = []
    for record in records:
        if facts is None or facts.spec is None or record.use is None:
            continue
        usage = Usage(None, record.use.cpu_seconds, record.use.peak_memory_mb)
        try:
            moved.append((record.partition, price(facts.spec, record.use.seconds, usage, prices)))
        except UserError:
            break
    if moved:
        own = [cost for name, cost in moved if name == partition]
        return _mean(own or [cost for _, cost in moved]), MOVED
    if facts is not None and facts.estimate is not None:
        return Cost(facts.estimate, facts.estimate, facts.estimate), SAID
    return None, UNKNOWN


def _mean(costs: Sequence[Cost]) -> Cost:
    """Give the mean, in the band from the least to the most of all."""
    return Cost(
        sum(cost.usd for cost in costs) / len(costs), min(cost.low for cost in costs), max(cost.high for cost in costs)
    )
