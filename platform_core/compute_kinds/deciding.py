"""The choice of compute with its reasons: from hints, and from what runs took, the cheapest kind and size that fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from platform_core.compute_kinds.history import Hints, History
from platform_core.compute_kinds.limits import read_data
from platform_core.compute_kinds.placement import characteristics, holds, place_as
from platform_core.compute_kinds.prices import Prices, list_prices
from platform_core.compute_kinds.pricing import Cost, size_of
from platform_core.compute_kinds.sizing import WOULD_DO, Alternative, Job, expected_seconds, look, priced
from platform_core.compute_kinds.spec import KINDS, ComputeSpec, Kind
from platform_core.errors import UserError


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a step is to run.

    Args:
        spec: Where, and how large.
        why: The reason in words.
        cost: What a run is expected to cost; None where the spec has no price.
        basis: `history`, where runs were measured, else `hints`.
        seconds: How long a run is expected to take.
        alternatives: The other kinds, those that would do first, the cheapest of them first.
    """

    spec: ComputeSpec
    why: str
    cost: Cost | None
    basis: str
    seconds: float
    alternatives: tuple[Alternative, ...]


def decide(
    hints: Hints | None = None,
    history: History | None = None,
    prices: Prices | None = None,
    rules: Mapping[str, Any] | None = None,
) -> Decision:
    """Decide where a step runs.

    Without enough runs (`least_runs` of the rules) the first rule that holds for the hints decides, as `place` does.
    With them, memory and duration are those that were measured, whatever the hints say; of the kinds whose bounds hold,
    the cheapest that fits is taken. A kind that work needs (`at_least` in its rule) leaves no others; a rule without
    bounds takes what no other does. GPUs and parallelism come from the hints.

    Args:
        hints: What the author says.
        history: What runs took.
        prices: The prices; the list prices by default.
        rules: The rules; those of `placement.json` by default.

    Raises:
        UserError: No kind of compute is large enough.

    >>> decide(Hints(duration_seconds=600)).spec.kind
    'fargate'
    >>> found = decide(Hints(memory_mb=9000), History(runs=20, seconds=40, cpu_seconds=20, peak_memory_mb=300))
    >>> found.spec.kind, found.spec["memory_mb"], found.basis
    ('lambda', 885, 'history')
    """
    data, listed, given = (
        rules if rules is not None else read_data("placement.json"),
        prices or list_prices(),
        hints or Hints(),
    )
    measuring = data.get("measured") or read_data("placement.json")["measured"]
    known = history if history is not None and history.runs >= measuring["least_runs"] else None
    job = characteristics(given, data)
    if known is not None:
        job |= {
            "memory_mb": max(1, ceil(known.peak_memory_mb * measuring["memory_headroom"])),
            "duration_seconds": max(1, ceil(known.seconds)),
        }
    cpu = None if known is None else known.cpu_seconds
    needs = Job(
        job["memory_mb"], known.seconds if known else job["duration_seconds"], cpu, given.gpus, given.parallelism
    )
    looked = {kind: look(kind, needs, data, measuring, listed) for kind in KINDS}
    rule = next(rule for rule in data["rules"] if holds(rule, job))
    chosen = looked[rule["kind"]]
    allowed = _allowed(data["rules"], job, looked)
    if known is None:
        chosen = replace(chosen, spec=place_as(rule["kind"], job, data))
        chosen = replace(chosen, cost=priced(chosen.spec, needs, measuring, listed))
    else:
        chosen = min(allowed, key=_cost_of) if allowed else chosen
        rule = next(one for one in data["rules"] if one["kind"] == chosen.kind and holds(one, job))
    if chosen.spec is None:
        raise UserError(
            f"@auto_compute: no kind of compute is large enough: {chosen.why}.",
            hint="Say the `memory_mb` of one part, or more `parallelism`, or choose the compute yourself.",
        )
    told = (_told(one, data["rules"], allowed) for one in looked.values() if one.kind != chosen.kind)
    others = sorted(told, key=_cost_of)
    if known is None:
        others = [_for_less(one, chosen, measuring["least_runs"]) for one in others]
    seconds = expected_seconds(chosen.spec, needs, measuring)
    why = _reason(rule["why"], chosen, others, needs, known, given)
    if known is None:
        runs, least = history.runs if history else 0, measuring["least_runs"]
        why += f"; measured runs decide from {least} on, and there {'is' if runs == 1 else 'are'} {runs}"
    return Decision(chosen.spec, why, chosen.cost, "history" if known else "hints", seconds, tuple(others))


