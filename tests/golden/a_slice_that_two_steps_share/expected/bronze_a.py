"""A."""

# Promoted from notebooks/a_slice_that_two_steps_share.ipynb, step bronze:a. Change the notebook and run `promote`.
# source=571bb3d2f77606f8 body=3c41b581b93439ad
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def a() -> pd.DataFrame:
    """A."""
    a = pd.DataFrame({"k": ["x", "y"], "n": [1, 2]})
    return a


@bronze_asset(
    name="a",
    description="A.",
    code_version="721331a719f0c930",
    notebook="notebooks/a_slice_that_two_steps_share.ipynb",
)
def a_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """A."""
    return a()
