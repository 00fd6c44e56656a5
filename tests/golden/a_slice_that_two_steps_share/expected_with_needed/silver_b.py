"""B."""

# Promoted from notebooks/a_slice_that_two_steps_share.ipynb, step silver:b. Change the notebook and run `promote`.
# source=dbf9c9e1224d31c5 body=44b0c8ccb310f1f6
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def b(a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    # Needed from cell 3, which is no part of this step.
    names = {k: k.upper() for k in a.k}

    b = a.assign(name=a.k.map(names))
    return b


@silver_asset(
    name="b",
    description="B.",
    code_version="4d236c9eda175cb3",
    notebook="notebooks/a_slice_that_two_steps_share.ipynb",
)
def b_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    return b(a)
