"""Rows."""

# Promoted from notebooks/names_that_clash.ipynb, step bronze:rows. Change the notebook and run `promote`.
# source=08685059e13f51de body=d4ebd82b0645fc57
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import builtins

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def rows() -> pd.DataFrame:
    """Rows."""
    max = builtins.max  # the notebook binds this name of Python's
    max = max([1, 2])
    rows = pd.DataFrame({"n": [max]})
    return rows


@bronze_asset(
    name="rows",
    description="Rows.",
    code_version="5907e6685cc5d102",
    notebook="notebooks/names_that_clash.ipynb",
)
def rows_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """Rows."""
    return rows()
