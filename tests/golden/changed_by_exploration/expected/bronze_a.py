"""A."""

# Promoted from notebooks/changed_by_exploration.ipynb, step bronze:a. Change the notebook and run `promote`.
# source=4d3f13ed62b92e0a body=d1a6c19cf609c9b6
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
    notebook="notebooks/changed_by_exploration.ipynb",
)
def a_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """A."""
    return a()
