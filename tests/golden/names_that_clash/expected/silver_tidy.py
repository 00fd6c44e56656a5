"""Tidy."""

# Promoted from notebooks/names_that_clash.ipynb, step silver:tidy. Change the notebook and run `promote`.
# source=c2dcd1958df1b1d7 body=d33e2b392dc5444b
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """Tidy."""

    def tidy(frame):
        return frame.drop_duplicates()

    tidy = tidy(rows)
    return tidy


@silver_asset(
    name="tidy",
    description="Tidy.",
    code_version="b8682914274779aa",
    notebook="notebooks/names_that_clash.ipynb",
)
def tidy_asset(context: AssetExecutionContext, rows: pd.DataFrame) -> pd.DataFrame:
    """Tidy."""
    return tidy(rows)
