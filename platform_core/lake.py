"""The lake: every asset's data as Parquet, in one folder for each layer.

An asset stands in `<lake>/<layer>/<asset>.parquet`, a partitioned one in `<lake>/<layer>/<asset>/<partition>.parquet`.
Writing is atomic, and a file that is being written is never read.

Where the partitions of an asset are a list of the project's YAML, its files say which, and reading all partitions reads
those that the list still names: a file of a partition that was taken out of the YAML stays, and is not read.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from platform_core.errors import UserError
from platform_core.frames import FrameKind
from platform_core.parquet import write_parquet
from platform_core.parquet_read import Footer, read_files, read_notes

_SUFFIX = ".parquet"
_LIST = "partitions"  # the note that names the list of the YAML
_LONGEST_NAME = 255 - len(_SUFFIX)


@dataclass(frozen=True, slots=True)
class AssetFiles:
    """Where an asset's data is: one file, or one for each partition, sorted by key.

    Attributes:
        layer: The layer it was found in.
        name: The asset's name.
        path: The file of an asset without partitions, else None.
        partitions: Partition keys and their files; empty for an asset without partitions.
    """

    layer: str
    name: str
    path: Path | None
    partitions: Mapping[str, Path]

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files of the asset."""
        return (self.path,) if self.path is not None else tuple(self.partitions.values())


@dataclass(frozen=True, slots=True)
class Lake:
    """A folder of assets as Parquet files.

    Attributes:
        root: The folder.
        lists: Gives the lists of partitions that the project's YAML holds, by name; none where there is no project.

    >>> import tempfile
    >>> import polars as pl
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lake = Lake(Path(folder))
    ...     footer = lake.write("silver", "rents", pl.LazyFrame({"rent": [900, 1100]}))
    ...     footer.rows, lake.find("rents").layer, lake.read("rents", "lazy").sum().collect().item()
    (2, 'silver', 2000)
    """

    root: Path
    lists: Callable[[], Mapping[str, Sequence[str]]] = field(default=dict, compare=False, repr=False)

    @classmethod
    def of_project(cls, project: Path | None = None) -> Lake:
        """Give the lake of a project: `WORKBENCH_LAKE`, else what its configuration says.

        Args:
            project: The project's folder; found from the working directory where it is not given.

        Raises:
            UserError: There is no project, or its configuration is wrong.
        """
        lists = functools.partial(_lists, project)
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
        return folder / safe_name(name, "asset name") / f"{safe_name(partition, 'partition key')}{_SUFFIX}"

    def find(self, name: str, layer: str | None = None) -> AssetFiles | None:
        """Find an asset's files in the layer given, else in any; None where it was never written.

        Raises:
            UserError: It stands in two layers, or both as one file and as partitions.
        """
        layers = [layer] if layer is not None else self._layers()
        found = [files for candidate in layers if (files := self._files(candidate, name)) is not None]
        if len(found) > 1:
            where = " and ".join(files.layer for files in found)
            raise UserError(
                f"Asset {name!r} is stored in {where}.", hint="Delete the one that no step writes any more."
            )
        return found[0] if found else None

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
        files = self.find(name, layer)
        if files is None:
            raise UserError(f"Asset {name!r} has no data in the lake.", hint=f"Run: workbench materialize {name}")
        return read_files(self._chosen(files, partition), kind, f"{files.layer}/{name}")

    def write(
        self, layer: str, name: str, value: object, partition: str | None = None, listed: str | None = None
    ) -> Footer:
        """Write an asset, or one partition of it, whole or not at all; a lazy frame streams to the disk.

        Args:
            layer: The asset's layer.
            name: The asset's name.
            value: A frame of any kind.
            partition: The partition's key, or None.
            listed: The list of the project's YAML that its partitions stand in, if they do.

        Raises:
            UserError: A name could be a path, the value is no frame, computing it fails, or the disk is full.
        """
        label = f"{layer}/{name}" if partition is None else f"{layer}/{name}/{partition}"
        notes = {_LIST: listed} if listed is not None else None
        return write_parquet(value, self.path(layer, name, partition), label, notes)

    def _chosen(self, files: AssetFiles, partition: str | Iterable[str] | None) -> list[tuple[str, Path]]:
        if partition is None:
            chosen = [("", files.path)] if files.path is not None else self._declared(files)
        else:
            chosen = _named(files, [partition] if isinstance(partition, str) else list(partition))
        if not chosen:
            raise UserError(
                f"Asset {files.name!r} has no data for any of its partitions.",
                hint=f"Run: workbench materialize {files.name} --all-partitions",
            )
        return chosen

    def _declared(self, files: AssetFiles) -> list[tuple[str, Path]]:
        """Give the partitions whose keys the YAML still lists; all, where it has no list for them."""
        noted = {read_notes(path).get(_LIST) for path in files.partitions.values()} - {None}
        lists = self.lists() if noted else {}
        known = [lists[name] for name in sorted(filter(None, noted)) if name in lists]
        keys = {key for values in known for key in values}
        return [(key, path) for key, path in files.partitions.items() if not known or key in keys]

    def _layers(self) -> list[str]:
        if not self.root.is_dir():
            return []
        return sorted(entry.name for entry in self.root.iterdir() if entry.is_dir() and not entry.name.startswith("."))

    def _files(self, layer: str, name: str) -> AssetFiles | None:
        path = self.path(layer, name)
        folder = path.with_suffix("")
        keys = sorted(
            entry.name.removesuffix(_SUFFIX)
            for entry in (folder.iterdir() if folder.is_dir() else ())
            if entry.name.endswith(_SUFFIX) and not entry.name.startswith(".")
        )
        if keys and path.exists():
            raise UserError(
                f"Asset {name!r} is stored in {layer} both as one file and as partitions.",
                hint=f"Delete the one from before its partitions changed: {path.name} or the folder {folder.name}.",
            )
        if not keys and not path.exists():
            return None
        partitions = MappingProxyType({key: folder / f"{key}{_SUFFIX}" for key in keys})
        return AssetFiles(layer, name, None if keys else path, partitions)


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


def _named(files: AssetFiles, keys: Sequence[str]) -> list[tuple[str, Path]]:
    if files.path is not None:
        raise UserError(f"Asset {files.name!r} has no partitions.", hint="Read it without naming one.")
    missing = [key for key in keys if key not in files.partitions]
    if missing:
        raise UserError(
            f"Asset {files.name!r} has no data for partition {missing[0]!r}.",
            hint=f"Run: workbench materialize {files.name} --partition {missing[0]}",
        )
    return [(key, files.partitions[key]) for key in keys]


def _lists(project: Path | None) -> Mapping[str, Sequence[str]]:
    from platform_core.config import find_project, load_config  # noqa: PLC0415 - as above

    if project is None:
        try:
            project = find_project()
        except UserError:
            return {}
    return load_config(project).partitions
