"""The columns of a project's assets: what was told when each was last made, else the graph of the code."""

from __future__ import annotations

import dagster as dg

from platform_core.errors import UserError
from platform_core.governance.lineage.dagster import LINEAGE_KEY, lineage_of_metadata
from platform_core.governance.lineage.graph import AssetColumns, LineageGraph
from platform_core.governance.lineage.model import ColumnLineage
from workbench.graph import AssetNode
from workbench.session import Session

_MOST_LOOKED_AT = 20


def graph_of(session: Session) -> LineageGraph:
    """Give the columns of all assets of a project with their lineage, as far as it was told."""
    resolved = session.definitions.resolve_asset_graph()
    assets = {}
    for node in session.nodes:
        owners = tuple(str(owner) for owner in resolved.get(dg.AssetKey.from_user_string(node.name)).owners)
        assets[node.name] = _asset(session.instance, node, owners)
    # Sources that the project does not make: only what reads them tells of them
    for name in sorted({parent for node in session.nodes for parent in node.upstream} - assets.keys()):
        assets[name] = AssetColumns(name, source="elsewhere: this project does not make it")
    return LineageGraph(assets)


def _asset(instance: dg.DagsterInstance, node: AssetNode, owners: tuple[str, ...]) -> AssetColumns:
    found, columns, made = told(instance, dg.AssetKey.from_user_string(node.name))
    if found is not None:
        source = "its last materialisation"
        columns = tuple(found.columns)
    else:
        source = "the code alone: it was made without lineage" if made else "the code alone: it was never made"
    return AssetColumns(node.name, columns, found, node.upstream, owners, source)


def told(instance: dg.DagsterInstance, key: dg.AssetKey) -> tuple[ColumnLineage | None, tuple[str, ...], bool]:
    """Give the lineage that an asset told last, else the columns that it told, and whether it was ever made."""
    records = instance.fetch_materializations(key, limit=_MOST_LOOKED_AT).records
    for record in records:
        made = record.asset_materialization
        if made is None or LINEAGE_KEY not in made.metadata:
            continue
        try:
            return lineage_of_metadata(made.metadata), (), True
        except UserError:
            continue  # of another version
    last = records[0].asset_materialization if records else None
    schema = last.metadata.get("dagster/column_schema") if last is not None else None
    names = (
        tuple(column.name for column in schema.schema.columns)
        if isinstance(schema, dg.TableSchemaMetadataValue)
        else ()
    )
    return None, names, bool(records)
