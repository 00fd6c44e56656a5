"""Permits."""

# Promoted from notebooks/three_layers.ipynb, step silver:permits. Change the notebook and run `promote`.
# source=6732b0f848bdc56e body=ac8978b2d88bead9
# Classification: OFFICIAL
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import polars as pl
from dagster import AssetCheckExecutionContext, AssetCheckResult, AssetExecutionContext, Config
from platform_core.asset_checks import asset_check, run_assertions
from platform_core.sdk import silver_asset

# the council's own codes
STATUSES = {"o": "open", "c": "closed"}


def permits(all_permits: pl.LazyFrame, *, least: float = 10.0) -> pl.LazyFrame:
    """Permits."""
    permits = (
        all_permits
        .drop_nulls()  # blanks
        .with_columns(status=pl.col("status").replace(STATUSES))
        .filter(pl.col("fee") >= least)
        .sort("permit_id")
    )
    return permits


class PermitsConfig(Config):
    """Parameters of permits."""

    least: float = 10.0


@silver_asset(
    name="permits",
    description="Permits.",
    key=["permit_id"],
    data_quality_checks=["no_nulls", "unique_values"],
    owners=["team:planning"],
    classification="OFFICIAL",
    code_version="bffa4d1b35efa0c5",
    notebook="notebooks/three_layers.ipynb",
)
def permits_asset(context: AssetExecutionContext, config: PermitsConfig, all_permits: pl.LazyFrame) -> pl.LazyFrame:
    """Permits."""
    return permits(all_permits, least=config.least)


def check_permits(permits: pl.LazyFrame) -> None:
    """What the notebook asserts of permits."""
    assert permits.filter(pl.col("fee") < 0).collect().is_empty()


@asset_check(asset="permits", severity="warn")
def permits_check(context: AssetCheckExecutionContext, permits: pl.LazyFrame) -> AssetCheckResult:
    """Run the notebook's assertions on permits."""
    return run_assertions(check_permits, permits)
