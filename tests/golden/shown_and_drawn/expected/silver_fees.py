"""Fees."""

# Promoted from notebooks/shown_and_drawn.ipynb, step silver:fees. Change the notebook and run `promote`.
# source=13ab8e75ae80585a body=f2506b636f34ea30
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def fees() -> pd.DataFrame:
    """Fees."""
    fees = pd.DataFrame({"fee": [3.0, 1.0]})
    queue = [1, 2]
    queue.pop()
    for column in fees.columns:
        queue.append(len(column))
    fees["n"] = len(queue)
    return fees


@silver_asset(
    name="fees",
    description="Fees.",
    code_version="6802f014e9ebbf5e",
    notebook="notebooks/shown_and_drawn.ipynb",
)
def fees_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """Fees."""
    return fees()
