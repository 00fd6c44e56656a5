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

    >>> import tempfile
    >>> import polars as pl
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     storage = DuckDBTableIOManager(path=f"{folder}/assets.duckdb").storage
    ...     _ = storage.write("gold", "fees", pl.DataFrame({"fee": [5]}))
    ...     storage.read("fees", "polars").rows()
    [(5,)]
    """

    path: str

    @property
    def storage(self) -> Storage:
        """Where assets are stored."""
        return DuckDBTables(Path(self.path).absolute())
