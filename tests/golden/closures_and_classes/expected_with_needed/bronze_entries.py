"""Entries."""

# Promoted from notebooks/closures_and_classes.ipynb, step bronze:entries. Change the notebook and run `promote`.
# source=dd8b4feae31c5a31 body=de4cd3c5d63081f4
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import pandas as pd
from dagster import AssetExecutionContext
from platform_core.sdk import bronze_asset

SCALE = 2


class Ledger:
    """Counts what it adds."""

    def __init__(self, rows):
        self.rows = rows

    def add(self, n):
        self.rows.append(n * SCALE)
        return self


def entries() -> pd.DataFrame:
    """Entries."""
    times = lambda n: n * rate

    # Needed from cell 4, which is no part of this step.
    ledger = Ledger([])

    # Needed from cell 5, which is no part of this step.
    ledger.add(1)  # by hand

    # Needed from cell 6, which is no part of this step.
    rate = 10

    entries = pd.DataFrame({"n": [times(n) for n in ledger.add(2).rows]})
    return entries


@bronze_asset(
    name="entries",
    description="Entries.",
    code_version="f89944da673b8aaa",
    notebook="notebooks/closures_and_classes.ipynb",
)
def entries_asset(context: AssetExecutionContext) -> pd.DataFrame:
    """Entries."""
    return entries()
