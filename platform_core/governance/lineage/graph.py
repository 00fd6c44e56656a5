"""The columns of many assets: what leads to a column, and what is made from it.

`*` stands for an asset as a whole: a column of another asset that shapes its rows leads to `*`, and so does every
edge of an asset whose lineage is not known. What leaves `*` leaves every column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from platform_core.errors import UsageError
from platform_core.governance.lineage.model import ColumnLineage
from platform_core.suggest import did_you_mean

WHOLE = "*"
# The best first: how sure and how near a connection is
STRENGTHS = ("direct", "influence", "unknown")

Strength = Literal["direct", "influence", "unknown"]
Place = tuple[str, str]  # asset and column


@dataclass(frozen=True, slots=True)
class AssetColumns:
    """An asset with what is known of its columns.

    Attributes:
        name: Its name.
        columns: Its columns, in order; empty where they are not known.
        lineage: What they are made from; None where it was never made, or its lineage was never told.
        upstream: The assets that it reads.
        owners: Who owns it.
        source: Where the lineage is from, in words.
    """

    name: str
    columns: tuple[str, ...] = ()
    lineage: ColumnLineage | None = None
    upstream: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One column that leads to another."""

    start: Place
    end: Place
    strength: str
    way: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """The part of a graph that leads to or from some columns.

    Attributes:
        places: Each column with how it is connected; the ones asked about are `asked`.
        edges: The edges between them, sorted.
    """

    places: Mapping[Place, str]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """The assets of a project with the lineage of their columns, by name."""

    assets: Mapping[str, AssetColumns]
    _edges: list[Edge] = field(default_factory=list, compare=False, repr=False)

    def edges(self) -> list[Edge]:
        """Give every edge between columns."""
        if not self._edges:
            self._edges.extend(sorted({edge for asset in self.assets.values() for edge in _edges_into(asset)}))
        return self._edges

    def check(self, asset: str, column: str | None = None) -> None:
        """Refuse what does not exist.

        Raises:
            UsageError: There is no such asset, or it has no such column.
        """
        if asset not in self.assets:
            raise UsageError(f"There is no asset {asset!r}.", hint=did_you_mean(asset, self.assets))
        known = self.assets[asset].columns
        if column is not None and column != WHOLE and known and column not in known:
            raise UsageError(f"The asset {asset!r} has no column {column!r}.", hint=did_you_mean(column, known))


def downstream(graph: LineageGraph, asset: str, column: str | None = None) -> Trace:
    """Follow a column, or a whole asset, to everything that is made from it.

    Args:
        graph: The assets.
        asset: Where to begin.
        column: Its column; all of them where it is not given.

    Raises:
        UsageError: There is no such asset or column.

    >>> from platform_core.governance.lineage import ColumnLineage, Dependency
    >>> yearly = ColumnLineage({"yearly": (Dependency("rents", "rent", "transformation"),)})
    >>> graph = LineageGraph({
    ...     "rents": AssetColumns("rents", ("rent", "town")),
    ...     "bills": AssetColumns("bills", ("yearly",), yearly, ("rents",)),
    ... })
    >>> downstream(graph, "rents", "rent").places
    {('rents', 'rent'): 'asked', ('bills', 'yearly'): 'direct'}
    >>> downstream(graph, "rents", "town").places
    {('rents', 'town'): 'asked'}
    """
    return _followed(graph, asset, column, down=True)


def upstream(graph: LineageGraph, asset: str, column: str | None = None) -> Trace:
    """Follow a column, or a whole asset, to everything that it is made from; see `downstream`.

    Raises:
        UsageError: There is no such asset or column.
    """
    return _followed(graph, asset, column, down=False)


def both_ways(*traces: Trace) -> Trace:
    """Give several traces as one."""
    places: dict[Place, str] = {}
    for trace in traces:
        for place, strength in trace.places.items():
            places[place] = "asked" if "asked" in {strength, places.get(place)} else strength
    return Trace(places, tuple(sorted({edge for trace in traces for edge in trace.edges})))


def _followed(graph: LineageGraph, asset: str, column: str | None, *, down: bool) -> Trace:
    graph.check(asset, column)
    leaving: dict[str, list[Edge]] = {}
    for edge in graph.edges():
        leaving.setdefault((edge.start if down else edge.end)[0], []).append(edge)
    begin = (asset, column or WHOLE)
    reached: dict[Place, str] = {begin: "asked"}
    used: set[Edge] = set()
    waiting = [begin]
    while waiting:
        here = waiting.pop()
        so_far = reached[here]
        for edge in leaving.get(here[0], ()):
            near, far = (edge.start, edge.end) if down else (edge.end, edge.start)
            if here[1] != WHOLE and near[1] not in {here[1], WHOLE}:
                continue
            used.add(edge)
            strength = edge.strength if so_far == "asked" else max(so_far, edge.strength, key=STRENGTHS.index)
            before = reached.get(far)
            if before is None or (before != "asked" and STRENGTHS.index(strength) < STRENGTHS.index(before)):
                reached[far] = strength
                waiting.append(far)
    order = sorted(place for place in reached if place != begin)
    return Trace({begin: "asked", **{place: reached[place] for place in order}}, tuple(sorted(used)))


def _edges_into(asset: AssetColumns) -> Iterator[Edge]:
    if asset.lineage is None:
        for name in asset.upstream:
            yield Edge((name, WHOLE), (asset.name, WHOLE), "unknown")
        return
    told: set[str] = set()
    for column, found in asset.lineage.columns.items():
        for item in found:
            told.add(item.asset)
            yield Edge((item.asset, item.column), (asset.name, column), item.kind, item.way)
    for item in asset.lineage.rows:
        told.add(item.asset)
        yield Edge((item.asset, item.column), (asset.name, WHOLE), "influence", item.way)
    for name in asset.upstream:
        if name not in told and asset.lineage.unknown:
            yield Edge((name, WHOLE), (asset.name, WHOLE), "unknown")


def owners_of(graph: LineageGraph, places: Iterable[Place]) -> dict[str, list[str]]:
    """Give the owners of the assets that hold some columns, each with those assets.

    >>> owners_of(LineageGraph({"a": AssetColumns("a", owners=("team:homes",))}), [("a", "x")])
    {'team:homes': ['a']}
    """
    touched: dict[str, set[str]] = {}
    for name in {asset for asset, _ in places} & graph.assets.keys():
        for owner in graph.assets[name].owners:
            touched.setdefault(owner, set()).add(name)
    return {owner: sorted(names) for owner, names in sorted(touched.items())}
