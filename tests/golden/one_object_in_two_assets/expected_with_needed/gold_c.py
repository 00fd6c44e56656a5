"""C."""

# Promoted from notebooks/one_object_in_two_assets.ipynb, step gold:c. Change the notebook and run `promote`.
# source=f8524219e8877f6e body=bcac929d1a2275e3
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import gold_asset


def c() -> pd.DataFrame:
    """C."""
    # Needed from cell 2, which is no part of this step.
    a = pd.DataFrame({"n": [1, 2]})

    # Needed from cell 3, which is no part of this step.
    b = a

    b["m"] = 1
    c = a.join(b[["m"]], rsuffix="_b")
    return c


@gold_asset(
    name="c",
    description="C.",
    code_version="aa4064928cc19ab1",
    notebook="notebooks/one_object_in_two_assets.ipynb",
)
def c_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """C."""
    return c()
