"""A."""

# Promoted from notebooks/computed_by_exploration.ipynb, step bronze:a. Change the notebook and run `promote`.
# source=1db9ce4b836a2cac body=d02d0593fa165a26
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def a() -> pd.DataFrame:
    """A."""
    a = pd.DataFrame({"n": [1, 2, 3]})
    return a


@bronze_asset(
    name="a",
    description="A.",
    code_version="d16f846bfcc99b8a",
    notebook="notebooks/computed_by_exploration.ipynb",
)
def a_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """A."""
    return a()
