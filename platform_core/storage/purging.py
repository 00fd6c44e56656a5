"""Data that is to be gone for good: what a storage holds and since when, rows or parts taken out, nothing left behind.

Taking out is one transaction, or the replacing of one file. What it supersedes is still there until `forget` ends;
where that is not told by the data itself a mark stands in the same transaction, so that a purge that was killed
anywhere is ended by `forget`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from platform_core.lake import Lake
from platform_core.storage.stored import Storage

Chosen = Callable[[Mapping[str, pl.DataType]], pl.Expr]


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored part of an asset: its partition, None for an asset without, and the day on which it was last written."""

    partition: str | None
    written: str
    rows: int | None = None
    bytes: int | None = None


class Purging(Protocol):
    """What every storage whose deletions can be proven does with the table or the files of one asset."""

    def kept(self, layer: str, name: str) -> Iterator[Kept]:
        """Give what is stored of an asset."""

    def take_out(self, layer: str, name: str, chosen: Chosen, partition: str | None = None) -> None:
        """Take rows out of an asset, or of one partition of it.

        Args:
            layer: Its layer.
            name: Its name.
            chosen: Gives, of the columns with their types, what is true for the rows that go.
            partition: The partition that they are taken out of; None for an asset without.

        Raises:
            UserError: Another run wrote it meanwhile.
        """

    def drop(self, layer: str, name: str, partition: str | None = None) -> None:
        """Take all rows of an asset out, or of one partition of it."""

    def forget(self, layer: str, name: str, partition: str | None = None) -> None:
        """Delete all that is held beside the rows that are read now; who reads an older version meanwhile loses it.

        Raises:
            UserError: Something of an older version is left.
        """

    def beside(self, layer: str, name: str, partition: str | None = None) -> Any:
        """Give what is kept beside the rows of a part and holds anything, such as the attrs of a frame, as JSON."""

    def is_unfinished(self, layer: str, name: str) -> bool:
        """Say whether something was taken out that may still be held, for `forget` did not end."""


def purging_of(storage: Storage) -> Purging | None:
    """Give what purges a storage; None for one that may keep what was deleted."""
    from platform_core.storage.delta_tables import DeltaTables  # noqa: PLC0415 - of few projects
    from platform_core.storage.duckdb_tables import DuckDBTables  # noqa: PLC0415 - as above
    from platform_core.storage.objects import ObjectLake  # noqa: PLC0415 - as above

    match storage:
        case DeltaTables():
            from platform_core.storage.delta_purging import DeltaPurging  # noqa: PLC0415 - as above

            return DeltaPurging(storage)
        case DuckDBTables():
            from platform_core.storage.duckdb_purging import DuckDBPurging  # noqa: PLC0415 - as above

            return DuckDBPurging(storage)
        case Lake():
            from platform_core.storage.file_purging import LakePurging  # noqa: PLC0415 - as above

            return LakePurging(storage)
        case ObjectLake():
            from platform_core.storage.file_purging import ObjectPurging  # noqa: PLC0415 - as above

            return ObjectPurging(storage)
    return None
