"""Fees by year."""

# Promoted from notebooks/final_outputs.ipynb, step silver:fees_by_year. Change the notebook and run `promote`.
# source=a3dd89878df9865d body=352a9fdf8e574684
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import polars as pl
from dagster import AssetExecutionContext
from platform_core.partitions import static_partitions
from platform_core.sdk import silver_asset
from platform_core.sdk.factories import publish_file, publish_table


def fees_by_year(permits: pl.LazyFrame, *, year: str = "2024") -> pl.LazyFrame:
    """Fees by year."""
    fees_by_year = permits.filter(pl.col("year") == year)
    return fees_by_year


@silver_asset(
    name="fees_by_year",
    description="Fees by year.",
    partitions_def=static_partitions("years"),
    owners=["team:fees", "a@b.uk"],
    code_version="be06a0739bbddf60",
    notebook="notebooks/final_outputs.ipynb",
)
def fees_by_year_asset(context: AssetExecutionContext, permits: pl.LazyFrame) -> pl.LazyFrame:
    """Fees by year."""
    return fees_by_year(permits, year=context.partition_key)


fees_by_year_fees_csv_output = publish_file(
    "fees_by_year",
    "outbox",
    "{partition}/fees.csv",
    dates="uk",
    owners=["team:fees", "a@b.uk"],
    partitions_def=static_partitions("years"),
)
fees_by_year_fees_table_output = publish_table(
    "fees_by_year",
    "database",
    "planning.fees",
    mode="upsert",
    key=["year"],
    owners=["team:fees", "a@b.uk"],
    partitions_def=static_partitions("years"),
)
fees_by_year_all_xlsx_output = publish_file("fees_by_year", "outbox", "all.xlsx", owners=["team:fees", "a@b.uk"])
