"""Noise."""

# Promoted from notebooks/hidden_state.ipynb, step bronze:noise. Change the notebook and run `promote`.
# source=72c27fe152685a60 body=7c40ca0ad691cdba
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import numpy as np
import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset


def noise() -> pd.DataFrame:
    """Noise."""
    # Needed from cell 1, which is no part of this step.
    np.random.seed(3)

    noise = pd.DataFrame({"n": np.random.normal(size=2)})
    return noise


@bronze_asset(
    name="noise",
    description="Noise.",
    code_version="0d615298113d3f9b",
    notebook="notebooks/hidden_state.ipynb",
)
def noise_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """Noise."""
    return noise()
