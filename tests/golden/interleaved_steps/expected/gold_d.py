"""D."""

# Promoted from notebooks/interleaved_steps.ipynb, step gold:d. Change the notebook and run `promote`.
# source=84c7da432c9ede91 body=b1a7e7b52042fdb2
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import gold_asset


def d(c: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """D."""
    d = b.merge(c)
    return d


@gold_asset(
    name="d",
    description="D.",
    code_version="040aba43c2d0264b",
    notebook="notebooks/interleaved_steps.ipynb",
)
def d_asset(context: AssetExecutionContext, c: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """D."""
    return d(c, b)
