"""B."""

# Promoted from notebooks/changed_in_place.ipynb, step silver:b. Change the notebook and run `promote`.
# source=614d1aaa1db88668 body=f0e1e40e2fda69a7
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def b(df: pd.DataFrame) -> pd.DataFrame:
    """B."""
    df = df.copy()  # the notebook changes it in place
    df["m"] = df.n * 2
    df.drop(columns="n", inplace=True)
    return df


@silver_asset(
    name="b",
    description="B.",
    code_version="53eadc855ede5847",
    notebook="notebooks/changed_in_place.ipynb",
)
def b_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    return b(a)
