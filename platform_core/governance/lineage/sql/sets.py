"""Sets of dependencies, and what an operation of SQL makes of them."""

from __future__ import annotations

from collections.abc import Iterable

from platform_core.governance.lineage.model import DIRECT, Dependency

Found = frozenset[Dependency]

NONE: Found = frozenset()


def union(several: Iterable[Found]) -> Found:
    """Give what any of several depends on."""
    found: Found = NONE
    for item in several:
        found |= item
    return found


def transformed(found: Found) -> Found:
    """Give a set after something was computed from it."""
    return frozenset(
        Dependency(item.asset, item.column, "transformation") if item.way == "identity" else item for item in found
    )


def aggregated(found: Found) -> Found:
    """Give a set after many rows became one."""
    return frozenset(
        Dependency(item.asset, item.column, "aggregation") if item.way in DIRECT[:3] else item for item in found
    )


def influence(found: Found, way: str) -> Found:
    """Give a set whose every column has an influence only."""
    return frozenset(Dependency(item.asset, item.column, way) for item in found)
