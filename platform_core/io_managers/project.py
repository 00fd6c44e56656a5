"""The IO manager of a project: each asset where `io:` of the configuration keeps it."""

from __future__ import annotations

from pydantic import PrivateAttr

from platform_core.config import ProjectConfig, load_config
from platform_core.io_managers.base import FrameIOManager
from platform_core.storage.routes import storage_of
from platform_core.storage.stored import Storage


class ProjectIOManager(FrameIOManager):
    """Stores and loads every asset of a project where its configuration says.

    The configuration is that of the project that the process stands in, unless `of` gave another.
    """

    _storage: Storage | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, config: ProjectConfig) -> ProjectIOManager:
        """Give the IO manager of a configuration that is loaded already."""
        manager = cls()
        manager._storage = storage_of(config)
        return manager

    @property
    def storage(self) -> Storage:
        """Where assets are stored."""
        if self._storage is None:
            self._storage = storage_of(load_config())
        return self._storage
