"""The IO manager that keeps assets as tables of a DuckDB database."""

from __future__ import annotations

from pathlib import Path

from platform_core.io_managers.base import FrameIOManager
from platform_core.storage.duckdb_tables import DuckDBTables
from platform_core.storage.stored import Storage


class DuckDBTableIOManager(FrameIOManager):
    """Stores every asset as the table `<layer>.<asset>` of one DuckDB database, in one transaction.

    A partitioned asset is one table, of which a run replaces the rows of its partition.

    Args:
        path: The database's file.
    """

    path: str

    @property
    def storage(self) -> Storage:
        """Where assets are stored."""
        return DuckDBTables(Path(self.path).absolute())
