"""B."""

# Promoted from notebooks/one_object_in_two_assets.ipynb, step silver:b. Change the notebook and run `promote`.
# source=d5c0d04989a95766 body=89e291e4878c4c9e
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def b(a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    b = a
    return b


@silver_asset(
    name="b",
    description="B.",
    code_version="8a7846c113aa100c",
    notebook="notebooks/one_object_in_two_assets.ipynb",
)
def b_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    return b(a)
