"""The version of stored data: what it holds and what it was made from, as Dagster keeps it.

The digest of a large file is noted beside it, in `.versions`, with what changes of a file when its content does. So it
is read for its version once, however many processes ask. A note of another state or form counts for nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from io import FileIO
from os import fstat
from pathlib import Path
from time import time_ns
from typing import Any, NamedTuple

from platform_core.metadata.running import Running
from platform_core.values import dataclass, field

MADE_FROM = "workbench/made_from"

_BLOCK = 1 << 18
_SETTLED = 2_000_000_000  # nanoseconds after which every file system gives a change another time
_NOTED = 1 << 20  # bytes from which on a digest costs more than its note
_FOLDER = ".versions"
_LENGTH = 32


class _State(NamedTuple):
    device: int
    number: int
    size: int
    modified: int
    changed: int

    @property
    def text(self) -> str:
        """Give all but the device, which other machines number differently: the note stands on the same."""
        return "".join(f"{number:020d} " for number in self[1:])


# Digests of files by path, with what says whether the file is still the same
_digests: dict[str, tuple[_State, str]] = {}


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
        large = state.size >= _NOTED
        version = _noted(path, state) if large else None
        if version is None:
            settled = time_ns() - changed > _SETTLED
            version = _digest(stream)
            if not settled or _state(stream)[0] != state:
                return version
            if large:
                _note(path, state, version)
        _digests[str(path)] = (state, version)
    return version


def note_of(path: Path) -> Path:
    """Give the file in which the digest of a file is noted; its name is no longer than the file's own.

    >>> note_of(Path("lake/silver/rents.parquet")).as_posix()
    'lake/silver/.versions/rents.version'
    """
    return (path.parent / _FOLDER / path.name).with_suffix(".version")


def _noted(path: Path, state: _State) -> str | None:
    try:
        noted = note_of(path).read_text("ascii")
    except (OSError, ValueError):
        return None
    # Written by one call and of one length, so it is there whole, or of no use
    version = noted[len(state.text) :]
    return version if noted.startswith(state.text) and len(version) == _LENGTH and version.isalnum() else None


def _note(path: Path, state: _State, version: str) -> None:
    note = note_of(path)
    with suppress(OSError):  # such as a lake that is only read
        note.parent.mkdir(exist_ok=True)
        note.write_text(state.text + version, "ascii")


def _digest(stream: FileIO) -> str:
    digest, block = hashlib.sha256(), memoryview(bytearray(_BLOCK))
    while length := stream.readinto(block):
        digest.update(block[:length])
    return digest.hexdigest()[:_LENGTH]


def _state(stream: FileIO) -> tuple[_State, int]:
    """Give what changes of a file when it does, and when it last did."""
    about = fstat(stream.fileno())
    times = about.st_mtime_ns, about.st_ctime_ns  # the second cannot be set back
    return _State(about.st_dev, about.st_ino, about.st_size, *times), max(times)


def version_metadata(running: Running, value: object, path: Path) -> dict[str, Any]:
    """Tell Dagster the version of what was stored, and give what it was made from, to compare the next run with."""
    if running.tell_version is not None:
        running.tell_version(file_version(path))
    told = {MADE_FROM: running.made_from} if running.made_from is not None else {}
    if isinstance(value, Unchanged):
        told["workbench/unchanged"] = f"Not made again: code and inputs are those of the run {value.run_id}."
    return told
