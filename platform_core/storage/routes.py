"""Which storage an asset of a project has: what `io:` of its configuration says, for all that reads and writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_core.config.io import IOChoice, IOConfig
from platform_core.errors import UserError
from platform_core.frames import FrameKind
from platform_core.lake import Lake, lists_of
from platform_core.parquet_read import Footer
from platform_core.storage.stored import Found, Storage, never_stored, only

if TYPE_CHECKING:
    from platform_core.config import ProjectConfig

_DATABASE = "data/assets.duckdb"
_TABLES = "data/delta"


def kept_in(storage: Storage, layer: str, name: str) -> Storage:
    """Give the storage that keeps one asset: a project's may route to others."""
    return storage.of(layer, name) if isinstance(storage, Routes) else storage


@dataclass(frozen=True, slots=True)
class Routes:
    """The storages of a project as one.

    Attributes:
        io: What counts for which asset.
        make: Gives the storage of a choice.
    """

    io: IOConfig
    make: Callable[[IOChoice], Storage]
    _made: dict[int, Storage] = field(default_factory=dict, compare=False, repr=False)

    def of(self, layer: str, name: str) -> Storage:
        """Give the storage of an asset."""
        return self._storage(self.io.of(layer, name))

    def find(self, name: str, layer: str | None = None) -> Found | None:
        """Find an asset in a layer, else in any, where the configuration keeps it; data left elsewhere is not found."""
        return self.of(layer, name).find(name, layer) if layer is not None else self._anywhere(name)

    def layers(self) -> list[str]:
        """Give the layers that hold assets."""
        return sorted({layer for _, choice in self.io.choices() for layer in self._storage(choice).layers()})

    def names(self) -> list[str]:
        """Give the names of all assets that are stored."""
        return sorted({name for _, choice in self.io.choices() for name in self._storage(choice).names()})

    def read(
        self,
        name: str,
        kind: FrameKind = "lazy",
        partition: str | Iterable[str] | None = None,
        layer: str | None = None,
    ) -> Any:
        """Read an asset, or partitions of it, as one frame."""
        if layer is None:
            found = self._anywhere(name)
            if found is None:
                raise never_stored(name, self.names())
            layer = found.layer
        return self.of(layer, name).read(name, kind, partition, layer)

    def write(
        self,
        layer: str,
        name: str,
        value: object,
        partition: str | None = None,
        listed: str | None = None,
        classification: str | None = None,
    ) -> Footer:
        """Write an asset, or one partition of it, whole or not at all.

        Raises:
            UserError: Another project makes it.
        """
        if name in self.io.of_others:
            raise UserError(
                f"{name!r} is made by the project {self.io.of_others[name].project!r}, and this one only reads it.",
                hint="Give the asset another name, or take its entry out of `io: assets:`.",
            )
        return self.of(layer, name).write(layer, name, value, partition, listed, classification)

    def mark(self, layer: str, name: str, partition: str | None = None) -> str | None:
        """Give a text that changes when the data does; None where nobody knows."""
        return self.of(layer, name).mark(layer, name, partition)

    def _anywhere(self, name: str) -> Found | None:
        found: list[Found] = []
        for layer, storage in self._candidates(name):
            one = storage.find(name, layer)
            if one is not None and self.of(one.layer, name) is storage:
                found.append(one)
        return only(found, name, [one.layer for one in found])

    def _candidates(self, name: str) -> list[tuple[str | None, Storage]]:
        if name in self.io.assets:
            return [(None, self._storage(self.io.assets[name]))]
        named = [(layer, self._storage(choice)) for layer, choice in self.io.layers.items()]
        default = self._storage(self.io)
        others = [layer for layer in default.layers() if layer not in self.io.layers]
        return [*named, *((layer, default) for layer in others)]

    def _storage(self, choice: IOChoice) -> Storage:
        if id(choice) not in self._made:
            self._made[id(choice)] = self.make(choice)
        return self._made[id(choice)]


def storage_of(config: ProjectConfig) -> Storage:
    """Give the storage of a project's assets.

    Raises:
        UserError: A resource that it names is wrong.
    """
    if config.io == IOConfig():
        return Lake(config.lake, lists_of(config.project))
    return Routes(config.io, lambda choice: _made(choice, config))


def storage_of_project(project: Path | None = None) -> Storage:
    """Give the storage of the project that the working directory stands in, or of another.

    `WORKBENCH_LAKE` names a lake on the disk that goes before all that the configuration says.

    Raises:
        UserError: There is no project, or its configuration is wrong.
    """
    override = os.environ.get("WORKBENCH_LAKE")
    if override and Path(override).is_absolute():
        return Lake.of_project(project)
    from platform_core.config import load_config  # noqa: PLC0415 - only here does a lake need a project

    return storage_of(load_config(project))


def _made(choice: IOChoice, config: ProjectConfig) -> Storage:
    # Lists of partitions are a project's own: one of the same name says nothing of another's data
    lists = lists_of(config.project) if choice.project is None else dict
    if choice.kind == "duckdb":
        from platform_core.storage.duckdb_tables import DuckDBTables  # noqa: PLC0415 - only where it is chosen

        return DuckDBTables(config.project / (choice.path or _DATABASE), lists)
    if choice.kind == "delta":
        from platform_core.storage.delta_tables import DeltaTables, Writing  # noqa: PLC0415 - as above

        writing = Writing(choice.mode, choice.key, choice.evolution, choice.column or "")
        if choice.store is not None:
            return DeltaTables.in_store(_store(choice.store, config), choice.prefix, writing, lists)
        return DeltaTables(str(config.project / (choice.path or _TABLES)), writing, lists=lists)
    if choice.store is not None:
        from platform_core.storage.objects import ObjectLake  # noqa: PLC0415 - as above

        return ObjectLake(_store(choice.store, config), choice.prefix, choice.hive or "", lists)
    root = config.lake if choice.path is None else config.project / choice.path
    return Lake(root, lists, choice.hive or "")


def _store(name: str, config: ProjectConfig) -> Any:
    from platform_core.resources import build_resources  # noqa: PLC0415 - Dagster only where it is used

    return build_resources(config.model_copy(update={"resources": {name: config.resources[name]}}))[name]
