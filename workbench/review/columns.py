"""What is made from the columns that a change touches, by the lineage that the last materialisations told.

It reads Dagster's records of the project alone and imports no module of it: which assets there are, what each reads and
who owns it stands in the revision under review.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.review.values import AssetChange, ColumnImpact, Snapshot

if TYPE_CHECKING:
    import dagster as dg

_TOUCHING = frozenset(("removed", "retyped", "nullable", "required"))


def impacts(head: Snapshot, changes: tuple[AssetChange, ...], instance: dg.DagsterInstance) -> tuple[ColumnImpact, ...]:
    """Follow each column that was removed or changed to what is made from it, with the owners touched.

    Args:
        head: The revision under review.
        changes: How it differs.
        instance: Dagster's records of the project.
    """
    # Only where columns changed: they bring Dagster and Polars
    import dagster as dg  # noqa: PLC0415

    from platform_core.governance.lineage.graph import AssetColumns, LineageGraph, downstream, owners_of  # noqa: PLC0415
    from workbench.columns import told  # noqa: PLC0415

    touched = [(change, one) for change in changes for one in change.columns if one.kind in _TOUCHING]
    if not touched:
        return ()
    assets = {change.name: AssetColumns(change.name) for change, _ in touched}
    for name, asset in head.assets.items():
        found, _, _ = told(instance, dg.AssetKey.from_user_string(name))
        assets[name] = AssetColumns(name, (), found, tuple(sorted(asset.parents)), asset.owners)
    graph = LineageGraph(assets)
    made = []
    for change, one in touched:
        places = downstream(graph, change.name, one.column).places
        reached = tuple((*place, how) for place, how in places.items() if how != "asked")
        owners = tuple(owners_of(graph, [(asset, column) for asset, column, _ in reached]))
        made.append(ColumnImpact(change.name, one.column, one.kind, reached, owners))
    return tuple(made)
