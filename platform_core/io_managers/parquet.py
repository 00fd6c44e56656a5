"""The Parquet IO manager: frames to the lake and back, lazily, on a disk or in an object store."""

# No annotations as text here: Dagster finds what a resource depends on by the annotation itself

from pathlib import Path
from typing import Any

import dagster as dg

from platform_core.errors import UserError
from platform_core.io_managers.base import FrameIOManager
from platform_core.lake import Lake, lists_of
from platform_core.storage.stored import Storage


class PolarsParquetIOManager(FrameIOManager):
    """Stores every asset as Parquet in the lake and loads it in the kind that an input asks for.

    A lazy frame streams to the disk or the store and comes back as a scan; Polars, pandas, DuckDB and Arrow are taken
    too. What a write replaces stays whole for whoever reads it.

    Args:
        root: The lake's folder; `WORKBENCH_LAKE`, else the project's configuration, where neither it nor a store is
            given.
        store: An `S3Resource`, `GCSResource` or `AzureBlobResource` to keep the lake in.
        prefix: Where in the store the lake is.
        hive: The column that names partitions, to lay them as `<column>=<partition>/` in place of a file each.

    >>> PolarsParquetIOManager(root="data/lake", hive="day").lake.path("silver", "fees", "2025-01-22").name
    'data.parquet'
    """

    root: str | None = None
    store: dg.ResourceDependency[Any] = None  # type: ignore[assignment] # what is not given is None
    prefix: str = "lake"
    hive: str = ""

    @property
    def lake(self) -> Lake:
        """The lake that this IO manager stores to.

        Raises:
            UserError: It stores to an object store, or there is no project.
        """
        if self.store is not None:
            raise UserError("This IO manager stores to an object store.", hint="Ask for its `storage`.")
        return Lake(Path(self.root).absolute(), lists_of(), self.hive) if self.root else Lake.of_project()

    @property
    def storage(self) -> Storage:
        """Where assets are stored."""
        if self.store is None:
            return self.lake
        from platform_core.storage.objects import ObjectLake  # noqa: PLC0415 - only where the lake is in a store

        return ObjectLake(self.store, self.prefix, self.hive)
