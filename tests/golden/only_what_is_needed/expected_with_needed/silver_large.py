"""Large."""

# Promoted from notebooks/only_what_is_needed.ipynb, step silver:large. Change the notebook and run `promote`.
# source=21d74d1705fd2e59 body=00f354696e00e7e8
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def large() -> pd.DataFrame:
    """Large."""
    # Needed from cell 2, which is no part of this step.
    low = 1
    low += 1  # after all

    # Needed from cell 3, which is no part of this step.
    rows = []
    for n in range(4):
        # keep the large
        if n >= low:
            rows.append(n)

    # Needed from cell 4, which is no part of this step.
    frame = pd.DataFrame({'n': rows})

    large = frame.sort_values('n', ascending=False)
    return large


@silver_asset(
    name="large",
    description="Large.",
    code_version="ebaf98e096be0974",
    notebook="notebooks/only_what_is_needed.ipynb",
)
def large_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """Large."""
    return large()
