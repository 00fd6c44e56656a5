"""B."""

# Promoted from notebooks/interleaved_steps.ipynb, step silver:b. Change the notebook and run `promote`.
# source=fc733c0d25592a32 body=ae03a0663d17aad7
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def b(a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    b = a.copy()

    b["m"] = b.n + 1
    return b


@silver_asset(
    name="b",
    description="B.",
    code_version="e8c6c1bfa5ded0f8",
    notebook="notebooks/interleaved_steps.ipynb",
)
def b_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    return b(a)
