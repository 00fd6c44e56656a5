"""A."""

# Promoted from notebooks/one_object_in_two_assets.ipynb, step bronze:a. Change the notebook and run `promote`.
# source=4d3f13ed62b92e0a body=64d49ffeeca52b95
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def a() -> pd.DataFrame:
    """A."""
    a = pd.DataFrame({"n": [1, 2]})
    return a


@bronze_asset(
    name="a",
    description="A.",
    code_version="851e2d3b07f8e5af",
    notebook="notebooks/one_object_in_two_assets.ipynb",
)
def a_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """A."""
    return a()
