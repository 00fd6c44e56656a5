"""A."""

# Promoted from notebooks/interleaved_steps.ipynb, step bronze:a. Change the notebook and run `promote`.
# source=a75b4ba4e6c501dc body=903ca47c15312fef
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def a() -> pd.DataFrame:
    """A."""
    a = pd.DataFrame({"n": [3, 1]})
    return a


@bronze_asset(
    name="a",
    description="A.",
    code_version="aeefb15f9caea4fe",
    notebook="notebooks/interleaved_steps.ipynb",
)
def a_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """A."""
    return a()
