"""B."""

# Promoted from notebooks/definitions_that_steps_share.ipynb, step silver:b. Change the notebook and run `promote`.
# source=1ae52eb184f22388 body=18d32c9efb4197cd
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import math

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset

from golden.helpers.definitions_that_steps_share import known


def halved(frame):
    return frame.assign(n=frame.n.map(math.sqrt))


def b(a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    b = halved(known(a))
    return b


@silver_asset(
    name="b",
    description="B.",
    code_version="67ab23f718f685a5",
    notebook="notebooks/definitions_that_steps_share.ipynb",
)
def b_asset(context: AssetExecutionContext, a: pd.DataFrame) -> pd.DataFrame:
    """B."""
    return b(a)
