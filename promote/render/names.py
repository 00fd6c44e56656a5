"""Where a promoted module stands, and the names that it uses for itself, of which the analyst's stay clear."""

from __future__ import annotations

from collections.abc import Mapping

from platform_core.hints import Any
from platform_core.resource_types import CLASSES
from promote.model import Plan, Step

ASSET_SUFFIX = "_asset"
_IMPORTED = (
    frozenset(
        """Any AssetCheckExecutionContext AssetCheckResult AssetExecutionContext Config asset_check run_assertions
    bronze_asset silver_asset gold_asset lambda_compute fargate_compute eks_compute batch_compute auto_compute
    static_partitions daily_partitions weekly_partitions monthly_partitions tax_year_partitions
    financial_year_partitions freshness context config config_of pl pd duckdb builtins publish_file publish_object
    publish_table publish_index puts_back""".split()
    )
    | CLASSES
)


def module_path(plan: Plan, package: str) -> str:
    """Give the place in the project of the module, or of the model of dbt, that a step becomes."""
    return paths_of(package, plan.step.layer, plan.step.name)[plan.model is not None]


def paths_of(package: str, layer: str, name: str) -> tuple[str, str]:
    """Give the places of a step's module and of its model of dbt, of which at most one is there.

    >>> paths_of("housing", "gold", "fees")
    ('src/housing/defs/gold/fees.py', 'dbt/models/gold/fees.sql')
    """
    return f"src/{package.replace('.', '/')}/defs/{layer}/{name}.py", f"dbt/models/{layer}/{name}.sql"


def camel(name: str) -> str:
    """Give a class name for a step's name.

    >>> camel("authority_summary")
    'AuthoritySummary'
    """
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def config_name(step: Step) -> str:
    """Give the name of a step's configuration class."""
    return f"{camel(step.name)}Config"


def check_name(step: Step, number: int) -> str:
    """Give the name of the asset check made from the step's check cell with this number (from 1)."""
    return f"{step.name}_check" + (f"_{number}" if number > 1 else "")


def output_variable(step: Step, output: Mapping[str, Any]) -> str:
    """Give the name that an output asset has in the module of its step."""
    from promote.selection.publish_option import asset_name  # noqa: PLC0415 - few steps give anything out

    return asset_name(step.name, output) + "_output"


def reserved_names(step: Step) -> frozenset[str]:
    """Give every name that a definition of the notebook must not take at module level."""
    name = step.name
    own = [name, name + ASSET_SUFFIX, config_name(step), f"check_{name}", f"chart_{name}", f"test_{name}"]
    own += [output_variable(step, output) for output in step.options.get("publish", ())]
    for number in range(1, len(step.checks) + len(step.charts) + 2):
        own += [check_name(step, number), f"check_{name}_{number}", f"chart_{name}_{number}"]
    return _IMPORTED.union(own)
