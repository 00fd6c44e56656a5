"""A choice of compute in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from platform_core.compute_kinds import Alternative, Decision, size_of
from platform_core.costs.facts import Facts
from platform_core.costs.money import band


def explained(facts: Facts, decision: Decision) -> Iterator[str]:
    """Say where a step runs, why, what it costs, and what of the other kinds.

    >>> from platform_core.compute_kinds import Hints, decide
    >>> hints = Hints(duration_seconds=600)
    >>> next(explained(Facts("rents", hints=hints), decide(hints)))
    'rents runs on fargate, 0.25 vCPU, 512 MB.'
    """
    chosen = f"{decision.spec.kind}, {size_of(decision.spec)}"
    if facts.hints is not None:
        yield f"{facts.asset} runs on {chosen}."
    elif facts.spec is not None:
        yield f"{facts.asset} asks for {facts.spec.kind}, {size_of(facts.spec)}. @auto_compute would take {chosen}."
    else:
        yield f"{facts.asset} asks for no compute. @auto_compute would take {chosen}."
    yield f"Why: {decision.why}."
    cost = "not known: there is no price for it" if decision.cost is None else f"{band(decision.cost)}, as an estimate"
    yield f"A run of {decision.seconds:,.0f} seconds and its start: {cost}."
    yield "The other kinds:"
    yield from (f"  {_alternative(one)}" for one in decision.alternatives)


def _alternative(one: Alternative) -> str:
    if one.spec is None:
        return f"{one.kind} {one.why}"
    cost = "no price" if one.cost is None else band(one.cost)
    return f"{one.kind}, {size_of(one.spec)}: {cost}; {one.why}"
