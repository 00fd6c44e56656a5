"""The version of stored data: what it holds and what it was made from, as Dagster keeps it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import FileIO
from os import fstat
from pathlib import Path
from time import time_ns
from typing import Any

from platform_core.metadata.running import Running

MADE_FROM = "workbench/made_from"

_BLOCK = 1 << 18
_SETTLED = 2_000_000_000  # nanoseconds after which every file system gives a change another time

# Digests of files by path, with what says whether the file is still the same
_digests: dict[str, tuple[tuple[int, ...], str]] = {}


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

    What was changed a moment ago is read again each time: it may change once more, and bear the same time.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb", buffering=0) as stream:
        state, changed = _state(stream)
        known = _digests.get(str(path))
        if known is not None and known[0] == state:
            return known[1]
        settled = time_ns() - changed > _SETTLED
        digest, block = hashlib.sha256(), memoryview(bytearray(_BLOCK))
        while length := stream.readinto(block):
            digest.update(block[:length])
        version = digest.hexdigest()[:32]
        if settled and _state(stream)[0] == state:
            _digests[str(path)] = (state, version)
    return version


def _state(stream: FileIO) -> tuple[tuple[int, ...], int]:
    """Give what changes of a file when it does, and when it last did."""
    about = fstat(stream.fileno())
    times = about.st_mtime_ns, about.st_ctime_ns  # the second cannot be set back
    return (about.st_dev, about.st_ino, about.st_size, *times), max(times)


def version_metadata(running: Running, value: object, path: Path) -> dict[str, Any]:
    """Tell Dagster the version of what was stored, and give what it was made from, to compare the next run with."""
    if running.tell_version is not None:
        running.tell_version(file_version(path))
    told = {MADE_FROM: running.made_from} if running.made_from is not None else {}
    if isinstance(value, Unchanged):
        told["workbench/unchanged"] = f"Not made again: code and inputs are those of the run {value.run_id}."
    return told
