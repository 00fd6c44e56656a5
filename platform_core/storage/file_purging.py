"""Assets as Parquet files that data is to be gone from, on a disk and in an object store.

A file is replaced or deleted whole, so a purge that was killed shows in what is stored: nothing else needs a mark.
"""

from __future__ import annotations

import shutil
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from platform_core.errors import UserError
from platform_core.frames import convert
from platform_core.governance.classification import NOTE
from platform_core.lake import Lake
from platform_core.parquet_read import Place, duckdb_types, pandas_attributes, read_footer, read_notes, written_as
from platform_core.storable import typed
from platform_core.storage.objects import ObjectLake
from platform_core.storage.purging import Chosen, Kept
from platform_core.storage.stored import LIST_NOTE, never_stored

Files = TypeVar("Files", Lake, ObjectLake)


@dataclass(frozen=True, slots=True)
class _FilePurging(Generic[Files]):
    storage: Files

    def kept(self, layer: str, name: str) -> Iterator[Kept]:
        """Give what is stored of an asset, by partition."""
        for partition, place in self._places(layer, name).items():
            yield self._kept(partition, place)

    def take_out(self, layer: str, name: str, chosen: Chosen, partition: str | None = None) -> None:
        """Write a file without some rows, as the kind of frame that it was written from."""
        places = self._places(layer, name)
        if partition not in places:
            raise never_stored(name)
        place = self._file(places[partition])
        notes, kind = read_notes(place), written_as(place)
        lazy: Any = self.storage.read(name, "lazy", partition, layer)
        gone = chosen(lazy.collect_schema())
        kept: Any = lazy.filter(~gone)
        if kind == "pandas":
            mask = lazy.select((~gone).alias("kept")).collect()["kept"].to_numpy()
            frame: Any = self.storage.read(name, "pandas", partition, layer)
            counted = type(frame.index).__name__ == "RangeIndex"
            kept = frame[mask].reset_index(drop=True) if counted else frame[mask]
            kept = _without_categories(kept, frame[~mask])
        elif kind == "duckdb":
            kept = typed(cast("Any", convert(kept.collect().lazy(), "duckdb")), duckdb_types(place))
        self.storage.write(layer, name, kept, partition, notes.get(LIST_NOTE), notes.get(NOTE))

    def beside(self, layer: str, name: str, partition: str | None = None) -> Any:
        """Give the attrs of a file that pandas wrote."""
        return pandas_attributes(self._file(self._places(layer, name)[partition]))

    def is_unfinished(self, layer: str, name: str) -> bool:
        """Say that nothing is: a file that is still there is still stored."""
        return False

    def _places(self, layer: str, name: str) -> dict[str | None, Any]:
        found: Any = self.storage.find(name, layer)
        if found is None:
            return {}
        return {None: found.path} if found.path is not None else dict(found.partitions)

    @abstractmethod
    def _file(self, place: Any) -> Place: ...

    @abstractmethod
    def _kept(self, partition: str | None, place: Any) -> Kept: ...


class LakePurging(_FilePurging[Lake]):
    """The lake on a disk, as `platform_core.storage.purging.Purging` says."""

    def drop(self, layer: str, name: str, partition: str | None = None) -> None:
        """Delete a file, with the folder that Hive gives its partition.

        Raises:
            UserError: It cannot be deleted.
        """
        path = self.storage.path(layer, name, partition)
        try:
            path.unlink(missing_ok=True)
            if self.storage.hive and partition is not None:
                shutil.rmtree(path.parent)
        except OSError as error:
            raise UserError(f"{name} cannot be deleted: {error.strerror}.", location=str(path)) from None

    def forget(self, layer: str, name: str, partition: str | None = None) -> None:
        """Do nothing: a file that was replaced or deleted is gone."""

    def _file(self, place: Path) -> Place:
        return place

    def _kept(self, partition: str | None, place: Path) -> Kept:
        footer = read_footer(place)
        written = datetime.fromtimestamp(place.stat().st_mtime, UTC)
        return Kept(partition, written.date().isoformat(), footer.rows, footer.size)


class ObjectPurging(_FilePurging[ObjectLake]):
    """A bucket of assets, as `platform_core.storage.purging.Purging` says."""

    def drop(self, layer: str, name: str, partition: str | None = None) -> None:
        """Delete every object of an asset, or of one partition: the newest last, or an older one would be read."""
        keys = [info.key for info in self.storage.store.iter_objects(f"{self._folder(layer, name, partition)}/")]
        for key in sorted(keys):
            self.storage.store.delete(key)

    def forget(self, layer: str, name: str, partition: str | None = None) -> None:
        """Delete the objects that were superseded."""
        replace(self.storage, superseded_for=timedelta(0)).sweep(self._folder(layer, name, partition))

    def _folder(self, layer: str, name: str, partition: str | None) -> str:
        return self.storage.folder(layer, name, partition)

    def _file(self, place: Any) -> Place:
        return self.storage.file(place)

    def _kept(self, partition: str | None, place: Any) -> Kept:
        return Kept(partition, place.modified.date().isoformat(), None, place.size)


def _without_categories(kept: Any, gone: Any) -> Any:
    """Take out of a pandas frame the categories that only rows which are gone had: a type holds its categories."""
    for place, dtype in enumerate(kept.dtypes):
        if str(dtype) == "category":
            kept.isetitem(place, _narrowed(kept.iloc[:, place], gone.iloc[:, place]))
    if str(kept.index.dtype) == "category":
        kept.index = _narrowed(kept.index, gone.index)
    return kept


def _narrowed(kept: Any, gone: Any) -> Any:
    has = getattr(kept, "cat", kept)  # of an index, itself
    gone_only = set(gone.dropna().unique()) - set(kept.dropna().unique())
    return has.remove_categories([one for one in has.categories if one in gone_only])
