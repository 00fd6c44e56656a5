"""C."""

# Promoted from notebooks/definitions_that_steps_share.ipynb, step gold:c. Change the notebook and run `promote`.
# source=ca72921ff1da0a35 body=651e2adc41ce5ca0
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import gold_asset

from golden.helpers.definitions_that_steps_share import KINDS


def c(b: pd.DataFrame) -> pd.DataFrame:
    """C."""
    c = b.assign(kinds=len(KINDS))
    return c


@gold_asset(
    name="c",
    description="C.",
    code_version="db6849b8c0a34de3",
    notebook="notebooks/definitions_that_steps_share.ipynb",
)
def c_asset(context: AssetExecutionContext, b: pd.DataFrame) -> pd.DataFrame:
    """C."""
    return c(b)
