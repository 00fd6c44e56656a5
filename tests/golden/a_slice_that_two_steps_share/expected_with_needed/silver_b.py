"""B."""

# Promoted from notebooks/a_slice_that_two_steps_share.ipynb, step silver:b. Change the notebook and run `promote`.
# source=530ba5593d75593c body=afe6e12ca953da84
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset

from golden.helpers.a_slice_that_two_steps_share import make_names


def b(a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    names = make_names(a)

    b = a.assign(name=a.k.map(names))
    return b


@silver_asset(
    name="b",
    description="B.",
    code_version="4d236c9eda175cb3",
    notebook="notebooks/a_slice_that_two_steps_share.ipynb",
)
def b_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    return b(a)
