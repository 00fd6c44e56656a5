"""Promotion: from tagged notebook cells to verified Dagster asset modules."""

__version__ = "0.1.0"
