"""Kinds of compute: what a step asks for, the providers' limits and prices, and the choice of a kind and size.

Standard library only: `promote` and the Lab panel validate a notebook's options with the same data. Prices and choices
are loaded when they are first asked for, since a check of a notebook needs the limits alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.compute_kinds.limits import Problem, fargate_memory, limits
from platform_core.compute_kinds.spec import COMPUTE_TAG, ENGINES, KINDS, ComputeSpec, Kind
from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.compute_kinds.deciding import Decision, decide
    from platform_core.compute_kinds.history import AUTO_TAG, Hints, History, Use
    from platform_core.compute_kinds.placement import place
    from platform_core.compute_kinds.prices import (
        Figure,
        Node,
        Prices,
        list_prices,
        prices_in_use,
        stale,
        use_prices,
        with_own,
    )
    from platform_core.compute_kinds.pricing import Cost, Usage, at_limit, hourly, price, size_of
    from platform_core.compute_kinds.sizing import Alternative

__all__ = [
    "AUTO_TAG",
    "COMPUTE_TAG",
    "ENGINES",
    "KINDS",
    "Alternative",
    "ComputeSpec",
    "Cost",
    "Decision",
    "Figure",
    "Hints",
    "History",
    "Kind",
    "Node",
    "Prices",
    "Problem",
    "Usage",
    "Use",
    "at_limit",
    "decide",
    "fargate_memory",
    "hourly",
    "limits",
    "list_prices",
    "place",
    "price",
    "prices_in_use",
    "size_of",
    "stale",
    "use_prices",
    "with_own",
]

_NAMES = {
    "deciding": ("Decision", "decide"),
    "history": ("AUTO_TAG", "Hints", "History", "Use"),
    "placement": ("place",),
    "prices": ("Figure", "Node", "Prices", "list_prices", "prices_in_use", "stale", "use_prices", "with_own"),
    "pricing": ("Cost", "Usage", "at_limit", "hourly", "price", "size_of"),
    "sizing": ("Alternative",),
}
_PLACES = {name: module for module, names in _NAMES.items() for name in names}

__getattr__ = loader(__name__, _PLACES)
