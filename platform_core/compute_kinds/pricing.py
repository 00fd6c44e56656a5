"""What work costs: from a spec, seconds and what is known of how it ran, with a band from the least to the most.

`usd` is what is expected. `low` is what it costs where everything is for the best: Spot where the spec allows it, and
of a node only the share that the work used. `high` is the price on demand, whole nodes. Storage, transfer of data, logs
and a cluster's own hour are in none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from platform_core.compute_kinds.prices import Node, Prices, list_prices
from platform_core.compute_kinds.spec import ComputeSpec
from platform_core.errors import UserError

_HOUR = 3600.0
_MB_IN_GB = 1024
_CPU_UNITS = 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What is known of how a step ran, or will.

    Args:
        spot: Whether it ran on Spot capacity; None where nobody knows, and what the spec asks for is expected.
        cpu_seconds: CPU seconds that it used.
        peak_memory_mb: The most memory that it held.
        nodes: EC2 nodes that it had.
        requests: Calls of the Lambda function.
        ephemeral_gb: Disk of a Fargate task in GB.
    """

    spot: bool | None = None
    cpu_seconds: float | None = None
    peak_memory_mb: float | None = None
    nodes: int = 1
    requests: int = 1
    ephemeral_gb: int = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount in US dollars and the band that it lies in.

    >>> Cost(1.0, 0.5, 2.0) + Cost(1.0, 1.0, 1.0)
    Cost(usd=2.0, low=1.5, high=3.0)
    """

    usd: float
    low: float
    high: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.usd + other.usd, self.low + other.low, self.high + other.high)

    def times(self, number: float) -> Cost:
        """Give the cost of so many."""
        return Cost(self.usd * number, self.low * number, self.high * number)


def total(costs: Iterable[Cost]) -> Cost:
    """Give the sum of costs."""
    return sum(costs, Cost(0.0, 0.0, 0.0))


def price(spec: ComputeSpec, seconds: float, usage: Usage | None = None, prices: Prices | None = None) -> Cost:
    """Give what it costs to run a step of so many seconds.

    Args:
        spec: Where it runs.
        seconds: For how long, from 0 on; the provider's least time and rounding are applied.
        usage: What else is known.
        prices: The prices; the list prices of `prices.json` by default.

    Raises:
        UserError: An instance type has no price, or none is large enough.

    >>> round(price(ComputeSpec("lambda", {"memory_mb": 1024}), 10).usd, 9)
    0.000166867
    >>> price(ComputeSpec("fargate", {"cpu_units": 1024, "memory_mb": 2048}), 3600).usd
    0.05678
    """
    known, listed = usage or Usage(), prices or list_prices()
    match spec.kind:
        case "lambda":
            return _lambda(spec, seconds, known, listed)
        case "fargate":
            return _fargate(spec, seconds, known, listed)
        case "eks":
            node = listed.node(spec["node_type"])
            least = _used(node, seconds, known)
            return _nodes(node, seconds, known, listed, shares=(1.0, least), spot=spec["spot_instances"])
        case "dask":
            raise UserError("The machines of a Dask cluster have no price here.")
    node = fitting(spec["vcpus"], spec["memory_mb"], spec["gpus"], listed)
    parts = [spec["vcpus"] / node.vcpus, spec["memory_mb"] / node.memory_mb]
    reserved = max(parts if not node.gpus else [*parts, spec["gpus"] / node.gpus])
    return _nodes(node, seconds, known, listed, shares=(reserved, reserved), spot=spec["spot_instances"])


def hourly(spec: ComputeSpec, prices: Prices | None = None) -> Cost:
    """Give what an hour of it costs; for EKS from `min_nodes` (one, where that is 0) to `max_nodes` nodes.

    >>> hourly(ComputeSpec("eks", {"node_type": "m5.large", "min_nodes": 2, "max_nodes": 10}))
    Cost(usd=0.222, low=0.222, high=1.11)
    """
    one = price(spec, _HOUR, Usage(requests=0), prices)
    if spec.kind != "eks":
        return one
    least, most = max(1, spec["min_nodes"]), max(1, spec["max_nodes"])
    return Cost(*(round(value, 12) for value in (one.usd * least, one.low * least, one.high * most)))


def at_limit(spec: ComputeSpec, prices: Prices | None = None) -> Cost | None:
    """Give what a run costs that is stopped at its time limit, or None where the kind has none.

    >>> at_limit(ComputeSpec("fargate")) is None
    True
    """
    return price(spec, spec["timeout_seconds"], None, prices) if "timeout_seconds" in spec.options else None


def fitting(vcpus: int, memory_mb: int, gpus: int, prices: Prices | None = None) -> Node:
    """Give the cheapest instance type that has what is asked for.

    Raises:
        UserError: None has.

    >>> fitting(2, 4096, 0).name, fitting(1, 1, 1).name
    ('c5.large', 'g4dn.xlarge')
    """
    nodes = (prices or list_prices()).nodes.values()
    large = [
        node
        for node in nodes
        if node.vcpus >= vcpus and node.memory_mb >= memory_mb and node.gpus >= gpus and (gpus > 0) == (node.gpus > 0)
    ]
    if not large:
        raise UserError(
            f"No instance type with a price has {vcpus} vCPUs, {memory_mb} MB and {gpus} GPUs.",
            hint="Write one under `costs: prices: ec2:` in config/base.yaml, with its price for an hour.",
        )
    return min(large, key=lambda node: (node.hour.value, node.name))


def size_of(spec: ComputeSpec) -> str:
    """Give the size of a spec in words.

    >>> size_of(ComputeSpec("fargate")), size_of(ComputeSpec("eks"))
    ('0.5 vCPU, 1 GB', 'm5.large, 1 to 10 nodes')
    """
    match spec.kind:
        case "lambda":
            return _memory(spec["memory_mb"])
        case "fargate":
            return f"{spec['cpu_units'] / _CPU_UNITS:g} vCPU, {_memory(spec['memory_mb'])}"
        case "eks":
            return f"{spec['node_type']}, {spec['min_nodes']} to {spec['max_nodes']} nodes"
        case "dask":
            return f"{spec['workers']} workers"
    gpus = f", {spec['gpus']} GPU" if spec["gpus"] else ""
    return f"{spec['vcpus']} vCPU, {_memory(spec['memory_mb'])}{gpus}"


def _memory(memory_mb: int) -> str:
    return f"{memory_mb} MB" if memory_mb < _MB_IN_GB else f"{memory_mb / _MB_IN_GB:.4g} GB"


def _lambda(spec: ComputeSpec, seconds: float, usage: Usage, prices: Prices) -> Cost:
    billed = ceil(round(seconds * 1000, 6)) / 1000  # by the millisecond
    gigabytes = spec["memory_mb"] / _MB_IN_GB
    usd = billed * gigabytes * prices["lambda.gb_second"] + usage.requests * prices["lambda.request"]
    return Cost(usd, usd, usd)


def _fargate(spec: ComputeSpec, seconds: float, usage: Usage, prices: Prices) -> Cost:
    hours = _billed(seconds, prices["fargate.minimum_seconds"]) / _HOUR
    disk = max(0.0, usage.ephemeral_gb - prices["fargate.included_ephemeral_gb"])
    hour = (
        spec["cpu_units"] / _CPU_UNITS * prices["fargate.vcpu_hour"]
        + spec["memory_mb"] / _MB_IN_GB * prices["fargate.gb_hour"]
    )
    store = disk * prices["fargate.ephemeral_gb_hour"] * hours
    ratio = prices["spot.fargate"] if usage.spot else 1.0
    usd = hour * hours * ratio + store
    return Cost(usd, usd, usd)


def _nodes(
    node: Node, seconds: float, usage: Usage, prices: Prices, *, shares: tuple[float, float], spot: bool
) -> Cost:
    """Give the cost of nodes, of which a share is expected to be charged, and another at the least."""
    hours = _billed(seconds, prices["ec2.minimum_seconds"]) / _HOUR * usage.nodes
    whole = node.hour.value * hours
    at_spot = spot if usage.spot is None else usage.spot
    expected = whole * (prices["spot.ec2"] if at_spot else 1.0)
    return Cost(expected * shares[0], expected * shares[1], expected if usage.spot else whole)


def _used(node: Node, seconds: float, usage: Usage) -> float:
    """Give the share of a node that was used; all of it where nobody measured."""
    if usage.cpu_seconds is None and usage.peak_memory_mb is None:
        return 1.0
    cpu = (usage.cpu_seconds or 0.0) / max(seconds, 1e-9) / node.vcpus / usage.nodes
    return min(1.0, max(cpu, (usage.peak_memory_mb or 0.0) / node.memory_mb))


def _billed(seconds: float, least: float) -> float:
    return max(least, float(ceil(round(seconds, 6))))