def _allowed(rules: Any, job: Mapping[str, int], looked: Mapping[Kind, Alternative]) -> list[Alternative]:
    holding = [rule for rule in rules if holds(rule, job)]
    needed = [rule for rule in holding if rule.get("at_least")][:1]
    bounded = needed or [rule for rule in holding if rule.get("at_most")]
    fitting = [one for rule in bounded if (one := looked[rule["kind"]]).spec is not None]
    if fitting or needed:
        return fitting
    return [one for rule in holding if (one := looked[rule["kind"]]).spec is not None]


def _told(one: Alternative, rules: Any, allowed: list[Alternative]) -> Alternative:
    if one.spec is None or one in allowed:
        return one
    what = " and ".join(rule["why"] for rule in rules if rule["kind"] == one.kind)
    return replace(one, why=f"is for {what}" if what else "is in no rule")


def _for_less(one: Alternative, chosen: Alternative, least: int) -> Alternative:
    """Say why a kind that would do for less is not taken: as long as too little is measured the first rule decides."""
    if one.why != WOULD_DO or _cost_of(one) >= _cost_of(chosen):
        return one
    return replace(one, why=f"{WOULD_DO} for less, which counts from {least} measured runs on")


def _cost_of(one: Alternative) -> tuple[bool, bool, float]:
    return one.spec is None, one.cost is None, one.cost.usd if one.cost is not None else 0.0


def _reason(
    rule: str, chosen: Alternative, others: list[Alternative], needs: Job, known: History | None, hints: Hints
) -> str:
    spec = chosen.spec
    if known is None:
        given = [
            name.replace("_", " ")
            for name in ("rows", "memory_mb", "duration_seconds")
            if getattr(hints, name) is not None
        ]
        told = f"from the hints ({', '.join(given)})" if given else "from the estimates, for want of hints"
        return f"{rule}, {told}: {needs.memory_mb:,} MB and {needs.seconds:,.0f} seconds"
    measured = (
        f"95 % of the {known.runs} runs took no more than {known.peak_memory_mb:,.0f} MB, "
        f"{known.cpu_seconds:,.1f} CPU seconds and {known.seconds:,.1f} seconds"
    )
    cheaper = [one for one in others if one.spec is not None and one.why == WOULD_DO]
    size = f"{needs.memory_mb:,} MB with headroom" if spec is not None else ""
    beside = (
        f", cheaper than {' and '.join(one.kind for one in cheaper)}" if cheaper and chosen.cost is not None else ""
    )
    return f"{rule}: {measured}; {size}{beside}"


def as_json(decision: Decision) -> dict[str, Any]:
    """Give a decision as plain values."""

    def cost(one: Cost | None) -> dict[str, float] | None:
        return None if one is None else {"usd": one.usd, "low": one.low, "high": one.high}

    def spec(one: ComputeSpec | None) -> dict[str, Any] | None:
        if one is None:
            return None
        options = {key: dict(value) if isinstance(value, Mapping) else value for key, value in one.options.items()}
        return {"kind": one.kind, "size": size_of(one), **options}

    return {
        "compute": spec(decision.spec),
        "why": decision.why,
        "basis": decision.basis,
        "seconds": decision.seconds,
        "cost": cost(decision.cost),
        "alternatives": [
            {"kind": one.kind, "compute": spec(one.spec), "cost": cost(one.cost), "why": one.why}
            for one in decision.alternatives
        ],
    }
