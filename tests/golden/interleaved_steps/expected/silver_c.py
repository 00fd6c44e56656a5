"""C."""

# Promoted from notebooks/interleaved_steps.ipynb, step silver:c. Change the notebook and run `promote`.
# source=a14040bbf2aacec9 body=f256bbd4f45c5200
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def c(a: pd.DataFrame) -> pd.DataFrame:
    """C."""
    c = a.head(1)
    return c


@silver_asset(
    name="c",
    description="C.",
    code_version="810ee8dc9d49beb1",
    notebook="notebooks/interleaved_steps.ipynb",
)
def c_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """C."""
    return c(a)
