"""Assets as Parquet in an object store: `<prefix>/<layer>/<asset>.parquet/<number>-<mark>.parquet`.

A store replaces an object in one stroke, but a reader asks for its parts one after the other: whoever reads an object
that is replaced meanwhile gets columns of the old and of the new, and nobody notices. So no object is ever written
twice. Each write makes one of its own, numbered on from the newest that it finds, and that number is what a reader goes
by; what it has superseded is deleted by a later write, an hour after, when no reader has it any more.

A write that is killed leaves nothing that is read. Parts of an upload that never ended are given up by a later write of
the same asset in S3, a day after, and by Azure itself in a week; a bucket of Google's needs a lifecycle rule for them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from platform_core.frames import FrameKind
from platform_core.lake import hive_folder, hive_key, lists_of, safe_name
from platform_core.parquet import write_object
from platform_core.parquet_read import Footer, RemoteFile, read_files, read_footer, read_notes
from platform_core.storage.stored import (
    LIST_NOTE,
    Lists,
    Stored,
    both_forms,
    never_stored,
    notes_of,
    only,
    still_listed,
)

if TYPE_CHECKING:
    from platform_core.resources.object_parts import ObjectInfo
    from platform_core.resources.objects import ObjectStoreResource

_SUFFIX = ".parquet"
_VERSION = re.compile(r"(\d{8,})-[0-9a-f]{16}\.parquet")

Objects = Stored["ObjectInfo"]


@dataclass(frozen=True, slots=True)
class ObjectLake:
    """A bucket or container of assets as Parquet files.

    Attributes:
        store: The bucket.
        prefix: Where in it the assets stand.
        hive: The column that names partitions, where they lie as Hive and Spark lay them.
        lists: Gives the lists of partitions that the project's YAML holds.
        superseded_for: How long an object stays after a newer one took its place.
        unfinished_for: How long the parts of an upload stay that never ended.
    """

    store: ObjectStoreResource
    prefix: str = "lake"
    hive: str = ""
    lists: Lists = field(default_factory=lists_of, compare=False, repr=False)
    superseded_for: timedelta = timedelta(hours=1)
    unfinished_for: timedelta = timedelta(days=1)

    def find(self, name: str, layer: str | None = None) -> Objects | None:
        """Find the newest objects of an asset in the layer given, else in any; None where it was never written.

        Raises:
            UserError: It stands in two layers, or both whole and as partitions, or the store refuses.
        """
        layers = [layer] if layer is not None else self.layers()
        found = [objects for candidate in layers if (objects := self._objects(candidate, name)) is not None]
        return only(found, name, [objects.layer for objects in found])

    def layers(self) -> list[str]:
        """Give the layers that hold assets."""
        return self.store.folders(self.prefix)

    def names(self) -> list[str]:
        """Give the names of all assets that are stored."""
        folders = (folder for layer in self.layers() for folder in self.store.folders(self._key(layer)))
        return sorted({folder.removesuffix(_SUFFIX) for folder in folders})

    def read(
        self,
        name: str,
        kind: FrameKind = "lazy",
        partition: str | Iterable[str] | None = None,
        layer: str | None = None,
    ) -> Any:
        """Read an asset as the kind asked for, as `Lake.read` does.

        Args:
            name: The asset's name.
            kind: `lazy` reads nothing yet; every other kind reads everything.
            partition: One key or several; all that are stored and still listed where it is None.
            layer: Where to look; every layer where it is None.

        Raises:
            UserError: The asset or a partition was never written, the partitions do not fit together, or the store
                refuses.
        """
        objects = self.find(name, layer)
        if objects is None:
            raise never_stored(name)
        chosen = objects.chosen(partition, self._declared)
        return read_files([(key, self.file(info)) for key, info in chosen], kind, f"{objects.layer}/{name}")

    def write(
        self,
        layer: str,
        name: str,
        value: object,
        partition: str | None = None,
        listed: str | None = None,
        classification: str | None = None,
    ) -> Footer:
        """Write an asset, or one partition of it, whole or not at all, by a temporary file; a lazy frame streams.

        Of two that write at once the one that began last is read, or where they began together either.

        Raises:
            UserError: A name could be a path, the value is no frame, computing it fails, or the store refuses.
        """
        folder = self.folder(layer, name, partition)
        before = _versions(self.store.iter_objects(f"{folder}/"))
        number = before[-1][0] + 1 if before else 1
        key = f"{folder}/{number:08}-{secrets.token_hex(8)}{_SUFFIX}"
        label = f"{layer}/{name}" if partition is None else f"{layer}/{name}/{partition}"
        write_object(value, lambda part: self.store.upload_open(part, key), label, notes_of(listed, classification))
        footer = read_footer(self.file(self.store.stat(key)))
        self.sweep(folder)
        return footer

    def mark(self, layer: str, name: str, partition: str | None = None) -> str | None:
        """Give the key of the newest object; None where there is none."""
        found = _versions(self.store.iter_objects(f"{self.folder(layer, name, partition)}/"))
        return found[-1][1].key if found else None

    def sweep(self, folder: str) -> None:
        """Delete what is superseded or unfinished under a key for long enough; by the store's clock, not ours."""
        found = _versions(self.store.iter_objects(f"{folder}/"))
        now = max((info.modified for _, info in found), default=None)
        for (_, info), (_, follower) in pairwise(found):
            if now is not None and now - follower.modified >= self.superseded_for:
                self.store.delete(info.key)
        self.store.give_up_uploads(f"{folder}/", self.unfinished_for)

    def file(self, info: ObjectInfo) -> RemoteFile:
        """Give an object as a file that is read."""
        return RemoteFile(
            self.store.url(info.key), info.size, self.store.polars_options(), lambda: self.store.read_bytes(info.key)
        )

    def _declared(self, objects: Objects) -> dict[str, ObjectInfo]:
        # One file speaks for all: they are of one asset
        newest = max(objects.partitions.values(), key=lambda info: info.modified, default=None)
        noted = [] if newest is None else [read_notes(self.file(newest)).get(LIST_NOTE)]
        return {key: objects.partitions[key] for key in still_listed(objects.partitions, noted, self.lists)}

    def _key(self, *parts: str) -> str:
        return "/".join(part for part in (self.prefix.strip("/"), *parts) if part)

    def folder(self, layer: str, name: str, partition: str | None = None) -> str:
        """Give the folder of an asset's objects, or of those of one partition.

        Raises:
            UserError: A name could be a path.
        """
        parts = [safe_name(layer, "layer"), safe_name(name, "asset name")]
        if partition is None:
            return self._key(parts[0], f"{parts[1]}{_SUFFIX}")
        key = safe_name(partition, "partition key")
        return self._key(*parts, hive_folder(self.hive, key).partition("/")[0] if self.hive else f"{key}{_SUFFIX}")

    def _objects(self, layer: str, name: str) -> Objects | None:
        whole, folder = self.folder(layer, name), self._key(layer, name)
        found = _versions(self.store.iter_objects(f"{whole}/"))
        slots: dict[str, list[ObjectInfo]] = {}
        for info in self.store.iter_objects(f"{folder}/"):
            place = info.key.removeprefix(f"{folder}/").split("/")
            if len(place) == 2 and (key := self._partition(place[0])) is not None:
                slots.setdefault(key, []).append(info)
        newest = {key: versions[-1][1] for key in sorted(slots) if (versions := _versions(slots[key]))}
        if found and newest:
            raise both_forms(name, layer, f"{name}{_SUFFIX}", name)
        if not found and not newest:
            return None
        partitions: Mapping[str, ObjectInfo] = MappingProxyType(newest)
        return Stored(layer, name, found[-1][1] if found else None, partitions)

    def _partition(self, folder: str) -> str | None:
        if self.hive:
            return hive_key(self.hive, folder)
        return folder.removesuffix(_SUFFIX) if folder.endswith(_SUFFIX) else None


def _versions(objects: Iterable[ObjectInfo]) -> list[tuple[int, ObjectInfo]]:
    """Give the objects that hold a version, each with its number, the newest last."""
    found = ((match, info) for info in objects if (match := _VERSION.fullmatch(info.key.rpartition("/")[2])))
    return sorted(((int(match[1]), info) for match, info in found), key=lambda one: (one[0], one[1].key))
