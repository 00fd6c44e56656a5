"""Numbers."""

# Promoted from notebooks/functions_read_globals.ipynb, step bronze:numbers. Change the notebook and run `promote`.
# source=1d574ae77b1ab4a3 body=98a9e74d72cd3d0a
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def numbers() -> pd.DataFrame:
    """Numbers."""
    numbers = pd.DataFrame({"n": [1, 2, 3]})
    return numbers


@bronze_asset(
    name="numbers",
    description="Numbers.",
    code_version="daac1357914b9317",
    notebook="notebooks/functions_read_globals.ipynb",
)
def numbers_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """Numbers."""
    return numbers()
