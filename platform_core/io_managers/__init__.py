"""IO managers: how the frames of assets are stored and loaded."""

from __future__ import annotations

from platform_core.io_managers.parquet import PolarsParquetIOManager

__all__ = ["PolarsParquetIOManager"]
