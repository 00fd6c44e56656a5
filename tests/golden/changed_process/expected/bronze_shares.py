"""Shares."""

# Promoted from notebooks/changed_process.ipynb, step bronze:shares. Change the notebook and run `promote`.
# source=e7c56820fb41bb14 body=35193e8f8738743f
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

from decimal import Decimal

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def shares() -> pd.DataFrame:
    """Shares."""
    shares = pd.DataFrame({"share": [str(Decimal(1) / n) for n in (3, 7)]})
    return shares


@bronze_asset(
    name="shares",
    description="Shares.",
    code_version="98fbda71b9fe8a5b",
    notebook="notebooks/changed_process.ipynb",
)
def shares_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """Shares."""
    return shares()
