"""Rounded."""

# Promoted from notebooks/changed_process.ipynb, step silver:rounded. Change the notebook and run `promote`.
# source=079e2610074ee5ac body=0f0ae4db44913964
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

from decimal import Decimal, getcontext

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import puts_back, silver_asset


@puts_back("pandas' options", "the decimal context")
def rounded(shares: pd.DataFrame) -> pd.DataFrame:
    """Rounded."""
    # Needed from cell 3, which is no part of this step.
    getcontext().prec = 4

    rounded = shares.assign(third=str(Decimal(1) / 3))
    pd.set_option("mode.string_storage", "python")
    return rounded


@silver_asset(
    name="rounded",
    description="Rounded.",
    code_version="f3a89430eb9c37a0",
    notebook="notebooks/changed_process.ipynb",
)
def rounded_asset(context: AssetExecutionContext, shares: pd.DataFrame) -> pd.DataFrame:
    """Rounded."""
    return rounded(shares)
