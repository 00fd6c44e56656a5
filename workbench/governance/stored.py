"""What the storages of a project hold, and how a part of it is deleted for good."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from platform_core.config import ProjectConfig
from platform_core.errors import UserError
from platform_core.governance.policies.model import AssetFacts
from platform_core.governance.retention import StoredPart
from platform_core.lake import Lake
from platform_core.parquet_read import read_footer
from platform_core.storage.delta_tables import DeltaTables
from platform_core.storage.duckdb_tables import DuckDBTables
from platform_core.storage.objects import ObjectLake
from platform_core.storage.purging import forget
from platform_core.storage.routes import kept_in, storage_of
from platform_core.storage.stored import Storage


def storage_for(config: ProjectConfig, asset: AssetFacts) -> Storage:
    """Give the storage of one asset."""
    return kept_in(storage_of(config), asset.layer or "default", asset.name)


def parts_of(config: ProjectConfig, asset: AssetFacts) -> list[str | None]:
    """Give the partitions of an asset that are stored; None for an asset without, nothing where it was never stored."""
    found = storage_for(config, asset).find(asset.name, asset.layer or None)
    if found is None:
        return []
    return list(found.partitions) or [None]


def stored_parts(config: ProjectConfig, assets: Iterable[AssetFacts]) -> Iterator[StoredPart]:
    """Give all that is stored of some assets. Of DuckDB and Delta tables the day of writing is not known: left out."""
    for asset in assets:
        if asset.outside:
            continue
        storage = storage_for(config, asset)
        if not isinstance(storage, Lake | ObjectLake):
            continue
        found: Any = storage.find(asset.name, asset.layer or None)
        if found is None:
            continue
        places = {None: found.path} if found.path is not None else dict(found.partitions)
        for partition, place in places.items():
            if isinstance(place, Path):
                footer = read_footer(place)
                written, rows, size = datetime.fromtimestamp(place.stat().st_mtime, UTC), footer.rows, footer.size
            else:
                written, rows, size = place.modified, None, place.size
            yield StoredPart(asset.name, asset.layer, partition, written.date().isoformat(), rows, size)


def delete_part(config: ProjectConfig, asset: AssetFacts, partition: str | None) -> None:
    """Delete an asset's data, or one partition of it, so that nothing of it is left in the storage.

    Raises:
        UserError: The storage cannot do so provably, or refuses.
    """
    storage = storage_for(config, asset)
    if isinstance(storage, Lake):
        path = storage.path(asset.layer or "default", asset.name, partition)
        try:
            if storage.hive and partition is not None:
                shutil.rmtree(path.parent)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"{asset.name} cannot be deleted: {error.strerror}.", location=str(path)) from None
    elif isinstance(storage, ObjectLake):
        for info in list(storage.store.iter_objects(f"{folder_of(storage, asset, partition)}/")):
            storage.store.delete(info.key)
    else:
        raise unprovable(asset, storage)


def settle(storage: Storage, asset: AssetFacts, partition: str | None) -> None:
    """Delete what writes have superseded at once: stores and tables would keep it for a while."""
    if isinstance(storage, DeltaTables | DuckDBTables):
        forget(storage, asset.layer or "default", asset.name)
    if isinstance(storage, ObjectLake):
        at_once = replace(storage, superseded_for=timedelta(0))
        at_once.sweep(folder_of(storage, asset, partition))


def folder_of(storage: ObjectLake, asset: AssetFacts, partition: str | None) -> str:
    """Give the folder of an asset's objects, or of those of one partition."""
    return storage._folder(asset.layer or "default", asset.name, partition)


def unprovable(asset: AssetFacts, storage: Storage) -> UserError:
    """Give the error for a storage that may keep what was deleted."""
    return UserError(
        f"{asset.name} is kept in a storage of which this cannot be proven ({type(storage).__name__}).",
        hint="Delete it there by hand.",
    )
