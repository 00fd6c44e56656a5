"""The lake: every asset's data as Parquet, in one folder for each layer.

An asset stands in `<lake>/<layer>/<asset>.parquet`, a partitioned one in `<lake>/<layer>/<asset>/<partition>.parquet`.
Writing is atomic, and a file that is being written is never read.

Where the partitions of an asset are a list of the project's YAML, its files say which, and reading all partitions reads
those that the list still names: a file of a partition that was taken out of the YAML stays, and is not read.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote

from platform_core.errors import UserError
from platform_core.frames import FrameKind
from platform_core.parquet import write_parquet
from platform_core.parquet_read import Footer, read_files, read_notes
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
from platform_core.values import dataclass, field

_SUFFIX = ".parquet"
HIVE_FILE = "data.parquet"
_HIVE_SAFE = " -_.~"
_LONGEST_NAME = 255 - len(_SUFFIX)


AssetFiles = Stored[Path]


@dataclass(frozen=True, slots=True)
class Lake:
    """A folder of assets as Parquet files.

    Attributes:
        root: The folder.
        lists: Gives the lists of partitions that the project's YAML holds, by name; none where there is no project.
        hive: The column that names partitions, where they lie as Hive and Spark lay them:
            `<layer>/<asset>/<column>=<partition>/data.parquet`.

    >>> import tempfile
    >>> import polars as pl
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lake = Lake(Path(folder))
    ...     footer = lake.write("silver", "rents", pl.LazyFrame({"rent": [900, 1100]}))
    ...     footer.rows, lake.find("rents").layer, lake.read("rents", "lazy").sum().collect().item()
    (2, 'silver', 2000)
    """

    root: Path
    lists: Lists = field(default=dict, compare=False, repr=False)
    hive: str = ""

    @classmethod
    def of_project(cls, project: Path | None = None) -> Lake:
        """Give the lake of a project: `WORKBENCH_LAKE`, else what its configuration says.

        Args:
            project: The project's folder; found from the working directory where it is not given.

        Raises:
            UserError: There is no project, or its configuration is wrong.
        """
        lists = lists_of(project)
        override = os.environ.get("WORKBENCH_LAKE")
        if override and Path(override).is_absolute():
            return cls(Path(override), lists)  # no project is needed
        from platform_core.config import load_config  # noqa: PLC0415 - only here does a lake need a project

        return cls(load_config(project).lake, lists)

    def path(self, layer: str, name: str, partition: str | None = None) -> Path:
        """Give the file of an asset or of one of its partitions, whether it exists or not.

        Raises:
            UserError: A name or key could be a path, or is too long for a file name.
        """
        folder = self.root / safe_name(layer, "layer")
        if partition is None:
            return folder / f"{safe_name(name, 'asset name')}{_SUFFIX}"
        key = safe_name(partition, "partition key")
        return (
            folder / safe_name(name, "asset name") / (hive_folder(self.hive, key) if self.hive else f"{key}{_SUFFIX}")
        )

    def find(self, name: str, layer: str | None = None) -> AssetFiles | None:
        """Find an asset's files in the layer given, else in any; None where it was never written.

        Raises:
            UserError: It stands in two layers, or both as one file and as partitions.
        """
        layers = [layer] if layer is not None else self.layers()
        found = [files for candidate in layers if (files := self._files(candidate, name)) is not None]
        return only(found, name, [files.layer for files in found])

    def names(self) -> list[str]:
        """Give the names of all assets that are stored."""
        entries = [entry.name for layer in self.layers() for entry in (self.root / layer).iterdir()]
        return sorted({name.removesuffix(_SUFFIX) for name in entries if not name.startswith(".")})

    def mark(self, layer: str, name: str, partition: str | None = None) -> str | None:
        """Give a text that changes when the file does; None where there is none."""
        try:
            about = self.path(layer, name, partition).stat()
        except FileNotFoundError:
            return None
        return f"{about.st_ino}-{about.st_size}-{about.st_mtime_ns}"

    def read(
        self,
        name: str,
        kind: FrameKind = "lazy",
        partition: str | Iterable[str] | None = None,
        layer: str | None = None,
    ) -> Any:
        """Read an asset as the kind asked for; all partitions come as one frame, in the order of their keys.

        Args:
            name: The asset's name.
            kind: `lazy` reads nothing yet, nor does `duckdb` as a rule; `polars` and `pandas` read everything.
            partition: One key or several; where it is None all that are stored and, if the project's YAML lists the
                asset's partitions, still listed.
            layer: Where to look; every layer where it is None.

        Raises:
            UserError: The asset or a partition was never written, or the partitions do not fit together.
        """
        files = self._found(name, layer)
        return read_files(files.chosen(partition, self._declared), kind, f"{files.layer}/{name}")

    def files(self, name: str, layer: str | None = None) -> list[tuple[str, Path]]:
        """Give the files that reading all of an asset reads, each with its partition's key, empty where it has none.

        Raises:
            UserError: The asset was never written, or none of its partitions is listed any more.
        """
        return self._found(name, layer).chosen(None, self._declared)

    def _found(self, name: str, layer: str | None) -> AssetFiles:
        files = self.find(name, layer)
        if files is None:
            raise never_stored(name, self.names())
        return files

    def write(
        self,
        layer: str,
        name: str,
        value: object,
        partition: str | None = None,
        listed: str | None = None,
        classification: str | None = None,
    ) -> Footer:
        """Write an asset, or one partition of it, whole or not at all; a lazy frame streams to the disk.

        Args:
            layer: The asset's layer.
            name: The asset's name.
            value: A frame of any kind.
            partition: The partition's key, or None.
            listed: The list of the project's YAML that its partitions stand in, if they do.
            classification: How it is classified; the file tells it.

        Raises:
            UserError: A name could be a path, the value is no frame, computing it fails, or the disk is full.
        """
        label = f"{layer}/{name}" if partition is None else f"{layer}/{name}/{partition}"
        return write_parquet(value, self.path(layer, name, partition), label, notes_of(listed, classification))

    def _declared(self, files: AssetFiles) -> dict[str, Path]:
        noted = (read_notes(path).get(LIST_NOTE) for path in files.partitions.values())
        return {key: files.partitions[key] for key in still_listed(files.partitions, noted, self.lists)}

    def layers(self) -> list[str]:
        """Give the layers that hold assets."""
        if not self.root.is_dir():
            return []
        return sorted(entry.name for entry in self.root.iterdir() if entry.is_dir() and not entry.name.startswith("."))

    def _files(self, layer: str, name: str) -> AssetFiles | None:
        path = self.path(layer, name)
        folder = path.with_suffix("")
        entries = sorted(entry.name for entry in (folder.iterdir() if folder.is_dir() else ()))
        found = {key: folder / entry for entry in entries if (key := self._key(entry)) is not None}
        partitions = {key: place / HIVE_FILE if self.hive else place for key, place in sorted(found.items())}
        if self.hive:  # the folder of one stands before its file does
            partitions = {key: place for key, place in partitions.items() if place.is_file()}
        if partitions and path.exists():
            raise both_forms(name, layer, path.name, folder.name)
        if not partitions and not path.exists():
            return None
        return Stored(layer, name, None if partitions else path, MappingProxyType(partitions))

    def _key(self, entry: str) -> str | None:
        """Give the key of the partition that an entry of an asset's folder holds."""
        if self.hive:
            return hive_key(self.hive, entry)
        return entry.removesuffix(_SUFFIX) if entry.endswith(_SUFFIX) and not entry.startswith(".") else None


