"""What is made from a column that changed, told to the reviewer with the owners touched."""

from __future__ import annotations

import dagster as dg

from platform_core.governance.lineage import ColumnLineage, Dependency
from platform_core.governance.lineage.dagster import lineage_metadata
from workbench.review.columns import impacts
from workbench.review.values import Asset, AssetChange, ColumnChange, Snapshot


def test_columns_downstream_and_their_owners() -> None:
    assets = {
        "raw": Asset("raw", "bronze", "raw.py", 1, owners=("team:raw",)),
        "clean": Asset("clean", "silver", "clean.py", 1, owners=("team:clean",), inputs=("raw",)),
        "total": Asset("total", "gold", "total.py", 1, owners=("a@b.uk",), inputs=("clean",)),
        "unmade": Asset("unmade", "gold", "unmade.py", 1, owners=("team:new",), inputs=("total",)),
    }
    told = {
        "clean": ColumnLineage(
            {"fee": (Dependency("raw", "fee", "identity"),), "id": (Dependency("raw", "id", "identity"),)}
        ),
        "total": ColumnLineage(
            {"fees": (Dependency("clean", "fee", "aggregation"),)}, (Dependency("clean", "id", "filter"),)
        ),
    }
    head = Snapshot("head", "", assets, {}, {}, {})
    columns = (ColumnChange("fee", "removed"), ColumnChange("id", "retyped"), ColumnChange("more", "added"))
    change = AssetChange("raw", ("CODE_VERSION",), before=assets["raw"], after=assets["raw"], columns=columns)
    with dg.DagsterInstance.ephemeral() as instance:
        for name, found in told.items():
            instance.report_runless_asset_event(dg.AssetMaterialization(name, metadata=lineage_metadata(found)))
        fee, identifier = impacts(head, (change,), instance)
        assert impacts(head, (), instance) == ()
    assert fee.reached == (("clean", "fee", "direct"), ("total", "fees", "direct"), ("unmade", "*", "unknown"))
    assert fee.owners == ("a@b.uk", "team:clean", "team:new")
    assert ("total", "*", "influence") in identifier.reached
    assert (identifier.asset, identifier.column, identifier.kind) == ("raw", "id", "retyped")
