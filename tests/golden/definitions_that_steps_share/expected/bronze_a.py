"""A."""

# Promoted from notebooks/definitions_that_steps_share.ipynb, step bronze:a. Change the notebook and run `promote`.
# source=5d42fe15fbb90e39 body=0d09faf1dfbda97e
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset

from golden.helpers.definitions_that_steps_share import known


def a() -> pd.DataFrame:
    """A."""
    a = known(pd.DataFrame({"k": ["x", "y", "z"], "n": [1, 2, 3]}))
    return a


@bronze_asset(
    name="a",
    description="A.",
    code_version="f7101fae67d67ea8",
    notebook="notebooks/definitions_that_steps_share.ipynb",
)
def a_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """A."""
    return a()
