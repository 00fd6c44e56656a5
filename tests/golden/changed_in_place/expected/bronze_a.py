"""A."""

# Promoted from notebooks/changed_in_place.ipynb, step bronze:a. Change the notebook and run `promote`.
# source=664bc7d4fc7a0ef2 body=2ab4cd442416fda0
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def a() -> pd.DataFrame:
    """A."""
    df = pd.DataFrame({"n": [1, 2]})
    return df


@bronze_asset(
    name="a",
    description="A.",
    code_version="05b4eabadcdf7452",
    notebook="notebooks/changed_in_place.ipynb",
)
def a_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """A."""
    return a()
