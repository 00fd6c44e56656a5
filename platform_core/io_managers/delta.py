"""The IO manager that keeps assets as Delta tables."""

# No annotations as text here: Dagster finds what a resource depends on by the annotation itself

from typing import Any, Literal

import dagster as dg
from pydantic import Field, model_validator

from platform_core.io_managers.base import FrameIOManager
from platform_core.storage.delta_tables import DeltaTables, Writing
from platform_core.storage.stored import Storage


class DeltaIOManager(FrameIOManager):
    """Stores every asset as a Delta table, each run as one version of it.

    Args:
        root: The folder of the tables, where no store is given.
        store: An `S3Resource`, `GCSResource` or `AzureBlobResource` to keep them in.
        prefix: Where in the store they are.
        mode: `overwrite` replaces the rows (of its partition, where the asset has partitions), `append` keeps them,
            `merge` replaces those of the same key and adds the others.
        key: The columns that are the key, for `merge`.
        evolution: Where columns change: `fixed` is an error, `add` adds the new ones, `replace` takes the new schema.
        column: The column that holds the partition; one of our own, which no reader sees, without it.

    >>> DeltaIOManager(root="data/delta", mode="merge", key=["permit_id"]).key
    ['permit_id']
    >>> DeltaIOManager(root="data/delta", mode="merge")
    Traceback (most recent call last):
    platform_core.fields.FieldError: DeltaIOManager: mode: merge needs a key, and no other mode has one.
    """

    root: str = ""
    store: dg.ResourceDependency[Any] = None  # type: ignore[assignment] # what is not given is None
    prefix: str = "lake"
    mode: Literal["overwrite", "append", "merge"] = "overwrite"
    key: list[str] = Field(default=[])
    evolution: Literal["fixed", "add", "replace"] = "fixed"
    column: str = ""

    @model_validator(mode="after")
    def _fits(self) -> "DeltaIOManager":
        if (self.mode == "merge") != bool(self.key):
            raise ValueError("mode: merge needs a key, and no other mode has one")
        if not self.root and self.store is None:
            raise ValueError("it needs a root or a store")
        return self

    @property
    def storage(self) -> Storage:
        """Where assets are stored."""
        writing = Writing(self.mode, tuple(self.key), self.evolution, self.column)
        if self.store is not None:
            return DeltaTables.in_store(self.store, self.prefix, writing)
        return DeltaTables(self.root, writing)
