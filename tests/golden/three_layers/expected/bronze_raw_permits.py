"""Raw permits."""

# Promoted from notebooks/three_layers.ipynb, step bronze:raw_permits. Change the notebook and run `promote`.
# source=33f4e839f9a6b026 body=fc048dcdd70909ea
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import polars as pl
from dagster import AssetExecutionContext
from platform_core.partitions import static_partitions
from platform_core.resources import FilesResource
from platform_core.sdk import bronze_asset
from platform_core.sdk.decorators import lambda_compute


def raw_permits(register: FilesResource, *, year: str = "2024") -> pl.LazyFrame:
    """Raw permits."""
    raw_permits = pl.scan_csv(register.path(f"{year}.csv"))
    return raw_permits


@bronze_asset(
    name="raw_permits",
    description="Raw permits.",
    partitions_def=static_partitions("years"),
    code_version="0c0e5ab5a65b7dbb",
    notebook="notebooks/three_layers.ipynb",
)
@lambda_compute(timeout_seconds=300)
def raw_permits_asset(context: AssetExecutionContext, register: FilesResource) -> pl.LazyFrame:
    """Raw permits."""
    return raw_permits(register, year=context.partition_key)
