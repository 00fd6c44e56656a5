"""C."""

# Promoted from notebooks/a_slice_that_two_steps_share.ipynb, step silver:c. Change the notebook and run `promote`.
# source=3cba228e922dec10 body=fafe94bccd4d6c0b
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def c(a: pd.DataFrame) -> pd.DataFrame:
    """C."""
    # Needed from cell 3, which is no part of this step.
    names = {k: k.upper() for k in a.k}

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
