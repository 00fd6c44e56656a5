"""How a model, a source and a test of dbt are called in Dagster: by the names that notebooks use for the same data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from platform_core.canonical import digest
from platform_core.dbt.declared import CHECK, check_of, declared, is_personal
from platform_core.dbt.needs import parts_of
from platform_core.dbt.workspace import lake_source, layer_of
from platform_core.governance.classification import CLASSIFICATION

LAYER = "workbench/layer"
NOTEBOOK = "workbench/notebook"
_OF_DBT = ("dbt", "dbt_duckdb")


def translator(settings: str = "") -> Any:
    """Give a `DagsterDbtTranslator` with keys, groups and code versions as promoted assets have them.

    Args:
        settings: The text of the project's `dbt_project.yml`, whose variables any model may rest on.
    """
    from dagster_dbt import DagsterDbtTranslator  # noqa: PLC0415 - an extra

    class Translator(DagsterDbtTranslator):  # type: ignore[misc] # dagster-dbt is an extra, without types here
        def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
            spec: dg.AssetSpec = super().get_asset_spec(manifest, unique_id, project)
            if unique_id in manifest["sources"]:
                return spec
            told = {**spec.metadata, **_declared(manifest, unique_id)}
            return spec.replace_attributes(code_version=version_of(manifest, unique_id, settings), metadata=told)

        def get_asset_check_spec(
            self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
        ) -> dg.AssetCheckSpec | None:
            spec: dg.AssetCheckSpec | None = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
            if spec is None:
                return None
            test = manifest["nodes"][unique_id]
            name = (test.get("test_metadata") or {}).get("name") or test["name"]
            check = check_of(name, asset_spec.key.path[-1])
            return spec.with_metadata({**spec.metadata, CHECK: check}) if check else spec

        def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
            if dbt_resource_props["resource_type"] == "source" and lake_source(dbt_resource_props) is None:
                key: dg.AssetKey = super().get_asset_key(dbt_resource_props)
                return key
            return dg.AssetKey(dbt_resource_props["name"])  # it is stored by it, too

        def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
            return layer_of(dbt_resource_props)

        def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
            meta = dbt_resource_props.get("config", {}).get("meta") or {}
            level = {CLASSIFICATION: meta["classification"]} if "classification" in meta else {}
            level |= {NOTEBOOK: meta["notebook"]} if "notebook" in meta else {}  # the model was promoted from it
            return {**super().get_metadata(dbt_resource_props), LAYER: layer_of(dbt_resource_props), **level}

    return Translator()


def _declared(manifest: Mapping[str, Any], unique_id: str) -> dict[str, Any]:
    """Give what a model declares of key, retention and personal columns, as the metadata of any asset."""
    node = manifest["nodes"][unique_id]
    tests: dict[str, set[str]] = {}
    for one in manifest["nodes"].values():
        if one["resource_type"] == "test" and one.get("attached_node") == unique_id and one.get("column_name"):
            tests.setdefault(one["column_name"], set()).add((one.get("test_metadata") or {}).get("name", ""))
    columns = node.get("columns", {})
    personal = [name for name, column in columns.items() if is_personal(column)]
    ordered = {name: tests[name] for name in columns if name in tests}
    meta = node.get("config", {}).get("meta") or {}
    return {f"workbench/{key}": value for key, value in declared(node["name"], meta, ordered, personal).items()}


def version_of(manifest: Mapping[str, Any], unique_id: str, settings: str = "") -> str:
    """Give a digest of what a model's data and checks rest on: its SQL, settings and tests, and the macros of all.

    Ephemeral models that it reads count as its own SQL. Macros of dbt itself and of its adapter do not count: their
    versions stand in the lock.

    Args:
        manifest: dbt's manifest.
        unique_id: The model's id in it.
        settings: What holds for the whole project.

    >>> model = {"name": "a", "raw_code": "select 1", "config": {}, "resource_type": "model", "depends_on": {}}
    >>> before = version_of({"nodes": {"model.p.a": model}, "macros": {}, "sources": {}}, "model.p.a")
    >>> changed = model | {"raw_code": "select 2"}
    >>> before == version_of({"nodes": {"model.p.a": changed}, "macros": {}, "sources": {}}, "model.p.a")
    False
    """
    nodes = [manifest["nodes"][uid] for uid in (unique_id, *parts_of(manifest["nodes"], unique_id))]
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
    texts += [str(source["relation_name"]) for uid, source in manifest["sources"].items() if uid in _read(nodes)]
    return digest(settings, *sorted(texts), *(f"{name}\n{text}" for name, text in sorted(macros.items())))[:16]


def _read(nodes: Iterable[Mapping[str, Any]]) -> set[str]:
    return {parent for node in nodes for parent in node["depends_on"].get("nodes", [])}


def _macros(manifest: Mapping[str, Any], node: Mapping[str, Any], seen: set[str]) -> Iterator[tuple[str, str]]:
    for name in node["depends_on"].get("macros", []):
        macro = manifest["macros"].get(name)
        if macro is None or name in seen or macro["package_name"] in _OF_DBT:
            continue
        seen.add(name)
        yield name, macro["macro_sql"]
        yield from _macros(manifest, macro, seen)
