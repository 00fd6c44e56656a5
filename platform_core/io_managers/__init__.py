"""IO managers: how the frames of assets are stored and loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.io_managers.delta import DeltaIOManager
    from platform_core.io_managers.duckdb import DuckDBTableIOManager
    from platform_core.io_managers.notebooks import ObjectStoreOutputNotebookIOManager
    from platform_core.io_managers.parquet import PolarsParquetIOManager
    from platform_core.io_managers.project import ProjectIOManager

__all__ = [
    "DeltaIOManager",
    "DuckDBTableIOManager",
    "ObjectStoreOutputNotebookIOManager",
    "PolarsParquetIOManager",
    "ProjectIOManager",
]

# A process that stores Parquet needs no other
_PLACES = {
    "DeltaIOManager": "delta",
    "DuckDBTableIOManager": "duckdb",
    "ObjectStoreOutputNotebookIOManager": "notebooks",
    "PolarsParquetIOManager": "parquet",
    "ProjectIOManager": "project",
}

__getattr__ = loader(__name__, _PLACES)
