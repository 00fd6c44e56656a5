"""What the audit log is told of a step: which run, code and inputs, and by which record its classification fell."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_core.commit import commit_of
from platform_core.governance.audit.places import log_of, note, project_of_process
from platform_core.governance.classification import classification_of
from platform_core.governance.policies.enforcing import DOWNGRADE

if TYPE_CHECKING:
    import dagster as dg


@cache
def _commit(root: Path) -> str:
    return commit_of(root).id


def record_run(
    context: dg.AssetExecutionContext, asset: str, made_from: str | None, key: dg.AssetKey | None = None
) -> None:
    """Tell the audit log that a step ran; where that cannot be, the run's own log says so.

    Args:
        context: Of the step.
        asset: The asset, as `silver:rents`.
        made_from: What stands for its code and inputs, where that is known.
        key: The asset's key, where the step makes several.
    """
    root = project_of_process()
    if log_of(root) is None:
        return
    key, definition = key or context.asset_key, context.assets_def
    metadata = definition.specs_by_key[key].metadata
    about: dict[str, Any] = {
        "run": context.run.run_id,
        "partition": context.partition_key if context.has_partition_key else None,
        "code_version": definition.code_versions_by_key.get(key),
        "commit": _commit(root) if root is not None else "",
        "inputs": sorted(one.to_user_string() for one in definition.asset_deps[key]),
        "made_from": made_from,
        "classification": classification_of(metadata),
    }
    told = {name: value for name, value in about.items() if value not in (None, "", [])}
    problem = note("ran", asset, told, project=root)
    if not problem and DOWNGRADE in metadata:
        value = metadata[DOWNGRADE]
        problem = note(
            "downgraded", asset, {"run": told["run"], "record": getattr(value, "value", value)}, project=root
        )
    if problem:
        context.log.warning(f"This run is not in the audit log. {problem}")
