"""What a run of dbt reads besides what it builds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platform_core.dbt.workspace import lake_source


@dataclass(frozen=True, slots=True)
class Needs:
    """What is read.

    Attributes:
        sources: Layer and name of the assets of the lake that the models read.
        models: The names of the models that they read and that are not built.
        looked_at: Layer and name of the assets of the lake that tests read besides.
    """

    sources: tuple[tuple[str, str], ...]
    models: tuple[str, ...]
    looked_at: tuple[tuple[str, str], ...]


def needs_of(manifest: Mapping[str, Any], selected: Collection[str]) -> Needs:
    """Say what building models and running their tests reads; an ephemeral model is part of what reads it.

    Args:
        manifest: dbt's manifest.
        selected: The names of the models that are built. Where there are none, tests alone run, whichever.

    >>> nodes = {
    ...     "model.p.a": {"name": "a", "resource_type": "model", "depends_on": {"nodes": ["source.p.silver.rents"]}},
    ...     "model.p.b": {"name": "b", "resource_type": "model", "depends_on": {"nodes": ["model.p.a"]}},
    ... }
    >>> manifest = {"nodes": nodes, "sources": {"source.p.silver.rents": {"source_name": "silver", "name": "rents"}}}
    >>> needs_of(manifest, {"a"}).sources, needs_of(manifest, {"b"}).models
    ((('silver', 'rents'),), ('a',))
    """
    nodes = manifest["nodes"]
    chosen = {uid for uid, node in nodes.items() if node["resource_type"] != "test" and node["name"] in selected}
    read = {parent for uid in chosen for parent in _reads(nodes, uid)} - chosen
    tests = [
        uid
        for uid, node in nodes.items()
        if node["resource_type"] == "test" and (not chosen or chosen.intersection(_parents(node)))
    ]
    tested = {parent for uid in tests for parent in _reads(nodes, uid)}
    sources = _sources(manifest, read)
    looked_at = tuple(one for one in _sources(manifest, tested) if one not in sources)
    return Needs(sources, tuple(sorted(nodes[uid]["name"] for uid in read if uid in nodes)), looked_at)


def parts_of(nodes: Mapping[str, Any], unique_id: str) -> Iterator[str]:
    """Give the ephemeral models that are part of a model's or a test's SQL, by their ids."""
    for parent in _parents(nodes[unique_id]):
        if nodes.get(parent, {}).get("config", {}).get("materialized") == "ephemeral":
            yield parent
            yield from parts_of(nodes, parent)


def _sources(manifest: Mapping[str, Any], ids: Collection[str]) -> tuple[tuple[str, str], ...]:
    found = (lake_source(source) for uid, source in manifest["sources"].items() if uid in ids)
    return tuple(sorted(one for one in found if one is not None))


def _reads(nodes: Mapping[str, Any], unique_id: str) -> Iterator[str]:
    """Give what a model or test reads, through those that are no tables of their own."""
    parts = [unique_id, *parts_of(nodes, unique_id)]
    return (parent for part in parts for parent in _parents(nodes[part]) if parent not in parts)


def _parents(node: Mapping[str, Any]) -> list[str]:
    return list(node.get("depends_on", {}).get("nodes", []))
