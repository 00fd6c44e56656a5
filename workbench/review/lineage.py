"""What reads what in two revisions: edges that came and went, and who stands below what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbench.review.values import Asset, AssetChange, Lineage, Snapshot

_SEEN_BELOW = frozenset(("CODE_VERSION", "DEPENDENCIES", "PARTITIONS_DEFINITION", "REMOVED"))


def lineage(base: Snapshot, head: Snapshot, changes: Sequence[AssetChange]) -> Lineage:
    """Compare the edges of two revisions, and give the assets below those that changed, with the owners of both."""
    old, new = _edges(base.assets), _edges(head.assets)
    starting = {change.name for change in changes if _SEEN_BELOW.intersection(change.words) or change.columns}
    below = _below(starting, old | new) & head.assets.keys()
    touched: dict[str, set[str]] = {}
    changed = {change.name for change in changes}
    for name in sorted(changed | below):
        for asset in (base.assets.get(name), head.assets.get(name)):
            for owner in asset.owners if asset else ():
                touched.setdefault(owner, set()).add(name)
    owners = tuple((owner, tuple(sorted(names))) for owner, names in sorted(touched.items()))
    return Lineage(tuple(sorted(new - old)), tuple(sorted(old - new)), tuple(sorted(below)), owners)


def _edges(assets: Mapping[str, Asset]) -> set[tuple[str, str]]:
    return {(parent, asset.name) for asset in assets.values() for parent in asset.parents}


def _below(starting: Iterable[str], edges: Iterable[tuple[str, str]]) -> set[str]:
    """Give all that can be reached from some assets, those themselves only where another leads to them."""
    readers: dict[str, list[str]] = {}
    for parent, name in edges:
        readers.setdefault(parent, []).append(name)
    found: set[str] = set()
    waiting = [*starting]
    while waiting:
        for name in readers.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found
