"""Fees."""

# Promoted from notebooks/three_layers.ipynb, step gold:fees. Change the notebook and run `promote`.
# source=266758289c09bdfd body=475fb34b35515c1f
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

from typing import Any

import altair as alt
import polars as pl
from dagster import AssetExecutionContext
from platform_core.sdk import gold_asset
from platform_core.sdk.decorators import fargate_compute


def fees(permits: pl.LazyFrame) -> pl.LazyFrame:
    """Fees."""
    fees = permits.group_by("authority").agg(pl.col("fee").sum()).sort("authority")
    return fees


def chart_fees(fees: pl.LazyFrame) -> Any:
    """Draw fees."""
    return alt.Chart(fees.collect()).mark_bar().encode(x="authority", y="fee")


@gold_asset(
    name="fees",
    description="Fees.",
    charts=[chart_fees],
    code_version="3352afb93907a5ef",
    notebook="notebooks/three_layers.ipynb",
)
@fargate_compute(cpu_units=512, memory_mb=1024)
def fees_asset(context: AssetExecutionContext, permits: pl.LazyFrame) -> pl.LazyFrame:
    """Fees."""
    return fees(permits)
