"""Leaving alone what did not change: a step whose code and inputs are those of its last run is not run again.

The version of stored data is the digest of its file, so an input that was made again with the same content counts as
unchanged, and Dagster's own staleness says the same. What cannot be compared is run: a bronze step, one that reads a
source by a resource, one without inputs, an input that is not in the lake, an IO manager that is not ours.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.execution.plan.outputs import StepOutputHandle
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_START_TAG

from platform_core.errors import WorkbenchError
from platform_core.governance.classification import classification_of
from platform_core.governance.lineage.dagster import LINEAGE_KEYS
from platform_core.governance.policies.facts import FOUND
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.lake import Lake
from platform_core.metadata.versions import MADE_FROM, Unchanged, file_version
from platform_core.storage.stored import name_of
from platform_core.values import dataclass

FORCE_TAG = "workbench/force"

_DATA_VERSION = "dagster/data_version"
_LIBRARIES = ("notebook-workbench", "polars", "pandas", "duckdb", "pyarrow")


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """What a step is made from, and where it is stored.

    Attributes:
        digest: Of code, inputs, configuration, partition and libraries.
        path: The stored file.
        key: The asset.
        partition: The partition's key, or None.
    """

    digest: str
    path: Path
    key: dg.AssetKey
    partition: str | None

    def unchanged(self, context: dg.AssetExecutionContext) -> Unchanged | None:
        """Say whether the last materialisation was made from the same, and its file is still there as it wrote it."""
        if context.run.tags.get(FORCE_TAG) == "true" or not self.path.exists():
            return None
        partitions = [self.partition] if self.partition is not None else None
        wanted = dg.AssetRecordsFilter(self.key, asset_partitions=partitions)
        try:
            records = context.instance.fetch_materializations(wanted, limit=1).records
        except Exception:  # noqa: BLE001 - whatever a database raises that is away: the step can do without it
            return None
        made = records[0].asset_materialization if records else None
        if made is None or made.metadata.get(MADE_FROM) != dg.MetadataValue.text(self.digest):
            return None
        if (made.tags or {}).get(_DATA_VERSION) != file_version(self.path):
            return None
        lineage = {key: made.metadata[key] for key in (*LINEAGE_KEYS, FOUND) if key in made.metadata}
        return Unchanged(records[0].event_log_entry.run_id, lineage)


def made_from(
    context: dg.AssetExecutionContext,
    layer: str | None,
    loaded: str | None,
    key_mark: str | None = None,
) -> MadeFrom | None:
    """Give what the step that runs is made from; None where that cannot be known.

    Args:
        context: Of the step.
        layer: The asset's layer.
        loaded: The digest of the code that runs, which may have been edited since its code version was written down;
            None where every run is to make the asset.
        key_mark: What tells the masking key from another, where one is used.
    """
    definition, key = context.assets_def, context.asset_key
    upstream = definition.asset_deps[key]
    code = definition.code_versions_by_key.get(key)
    if loaded is None or code is None or not upstream or key in upstream:
        return None
    if ASSET_PARTITION_RANGE_START_TAG in context.run.tags:
        return None
    try:
        lake = _lake(context)
        if lake is None:
            return None
        inputs = [(str(name), _version_of(context, lake, name)) for name in sorted(upstream)]
        partition = context.partition_key if context.has_partition_key else None
        path = lake.path(layer or "default", name_of(key.path), partition)
    except (OSError, WorkbenchError):
        return None  # the run itself will say what is wrong
    if any(version is None for _, version in inputs):
        return None
    config = context.op_execution_context.op_config
    parts = [key.to_user_string(), code, loaded, partition, inputs, config, libraries()]
    level = classification_of(definition.specs_by_key[key].metadata)
    parts += [level] if level is not None else []  # the file tells it
    parts += [key_mark] if key_mark is not None else []
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True, default=repr).encode()).hexdigest()
    return MadeFrom(digest[:32], path, key, partition)


def _lake(context: dg.AssetExecutionContext) -> Lake | None:
    step = context.op_execution_context.get_step_execution_context()
    manager = step.get_io_manager(StepOutputHandle(step.step.key, "result"))
    return manager.lake if isinstance(manager, PolarsParquetIOManager) else None


def _version_of(context: dg.AssetExecutionContext, lake: Lake, upstream: dg.AssetKey) -> str | None:
    """Give the version of what a step reads of another asset; None where it is not in the lake."""
    files = lake.find(name_of(upstream.path))
    if files is None:
        return None
    if files.path is not None:
        return file_version(files.path)
    wanted = _wanted(context, upstream)
    stored = {part: path for part, path in files.partitions.items() if wanted is None or part in wanted}
    return _digest((part, file_version(path)) for part, path in sorted(stored.items()))


def _wanted(context: dg.AssetExecutionContext, upstream: dg.AssetKey) -> set[str] | None:
    """Name the partitions of an input that the step reads; None for all that are stored, as of what it only awaits."""
    for slot, key in context.assets_def.keys_by_input_name.items():
        if key == upstream and context.op_execution_context.has_partition_key:
            return set(context.asset_partition_keys_for_input(slot))
    return None


def _digest(parts: Iterable[Any]) -> str:
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()[:32]


@cache
def libraries() -> list[str]:
    """Give the versions that may make other data of the same code."""
    found = [f"python {sys.version_info[0]}.{sys.version_info[1]}"]
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {_version(name)}")
        except PackageNotFoundError:
            continue
    return found


def _version(name: str) -> str:
    """Give the version of an installed package by the head of its metadata: parsing all of its README costs a step."""
    package = distribution(name)
    head = (package.read_text("METADATA") or "").partition("\n\n")[0].splitlines()
    return next((line[9:].strip() for line in head if line.startswith("Version: ")), None) or package.version
