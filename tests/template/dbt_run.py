"""Make the assets of a project with dbt, and say as JSON what Dagster knows of them: run by the Python that has dbt."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

import dagster as dg

from platform_core.config import find_project
from platform_core.governance.audit import log_of, read_entries
from platform_core.governance.policies import facts_of
from platform_core.sdk import load_asset


def described(package: str, model: str, *reads: str) -> dict[str, Any]:
    """Make what a model reads, and then the model, and give definition, events and stored data."""
    defs = import_module(f"{package}.definitions").defs
    graph = defs.resolve_asset_graph()
    key = dg.AssetKey(model)
    spec = graph.get(key).assets_def.specs_by_key[key]
    job = defs.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        for names in (reads, (model,)):
            keys = [dg.AssetKey(name) for name in names]
            result = job.execute_in_process(instance=instance, asset_selection=keys, raise_on_error=False)
        made = result.asset_materializations_for_node("dbt_models")
        failed = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
        checks = {one.check_name: one.passed for one in result.get_asset_check_evaluations()}
    schemas = [one.metadata["dagster/column_schema"].schema for one in made]
    (facts,) = (one for one in facts_of(defs) if one.name == model)
    log = log_of(find_project())
    ran = [one for one in read_entries(log.path) if one.did == "ran"] if log is not None else []
    innermost = failed[0] if failed else None
    while innermost is not None and innermost.cause is not None:
        innermost = innermost.cause
    return {
        "upstream": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
        "downstream": sorted(child.to_user_string() for child in graph.get(key).child_keys),
        "group": spec.group_name,
        "owners": list(spec.owners),
        "description": spec.description,
        "declared": sorted(spec.name for spec in defs.resolve_asset_graph().get(key).assets_def.check_specs),
        "rows": [one.metadata["dagster/row_count"].value for one in made],
        "columns": [[[one.name, one.type, one.description] for one in schema.columns] for schema in schemas],
        "lineage": {
            column: [[one.asset_key.to_user_string(), one.column_name] for one in found]
            for one in made
            for column, found in one.metadata["dagster/column_lineage"].column_lineage.deps_by_column.items()
        },
        "classification": [one.metadata["workbench/classification"].value for one in made],
        "checks": checks,
        "facts": [facts.key, facts.retention_days, facts.personal, facts.checks, facts.model, facts.description],
        "audit": [one.about for one in ran if one.of.endswith(f":{model}")],
        "looked": [sorted(one.metadata["workbench/personal_found"].data) for one in made],
        "failed": innermost.message if innermost is not None else None,
        "stored": load_asset(model, as_="polars").to_dict(as_series=False),
    }


if __name__ == "__main__":
    print(json.dumps(described(*sys.argv[1:]), default=str))  # noqa: T201 - it is the answer
