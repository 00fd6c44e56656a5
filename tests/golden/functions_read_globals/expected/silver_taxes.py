"""Taxes."""

# Promoted from notebooks/functions_read_globals.ipynb, step silver:taxes. Change the notebook and run `promote`.
# source=3b94ce23d7e8cdf0 body=61e8c9b11ce1cfb2
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext, Config
from platform_core.sdk import silver_asset

RATE = 0.2


def taxed(frame):
    return frame.assign(tax=frame.n * RATE)


def taxes(numbers: pd.DataFrame, *, least: int = 2) -> pd.DataFrame:
    """Taxes."""

    def kept(frame):
        return taxed(frame)[frame.n >= least]

    taxes = kept(numbers)
    return taxes


class TaxesConfig(Config):
    """Parameters of taxes."""

    least: int = 2


@silver_asset(
    name="taxes",
    description="Taxes.",
    code_version="0584b31eae6f71ae",
    notebook="notebooks/functions_read_globals.ipynb",
)
def taxes_asset(context: AssetExecutionContext, config: TaxesConfig, numbers: pd.DataFrame) -> pd.DataFrame:
    """Taxes."""
    return taxes(numbers, least=config.least)
