"""A project's assets as plain values, in the order in which they have to be made."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import dagster as dg

from platform_core.dbt.declared import described
from platform_core.errors import UsageError, UserError, WorkbenchError
from platform_core.suggest import did_you_mean
from workbench.declared import declared
from workbench.definitions import PROJECT_VARIABLE, forget
from workbench.project import Project

_OURS = {"io_manager"}


@dataclass(frozen=True, slots=True)
class AssetNode:
    """One asset: what the code says of it.

    `upstream` holds asset names; `resources` what it reads besides assets; `partitions` the keys in their order, or
    None where it has no partitions; `code_version` None where it declares none; `declared` stands for all else that its
    module says; `level` counts from 0 in dependency order.
    """

    name: str
    layer: str
    level: int
    upstream: tuple[str, ...]
    resources: tuple[str, ...]
    partitions: tuple[str, ...] | None
    code_version: str | None
    declared: str
    description: str
    metadata: Mapping[str, Any]

    @property
    def notebook(self) -> str:
        """The notebook that the asset was promoted from; empty where it was not."""
        return self._told("workbench/notebook")

    @property
    def place(self) -> tuple[str, str]:
        """The layer and name under which the lake holds the asset."""
        return self._told("workbench/layer") or "default", self.name.replace("/", "__")

    def _told(self, key: str) -> str:
        value = self.metadata.get(key, "")
        return str(getattr(value, "value", value))


def load_project(project: Project) -> dg.Definitions:
    """Import a project's definitions anew, as they stand on the disk.

    Raises:
        UserError: The project has none, or a module of it cannot be imported.
    """
    forget(project.package)
    if str(project.sources) not in sys.path:
        sys.path.insert(0, str(project.sources))
    place = f"src/{project.package}/definitions.py"
    before = os.environ.get(PROJECT_VARIABLE)
    os.environ[PROJECT_VARIABLE] = str(project.root)
    try:
        found = import_module(f"{project.package}.definitions").defs
    except ModuleNotFoundError as error:
        if error.name in {project.package, f"{project.package}.definitions"}:
            hint = "It holds `defs = load_definitions(__file__)` from `workbench.definitions`."
            raise UserError("The project has no such file.", hint=hint, location=place) from error
        raise UserError(f"It cannot be imported: {error}.", location=place) from error
    except WorkbenchError:
        raise
    except Exception as error:  # the project's own file may raise anything
        raise UserError(f"It cannot be imported: {type(error).__name__}: {error}", location=place) from error
    finally:
        if before is None:
            del os.environ[PROJECT_VARIABLE]
        else:
            os.environ[PROJECT_VARIABLE] = before
    if not isinstance(found, dg.Definitions):
        raise UserError("`defs` is no Dagster Definitions.", location=place)
    return found


def asset_nodes(definitions: dg.Definitions, instance: dg.DagsterInstance, package: str) -> tuple[AssetNode, ...]:
    """Give every asset that the definitions can make, in dependency order, those of a level by name."""
    graph = definitions.resolve_asset_graph()
    told = declared(definitions, package)
    nodes = []
    for level, keys in enumerate(graph.toposorted_asset_keys_by_level):
        for key in sorted(keys, key=lambda key: key.to_user_string()):
            if not graph.get(key).is_materializable:
                continue
            node = graph.get(key)
            definition = node.assets_def
            partitions = node.partitions_def
            spec = definition.specs_by_key[key]
            nodes.append(
                AssetNode(
                    name=key.to_user_string(),
                    layer=node.group_name or "",
                    level=level,
                    upstream=tuple(sorted(parent.to_user_string() for parent in node.parent_keys)),
                    resources=tuple(sorted(definition.required_resource_keys - _OURS)),
                    partitions=None
                    if partitions is None
                    else tuple(partitions.get_partition_keys(dynamic_partitions_store=instance)),
                    code_version=definition.code_versions_by_key.get(key),
                    declared=told[key],
                    description=described(spec.description),
                    metadata=dict(spec.metadata),
                )
            )
    return tuple(nodes)


def select(definitions: dg.Definitions, nodes: tuple[AssetNode, ...], selection: str | None) -> tuple[AssetNode, ...]:
    """Give the assets that a text in Dagster's selection syntax names; all of them where it is None.

    Commas stand between several selections, as in `dagster asset materialize --select`.

    Raises:
        UsageError: The text, or a part of it, cannot be read or names no asset.
    """
    if selection is None:
        return nodes
    try:
        wanted = _named(definitions, selection)
    except dg.DagsterError:
        wanted = set()
    if not wanted:
        parts = [part.strip() for part in selection.split(",")] if "," in selection else []
        wanted = {node.name for part in parts if part for node in select(definitions, nodes, part)}
    found = tuple(node for node in nodes if node.name in wanted)
    if not found:
        hint = did_you_mean(selection, [node.name for node in nodes])
        raise UsageError(f"The selection {selection!r} names no asset.", hint=hint)
    return found


def _named(definitions: dg.Definitions, selection: str) -> set[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # Dagster's own use of its own parameter
        chosen = dg.AssetSelection.from_string(selection).resolve(definitions.resolve_asset_graph())
    return {key.to_user_string() for key in chosen}
