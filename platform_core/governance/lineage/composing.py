"""One lineage after another: what a result is made from, through something that lies between."""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.governance.lineage.model import DIRECT, ColumnLineage, Dependency


def composed(outer: ColumnLineage, between: Mapping[str, ColumnLineage]) -> ColumnLineage:
    """Replace what a result takes from something between by what that is made from.

    Args:
        outer: The lineage of the result.
        between: The lineage of each thing between, by the name that `outer` has for it.

    >>> rents = ColumnLineage({"rent": (Dependency("homes", "price", "identity"),)})
    >>> yearly = ColumnLineage({"yearly": (Dependency("rents", "rent", "transformation"),)})
    >>> composed(yearly, {"rents": rents}).columns
    {'yearly': (Dependency(asset='homes', column='price', way='transformation'),)}
    """

    def through(found: tuple[Dependency, ...]) -> set[Dependency]:
        reached: set[Dependency] = set()
        for item in found:
            inner = between.get(item.asset)
            if inner is None:
                reached.add(item)
                continue
            for below in inner.columns.get(item.column, ()):
                reached.add(Dependency(below.asset, below.column, both(item.way, below.way)))
        return reached

    rows = through(outer.rows)
    for name in {item.asset for _, item in outer.edges()} & between.keys():
        rows |= set(between[name].rows)
    columns = {name: tuple(sorted(through(found))) for name, found in outer.columns.items()}
    unknown = {*outer.unknown, *(item for inner in between.values() for item in inner.unknown)}
    return ColumnLineage(columns, tuple(sorted(rows)), tuple(sorted(unknown)))


def both(outer: str, inner: str) -> str:
    """Give the way of a dependency through another one: an influence stays one, and the stronger change counts.

    >>> both("identity", "aggregation"), both("transformation", "identity"), both("sort", "identity")
    ('aggregation', 'transformation', 'sort')
    """
    if outer not in DIRECT:
        return outer
    if inner not in DIRECT:
        return inner
    return max(outer, inner, key=DIRECT.index)
