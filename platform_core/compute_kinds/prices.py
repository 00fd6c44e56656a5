"""List prices as values: read from `prices.json`, replaced in part by a project's configuration, checked for age."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import isfinite
from types import MappingProxyType
from typing import Any

from platform_core.compute_kinds.limits import read_data
from platform_core.errors import UserError
from platform_core.plain_numbers import is_number
from platform_core.suggest import did_you_mean

OWN = "the configuration"


@dataclass(frozen=True, slots=True)
class Figure:
    """A price or a ratio.

    Args:
        value: US dollars for the unit that its name says, or a ratio.
        as_at: The date that it was true on.
        source: The page that it belongs to.
        confirmed: Whether it was read, not worked out or assumed.
        note: What else there is to say of it.
    """

    value: float
    as_at: date
    source: str = ""
    confirmed: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """An EC2 instance type: what it has, and its price for an hour on demand."""

    name: str
    vcpus: int
    memory_mb: int
    gpus: int
    hour: Figure


@dataclass(frozen=True, slots=True)
class Prices:
    """All prices that costs are worked out with.

    Args:
        figures: By name, such as `lambda.gb_second`, `fargate.vcpu_hour`, `spot.ec2`, `gbp_per_usd`.
        nodes: EC2 instance types by name.
        region: The region that they are of.
        stale_after_days: From which age on they are to be looked up again.
    """

    figures: Mapping[str, Figure]
    nodes: Mapping[str, Node]
    region: str
    stale_after_days: int

    def __getitem__(self, name: str) -> float:
        """Give the value of a figure."""
        return self.figures[name].value

    def node(self, name: str) -> Node:
        """Give an instance type.

        Raises:
            UserError: It has no price.
        """
        if name not in self.nodes:
            raise UserError(
                f"The instance type {name!r} has no price.",
                hint="Write its price for an hour under `costs: prices: ec2:` in config/base.yaml.",
            )
        return self.nodes[name]

    def pounds(self, usd: float) -> float:
        """Give an amount of US dollars in pounds."""
        return usd * self["gbp_per_usd"]

    def every(self) -> Iterator[tuple[str, Figure]]:
        """Give every figure with its name."""
        yield from self.figures.items()
        for name, node in self.nodes.items():
            yield f"ec2.{name}", node.hour


def stale(prices: Prices, today: date) -> tuple[str, ...]:
    """Give the names of figures that are older than `stale_after_days` on a day, in groups as they are named.

    >>> stale(list_prices(), date(2026, 9, 11))[:1], stale(list_prices(), date(2025, 1, 1))
    (('ec2.m5.*',), ())
    """
    old = [name for name, one in prices.every() if (today - one.as_at).days > prices.stale_after_days]
    return tuple(dict.fromkeys(f"{name.rpartition('.')[0]}.*" if name.startswith("ec2.") else name for name in old))


@cache
def list_prices() -> Prices:
    """Give the list prices of `prices.json`.

    >>> list_prices()["fargate.gb_hour"], list_prices().node("m5.large").memory_mb
    (0.00511, 8192)
    """
    data = read_data("prices.json")
    figures = {"gbp_per_usd": _figure(data["gbp_per_usd"], "value")}
    for name, one in data["spot"].items():
        figures[f"spot.{name}"] = _figure(one, "ratio")
    for kind in ("lambda", "fargate", "eks"):
        for name, one in data[kind].items():
            as_written = one if isinstance(one, dict) else None
            figures[f"{kind}.{name}"] = (
                _figure(as_written, "usd") if as_written else Figure(float(one), date.max, note="a rule, not a price")
            )
    figures["ec2.minimum_seconds"] = Figure(float(data["ec2"]["minimum_seconds"]), date.max, note="a rule, not a price")
    nodes = {
        name: Node(name, vcpus, memory, gpus, _figure({**family, "usd": usd}, "usd"))
        for family in data["ec2"]["families"]
        for name, (vcpus, memory, gpus, usd) in family["types"].items()
    }
    return Prices(MappingProxyType(figures), MappingProxyType(nodes), data["region"], data["stale_after_days"])


# A process works on one project: what its configuration says of prices holds for every step that it runs
_IN_USE: list[Prices] = []


def use_prices(prices: Prices | None) -> None:
    """Let every step of this process be priced with these; None for the list prices."""
    _IN_USE[:] = [] if prices is None else [prices]


def prices_in_use() -> Prices:
    """Give the prices of the project that this process works on, or the list prices."""
    return _IN_USE[0] if _IN_USE else list_prices()


def _figure(one: Mapping[str, Any], value: str) -> Figure:
    return Figure(
        float(one[value]),
        date.fromisoformat(one["as_at"]),
        one.get("source", ""),
        one["confirmed"],
        one.get("note", ""),
    )


def with_own(
    own: Mapping[str, Any],
    *,
    checked_on: date | None = None,
    stale_after_days: int | None = None,
    base: Prices | None = None,
) -> Prices:
    """Give prices in which some are one's own.

    Args:
        own: Amounts by name, as the configuration nests them: `{"fargate": {"vcpu_hour": 0.04}, "gbp_per_usd": 0.8}`.
            An instance type that is not listed needs `{"vcpus": …, "memory_mb": …, "gpus": …, "usd": …}`.
        checked_on: When somebody last looked at all of them: they count as being of that day.
        stale_after_days: From which age on they are to be looked up again.
        base: The prices that are replaced in part; the list prices by default.

    Raises:
        UserError: A name is not known, or a value is no amount.

    >>> with_own({"fargate": {"vcpu_hour": 0.04}})["fargate.vcpu_hour"]
    0.04
    """
    found = base or list_prices()
    figures, nodes = dict(found.figures), dict(found.nodes)
    day = checked_on or date.max
    for name, value in _leaves(own):
        if name.startswith("ec2."):
            node = _node(name.removeprefix("ec2."), value, found, day)
            nodes[node.name] = node
        elif name not in figures:
            raise UserError(f"There is no price {name!r}.", hint=did_you_mean(name, [*figures, "ec2.m5.large"]))
        else:
            figures[name] = Figure(_amount(name, value), day, OWN)
    if checked_on is not None:
        figures = {name: _dated(one, checked_on) for name, one in figures.items()}
        nodes = {
            name: Node(one.name, one.vcpus, one.memory_mb, one.gpus, _dated(one.hour, checked_on))
            for name, one in nodes.items()
        }
    return Prices(
        MappingProxyType(figures),
        MappingProxyType(nodes),
        found.region,
        found.stale_after_days if stale_after_days is None else stale_after_days,
    )


def _leaves(own: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for group, value in own.items():
        if isinstance(value, Mapping):
            yield from ((f"{group}.{name}", each) for name, each in value.items())
        else:
            yield group, value


def _node(name: str, value: Any, found: Prices, day: date) -> Node:
    if isinstance(value, Mapping):
        if set(value) != {"vcpus", "memory_mb", "gpus", "usd"}:
            raise UserError(
                f"The instance type {name!r} is not whole.", hint="Give vcpus, memory_mb, gpus and usd, and no more."
            )
        vcpus, memory, gpus = (int(_amount(f"ec2.{name}.{key}", value[key])) for key in ("vcpus", "memory_mb", "gpus"))
        return Node(name, vcpus, memory, gpus, Figure(_amount(f"ec2.{name}", value["usd"]), day, OWN))
    if name not in found.nodes:
        raise UserError(
            f"The instance type {name!r} is not listed.",
            hint=f"Say what it has: {name}: {{vcpus: 2, memory_mb: 8192, gpus: 0, usd: 0.1}}.",
        )
    one = found.nodes[name]
    return Node(name, one.vcpus, one.memory_mb, one.gpus, Figure(_amount(f"ec2.{name}", value), day, OWN))


def _dated(figure: Figure, day: date) -> Figure:
    if figure.as_at == date.max:
        return figure
    return Figure(figure.value, max(figure.as_at, day), figure.source, figure.confirmed, figure.note)


def _amount(name: str, value: Any) -> float:
    if not is_number(value) or not isfinite(value) or value < 0:
        raise UserError(f"The price {name} is no amount.", hint="Give US dollars, from 0 on.")
    return float(value)
