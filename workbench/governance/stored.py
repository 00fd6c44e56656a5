"""What the storages of a project hold, and how a part of it is deleted for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from platform_core.errors import UserError
from platform_core.governance.policies.model import AssetFacts
from platform_core.governance.retention import StoredPart
from platform_core.storage.purging import Purging, purging_of
from platform_core.storage.routes import kept_in
from platform_core.storage.stored import Storage


def storage_for(storage: Storage, asset: AssetFacts) -> Storage:
    """Give the part of a project's storage that keeps one asset."""
    return kept_in(storage, asset.layer or "default", asset.name)


def parts_of(storage: Storage, asset: AssetFacts) -> list[str | None]:
    """Give the partitions of an asset that are stored; None for an asset without, nothing where it was never stored."""
    found = storage_for(storage, asset).find(asset.name, asset.layer or None)
    if found is None:
        return []
    return list(found.partitions) or [None]


def stored_parts(storage: Storage, assets: Iterable[AssetFacts]) -> Iterator[StoredPart]:
    """Give all that is stored of some assets, where deletions can be proven."""
    for asset, purging in purged(storage, assets):
        for one in purging.kept(asset.layer or "default", asset.name):
            yield StoredPart(asset.name, asset.layer, one.partition, one.written, one.rows, one.bytes)


def purged(storage: Storage, assets: Iterable[AssetFacts]) -> Iterator[tuple[AssetFacts, Purging]]:
    """Give the assets that this project keeps in a storage whose deletions can be proven, each with what purges it."""
    for asset in assets:
        purging = None if asset.outside else purging_of(storage_for(storage, asset))
        if purging is not None:
            yield asset, purging


def provable(storage: Storage, asset: AssetFacts) -> Purging:
    """Give what purges the storage of an asset.

    Raises:
        UserError: The storage may keep what was deleted.
    """
    purging = purging_of(storage)
    if purging is None:
        raise UserError(
            f"{asset.name} is kept in a storage of which this cannot be proven ({type(storage).__name__}).",
            hint="Delete it there by hand.",
        )
    return purging


def take_out_part(storage: Storage, asset: AssetFacts, partition: str | None) -> None:
    """Take an asset's data out of its storage, or one partition of it; `finish` makes it be gone.

    Raises:
        UserError: The storage cannot do so provably, or refuses.
    """
    provable(storage_for(storage, asset), asset).drop(asset.layer or "default", asset.name, partition)


def finish(storage: Storage, assets: Iterable[AssetFacts]) -> None:
    """Make be gone what was taken out, by this run or by one that was killed."""
    for asset, purging in purged(storage, assets):
        layer = asset.layer or "default"
        if purging.is_unfinished(layer, asset.name):
            purging.forget(layer, asset.name)
