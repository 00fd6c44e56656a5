"""Texts."""

# Promoted from notebooks/text_as_written.ipynb, step silver:texts. Change the notebook and run `promote`.
# source=ab3fc5f57f519eec body=2bb1fe39376b0987
# UNVERIFIED: no run has shown that this module gives what the notebook gives.

import polars as pl
from dagster import AssetExecutionContext
from platform_core.sdk import silver_asset


def texts() -> pl.DataFrame:
    """Texts."""
    note = """first
  second
"""
    if note:
    	lines = note.split("\n")  # tabs stay
    größe = len(lines); texts = pl.DataFrame({"t": lines, "n": [größe] * größe})
    return texts


@silver_asset(
    name="texts",
    description="Texts.",
    code_version="3702b2a249586617",
    notebook="notebooks/text_as_written.ipynb",
)
def texts_asset(context: AssetExecutionContext) -> pl.DataFrame:
    """Texts."""
    return texts()
