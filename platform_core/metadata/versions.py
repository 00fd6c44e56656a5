"""The version of stored data: what it holds and what it was made from, as Dagster keeps it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platform_core.metadata.running import Running

MADE_FROM = "workbench/made_from"

_BLOCK = 1 << 20

# Digests of files by path, with size, time and number that say whether the file is still the same
_digests: dict[str, tuple[tuple[int, int, int], str]] = {}


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What a step gives in place of a frame where what is stored is what it would make.

    Attributes:
        run_id: The run that made it.
        lineage: What that run told of its columns, which is still so: their lineage, and which look personal.
    """

    run_id: str
    lineage: Mapping[str, Any] = field(default_factory=dict)


def file_version(path: Path) -> str:
    """Give the version of stored data: the first half of the SHA-256 of its file, whose bytes are read once.

    Raises:
        OSError: The file cannot be read.
    """
    about = path.stat()
    state = (about.st_size, about.st_mtime_ns, about.st_ino)
    known = _digests.get(str(path))
    if known is not None and known[0] == state:
        return known[1]
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    _digests[str(path)] = (state, digest.hexdigest()[:32])
    return _digests[str(path)][1]


def version_metadata(running: Running, value: object, path: Path) -> dict[str, Any]:
    """Tell Dagster the version of what was stored, and give what it was made from, to compare the next run with."""
    if running.tell_version is not None:
        running.tell_version(file_version(path))
    told = {MADE_FROM: running.made_from} if running.made_from is not None else {}
    if isinstance(value, Unchanged):
        told["workbench/unchanged"] = f"Not made again: code and inputs are those of the run {value.run_id}."
    return told
