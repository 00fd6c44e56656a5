"""What every asset was made from, so that nothing is made twice: code, inputs, sources and the file that came out.

An asset is unchanged when its code version, the bytes of its inputs and of the files it reads are what they were, and
the file it wrote is still there as it wrote it. What cannot be compared - a live source, an asset without a code
version - counts as changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platform_core.atomic import replacing

FORMAT = 1
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """One materialisation: digests of what went in and what came out, and what there is to tell of it.

    `rows` is None where the asset did not say; `checks` says of each by its name whether it passed; `seconds` is the
    time of the step alone.
    """

    inputs: str
    output: str
    rows: int | None
    checks: Mapping[str, bool]
    seconds: float


class Memory:
    """The records of one project, kept in a JSON file, and digests of files that are read only when they changed."""

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = root
        self._files: dict[str, list[Any]] = {}
        self._records: dict[str, dict[str, Record]] = {}
        self._load()

    def record(self, asset: str, partition: str | None) -> Record | None:
        """Give what is known of an asset's last materialisation."""
        return self._records.get(asset, {}).get(partition or "")

    def records(self, asset: str) -> Mapping[str, Record]:
        """Give the records of all partitions of an asset; one without partitions has the key ''."""
        return self._records.get(asset, {})

    def keep(self, asset: str, partition: str | None, record: Record) -> None:
        """Remember a materialisation."""
        self._records.setdefault(asset, {})[partition or ""] = record

    def forget(self, asset: str, partition: str | None) -> None:
        """Forget a materialisation, so that the asset counts as changed."""
        self._records.get(asset, {}).pop(partition or "", None)

    def digest_of_file(self, path: Path) -> str | None:
        """Give the digest of a file's bytes; None where there is no file."""
        try:
            status = path.stat()
        except OSError:
            return None
        state = [status.st_size, status.st_mtime_ns, status.st_ino]
        name = os.path.relpath(path, self._root)
        known = self._files.get(name)
        if known is not None and known[:3] == state:
            return str(known[3])
        digest = _sha256(path)
        self._files[name] = [*state, digest]
        return digest

    def digest_of_folder(self, folder: Path) -> str | None:
        """Give one digest of all files below a folder, by name and content; None where there is no folder."""
        if not folder.is_dir():
            return None
        files = sorted(Path(place, name) for place, _, names in os.walk(folder) for name in names)
        return digest_of([(path.relative_to(folder).as_posix(), self.digest_of_file(path)) for path in files])

    def save(self) -> None:
        """Write the records down, whole or not at all."""
        present = {path: state for path, state in sorted(self._files.items()) if (self._root / path).exists()}
        records = {
            asset: {key: asdict(record) for key, record in sorted(partitions.items())}
            for asset, partitions in sorted(self._records.items())
        }
        content = json.dumps({"format": FORMAT, "files": present, "records": records}, indent=1).encode() + b"\n"
        if self._path.exists() and self._path.read_bytes() == content:
            return
        with replacing(self._path) as path:
            path.write_bytes(content)

    def _load(self) -> None:
        """Read the records; a file that cannot be read, or is of another format, counts as empty."""
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            if content["format"] == FORMAT:
                records = content["records"].items()
                self._files = {path: list(state) for path, state in content["files"].items() if len(state) == 4}
                self._records = {a: {key: Record(**record) for key, record in p.items()} for a, p in records}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            self._files, self._records = {}, {}


def digest_of(values: Iterable[object]) -> str:
    """Give the digest of plain values.

    >>> digest_of(["a", 1]) == digest_of(["a", 1]), digest_of(["a"]) == digest_of(["b"])
    (True, False)
    """
    return hashlib.sha256(json.dumps(list(values), sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
