"""D."""

# Promoted from notebooks/one_object_in_two_assets.ipynb, step gold:d. Change the notebook and run `promote`.
# source=4bb30eb8308cb21a body=3cfd94ec797bd7af
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import gold_asset


def d(b: pd.DataFrame) -> pd.DataFrame:
    """D."""
    b = b.copy()  # the notebook changes it in place
    # Needed from cell 4, which is no part of this step.
    b["m"] = 1

    d = b.copy()
    return d


@gold_asset(
    name="d",
    description="D.",
    code_version="d0b17b1a66a662d2",
    notebook="notebooks/one_object_in_two_assets.ipynb",
)
def d_asset(context: AssetExecutionContext, b: pd.DataFrame) -> pd.DataFrame:
    """D."""
    return d(b)