def safe_name(text: str, what: str) -> str:
    """Give the text back if it can be nothing but a plain file name.

    Raises:
        UserError: It is empty or too long, starts with a dot, or holds a slash, `..` or a control character.

    >>> safe_name("2025-01-22", "partition key")
    '2025-01-22'
    """
    unsafe = not text or text.startswith(".") or ".." in text or any(c in "/\\" or not c.isprintable() for c in text)
    if unsafe or len(text.encode("utf-8", "replace")) > _LONGEST_NAME:
        raise UserError(
            f"{text[:80]!r} cannot be {'an' if what[0] in 'aeiou' else 'a'} {what}: it would not be a plain file name.",
            hint="Use letters, digits, dashes and underscores; no slash, no '..', no dot in front.",
        )
    return text


def hive_folder(column: str, key: str) -> str:
    """Give the path of a partition's file as Hive and Spark lay it.

    >>> hive_folder("on", "10:00")
    'on=10%3A00/data.parquet'
    """
    return f"{column}={quote(key, safe=_HIVE_SAFE)}/{HIVE_FILE}"


def hive_key(column: str, folder: str) -> str | None:
    """Give the partition key that a folder is named for, or None where it is another folder.

    >>> hive_key("on", "on=10%3A00"), hive_key("on", "at=1")
    ('10:00', None)
    """
    name, equals, text = folder.partition("=")
    return unquote(text) if equals and name == column else None


def lists_of(project: Path | None = None) -> Lists:
    """Give what gives the lists of partitions of a project's YAML; none where there is no project."""
    return functools.partial(_lists, project)


def _lists(project: Path | None) -> Mapping[str, Sequence[str]]:
    from platform_core.config import find_project, load_config  # noqa: PLC0415 - as above

    if project is None:
        try:
            project = find_project()
        except UserError:
            return {}
    return load_config(project).partitions
