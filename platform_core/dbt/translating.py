"""How a model, a source and a test of dbt are called in Dagster: by the names that notebooks use for the same data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from platform_core.canonical import digest
from platform_core.dbt.workspace import lake_source, layer_of
from platform_core.governance.classification import CLASSIFICATION

LAYER = "workbench/layer"
_OF_DBT = ("dbt", "dbt_duckdb")


def translator() -> Any:
    """Give a `DagsterDbtTranslator` with keys, groups and code versions as promoted assets have them."""
    from dagster_dbt import DagsterDbtTranslator  # noqa: PLC0415 - an extra

    class Translator(DagsterDbtTranslator):  # type: ignore[misc] # dagster-dbt is an extra, without types here
        def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
            spec: dg.AssetSpec = super().get_asset_spec(manifest, unique_id, project)
            if unique_id in manifest["sources"]:
                return spec
            return spec.replace_attributes(code_version=version_of(manifest, unique_id))

        def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
            props = dbt_resource_props
            # What the project's own YAML says comes first
            told = (props.get("config", {}).get("meta") or props.get("meta") or {}).get("dagster", {})
            if "asset_key" in told or (props["resource_type"] == "source" and lake_source(props) is None):
                key: dg.AssetKey = super().get_asset_key(props)
                return key
            return dg.AssetKey(props["name"])

        def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
            return layer_of(dbt_resource_props)

        def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
            meta = dbt_resource_props.get("config", {}).get("meta") or {}
            level = {CLASSIFICATION: meta["classification"]} if "classification" in meta else {}
            return {**super().get_metadata(dbt_resource_props), LAYER: layer_of(dbt_resource_props), **level}

    return Translator()


def version_of(manifest: Mapping[str, Any], unique_id: str) -> str:
    """Give a digest of what a model's data and checks rest on: its SQL, settings and tests, and the macros of all.

    Macros of dbt itself and of its adapter do not count: their versions stand in the lock.

    Args:
        manifest: dbt's manifest.
        unique_id: The model's id in it.

    >>> model = {"name": "a", "raw_code": "select 1", "config": {}, "resource_type": "model", "depends_on": {}}
    >>> before = version_of({"nodes": {"model.p.a": model}, "macros": {}}, "model.p.a")
    >>> before == version_of({"nodes": {"model.p.a": model | {"raw_code": "select 2"}}, "macros": {}}, "model.p.a")
    False
    """
    nodes = [manifest["nodes"][unique_id]]
    nodes += [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and unique_id in node["depends_on"].get("nodes", [])
    ]
    texts = [
        json.dumps([node["name"], node["raw_code"], node["config"], node.get("test_metadata")], sort_keys=True)
        for node in nodes
    ]
    macros = {name: text for node in nodes for name, text in _macros(manifest, node, set())}
    return digest(*sorted(texts), *(f"{name}\n{text}" for name, text in sorted(macros.items())))[:16]


def _macros(manifest: Mapping[str, Any], node: Mapping[str, Any], seen: set[str]) -> Iterator[tuple[str, str]]:
    for name in node["depends_on"].get("macros", []):
        macro = manifest["macros"].get(name)
        if macro is None or name in seen or macro["package_name"] in _OF_DBT:
            continue
        seen.add(name)
        yield name, macro["macro_sql"]
        yield from _macros(manifest, macro, seen)
