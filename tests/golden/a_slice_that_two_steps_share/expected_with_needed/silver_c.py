"""C."""

# Promoted from notebooks/a_slice_that_two_steps_share.ipynb, step silver:c. Change the notebook and run `promote`.
# source=53fbdbb9244656e0 body=706541f3b36a40b9
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset

from golden.helpers.a_slice_that_two_steps_share import make_names


def c(a: pd.DataFrame) -> pd.DataFrame:
    """C."""
    names = make_names(a)

    c = a.assign(count=len(names))
    return c


@silver_asset(
    name="c",
    description="C.",
    code_version="f7fe8dcc0015c872",
    notebook="notebooks/a_slice_that_two_steps_share.ipynb",
)
def c_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """C."""
    return c(a)
