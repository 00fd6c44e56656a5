"""Fees."""

# Promoted from notebooks/final_outputs.ipynb, step gold:fees. Change the notebook and run `promote`.
# source=2c6437db64751cb9 body=88d8fba78aed47b9
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import polars as pl
from dagster import AssetExecutionContext
from platform_core.sdk import gold_asset
from platform_core.sdk.factories import publish_index


def fees(fees_by_year: pl.LazyFrame) -> pl.LazyFrame:
    """Fees."""
    fees = fees_by_year.group_by("authority").agg(pl.col("fee").sum())
    return fees


@gold_asset(
    name="fees",
    description="Fees.",
    code_version="d480e77a5bbaf0cf",
    notebook="notebooks/final_outputs.ipynb",
)
def fees_asset(context: AssetExecutionContext, fees_by_year: pl.LazyFrame) -> pl.LazyFrame:
    """Fees."""
    return fees(fees_by_year)


fees_search_output = publish_index("fees", "outbox", "fees.sqlite", text=["authority"], name="fees_search")
