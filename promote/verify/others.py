"""What a project reads of other projects, brought into the scratch lake: nothing here can make it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from platform_core.config import load_config
from platform_core.lake import Lake
from platform_core.storage.routes import storage_of


def bring_in(project: Path, lake: Path, note: Callable[[str], None]) -> dict[str, set[str]]:
    """Copy the assets that the configuration says are made by other projects (`io: assets: NAME: {project: …}`).

    Args:
        project: The project's own folder: places of other projects are told from it.
        lake: The scratch lake.
        note: Told what is being copied.

    Returns:
        The keys of the partitions of each that is there, none for an asset without.

    Raises:
        UserError: One cannot be read.
    """
    config = load_config(project)
    others = config.io.of_others
    if not others:
        return {}
    storage, target = storage_of(config), Lake(lake)
    made: dict[str, set[str]] = {}
    for name in sorted(others):
        found = storage.find(name)
        if found is None:
            continue
        note(f"copying {name} of {others[name].project}")
        for key in found.partitions or (None,):
            target.write(found.layer, name, storage.read(name, "lazy", key, found.layer), key)
        made[name] = set(found.partitions)
    return made
