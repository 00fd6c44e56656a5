"""B."""

# Promoted from notebooks/computed_by_exploration.ipynb, step silver:b. Change the notebook and run `promote`.
# source=9f63115b59fb5871 body=c56e132169d76f82
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def b(a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    # Needed from cell 3, which is no part of this step.
    low = a.n.min()
    middle = (low + a.n.max()) / 2

    b = a[a.n > middle]
    return b


@silver_asset(
    name="b",
    description="B.",
    code_version="2eee8f8a3f236e3c",
    notebook="notebooks/computed_by_exploration.ipynb",
)
def b_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    return b(a)
