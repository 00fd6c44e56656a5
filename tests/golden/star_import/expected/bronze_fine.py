"""Fine."""

# Promoted from notebooks/star_import.ipynb, step bronze:fine. Change the notebook and run `promote`.
# source=262ba1e2c1fcfc1a body=6a300c6bb177eb16
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def fine() -> pd.DataFrame:
    """Fine."""
    fine = pd.DataFrame()
    return fine


@bronze_asset(
    name="fine",
    description="Fine.",
    code_version="9e7751fa5ffef6c5",
    notebook="notebooks/star_import.ipynb",
)
def fine_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """Fine."""
    return fine()
