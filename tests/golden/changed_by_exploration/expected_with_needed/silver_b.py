"""B."""

# Promoted from notebooks/changed_by_exploration.ipynb, step silver:b. Change the notebook and run `promote`.
# source=bd828012cc19cc14 body=2a941f61fb05b72b
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def b(a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    a = a.copy()  # the notebook changes it in place
    # Needed from cell 3, which is no part of this step.
    same = a
    same["m"] = 0

    b = a.sum().to_frame()
    return b


@silver_asset(
    name="b",
    description="B.",
    code_version="b49625080b21dea6",
    notebook="notebooks/changed_by_exploration.ipynb",
)
def b_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    return b(a)
