"""The sizes of each kind of compute that would do for a job, and which of them is the cheapest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from platform_core.compute_kinds.limits import fargate_memory, limits
from platform_core.compute_kinds.prices import Prices
from platform_core.compute_kinds.pricing import Cost, Usage, price
from platform_core.compute_kinds.spec import ComputeSpec, Kind
from platform_core.errors import UserError

WOULD_DO = "would do"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A kind of compute that was looked at: the size of it that would do and its cost, or why it would not do."""

    kind: Kind
    spec: ComputeSpec | None
    cost: Cost | None
    why: str


@dataclass(frozen=True, slots=True)
class Job:
    """What a step is expected to take: `cpu` is None where nobody measured."""

    memory_mb: int
    seconds: float
    cpu: float | None
    gpus: int
    parallelism: int


def look(
    kind: Kind,
    needs: Job,
    data: Mapping[str, Any],
    measuring: Mapping[str, Any],
    prices: Prices,
) -> Alternative:
    """Give the cheapest size of a kind that fits, or why none does."""
    if needs.gpus and kind != "batch":
        return Alternative(kind, None, None, "has no GPU here")
    found: list[tuple[float, ComputeSpec, Cost | None]] = []
    slowest = max(needs.seconds * measuring["slowest"], needs.seconds + 1)
    for spec in _sizes(kind, needs, data, measuring):
        seconds = expected_seconds(spec, needs, measuring)
        if needs.cpu is not None and seconds > slowest:
            continue
        cost = priced(spec, needs, measuring, prices)
        found.append((cost.usd if cost is not None else float("inf"), spec, cost))
    if not found:
        return Alternative(kind, None, None, _unfit(kind, needs))
    _, spec, cost = min(found, key=lambda one: one[0])  # of equal cost the smaller, which comes first
    return Alternative(kind, spec, cost, WOULD_DO)


def _sizes(kind: Kind, needs: Job, data: Mapping[str, Any], measuring: Mapping[str, Any]) -> Iterator[ComputeSpec]:
    fields = limits(kind)["fields"]
    headroom = data["estimates"]["headroom"]
    match kind:
        case "lambda":
            top, step = fields["memory_mb"]["maximum"], measuring["lambda_mb_per_vcpu"]
            least = max(needs.memory_mb, fields["memory_mb"]["minimum"])
            quarters = (ceil(step * quarter / 4) for quarter in (1, 2, 3))
            for memory in sorted(
                {least, *(size for size in (*quarters, *range(step, top, step), top) if size > least)}
            ):
                expected = _cpu_bound(needs, memory / step)
                timeout = ceil(expected * headroom)
                if memory <= top and expected <= fields["timeout_seconds"]["maximum"]:
                    limit = min(timeout, fields["timeout_seconds"]["maximum"])
                    yield ComputeSpec(kind, {"memory_mb": memory, "timeout_seconds": max(1, limit)})
        case "fargate":
            for cpu in fields["cpu_units"]["choices"]:
                fits = [memory for memory in fargate_memory(cpu) if memory >= needs.memory_mb]
                if fits:
                    yield ComputeSpec(kind, {"cpu_units": cpu, "memory_mb": fits[0]})
        case "eks":
            share = data["estimates"]["node_share"]
            for node, memory in data["node_types"]:
                if memory * share >= needs.memory_mb:
                    scale = {"min_nodes": 0, "max_nodes": max(1, needs.parallelism), "spot_instances": True}
                    yield ComputeSpec(kind, {"node_type": node, **scale})
        case "batch":
            wanted = 1 if needs.cpu is None else ceil(needs.cpu / max(needs.seconds, 1e-9))
            default = fields["vcpus"]["default"] if needs.cpu is None else 1
            yield ComputeSpec(
                kind,
                {
                    "vcpus": min(max(default, wanted), fields["vcpus"]["maximum"]),
                    "memory_mb": max(needs.memory_mb, fields["memory_mb"]["minimum"]),
                    "gpus": needs.gpus,
                    "timeout_seconds": max(ceil(needs.seconds * headroom), fields["timeout_seconds"]["minimum"]),
                },
            )


def _cpu_bound(needs: Job, vcpus: float) -> float:
    """Give the seconds that a run takes at the least, with so many vCPUs."""
    return needs.seconds if needs.cpu is None else max(needs.seconds, needs.cpu / vcpus)


def expected_seconds(spec: ComputeSpec, needs: Job, measuring: Mapping[str, Any]) -> float:
    """Give how long a run takes on a size, its start left out."""
    match spec.kind:
        case "lambda":
            return _cpu_bound(needs, spec["memory_mb"] / measuring["lambda_mb_per_vcpu"])
        case "fargate":
            return _cpu_bound(needs, spec["cpu_units"] / 1024)
    return needs.seconds


def priced(spec: ComputeSpec | None, needs: Job, measuring: Mapping[str, Any], prices: Prices) -> Cost | None:
    """Give what a run on a size costs, its start included; None where there is no price."""
    if spec is None:
        return None
    seconds = expected_seconds(spec, needs, measuring) + measuring["start_seconds"][spec.kind]
    parts = needs.parallelism if spec.kind == "eks" else 1
    try:
        return price(spec, seconds, Usage(nodes=max(1, parts)), prices)
    except UserError:
        return None


def _unfit(kind: Kind, needs: Job) -> str:
    most = {"lambda": "10,240 MB, 900 seconds", "fargate": "122,880 MB, 16 vCPUs", "eks": "one node of the rules"}
    wants = f"{needs.memory_mb:,} MB for {needs.seconds:,.0f} seconds"
    return f"is too small or too slow: it needs {wants}; the most is {most.get(kind, 'what Batch has')}"
