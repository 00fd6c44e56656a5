"""Recording what is read from a live source, and replaying it.

While a notebook is verified, `WORKBENCH_RECORD` names a folder: what a resource reads is copied there and the copy is
what the caller gets. The promoted asset then runs under `WORKBENCH_REPLAY`, which gives the copies and nothing else, so
that both read the same bytes even where the source changes in between.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from platform_core.atomic import replacing
from platform_core.errors import UserError

RECORD_VARIABLE = "WORKBENCH_RECORD"
REPLAY_VARIABLE = "WORKBENCH_REPLAY"


def record_folder(resource: str) -> Path | None:
    """Give the folder to copy what a resource reads into, or None where nothing is recorded."""
    return _folder(RECORD_VARIABLE, resource)


def replay_folder(resource: str) -> Path | None:
    """Give the folder that alone is to be read, or None where the live source is."""
    return _folder(REPLAY_VARIABLE, resource)


def copy(source: Path, target: Path) -> None:
    """Copy a file into a recording, whole or not at all. What was recorded first stays, so that every read agrees.

    Raises:
        UserError: The file cannot be read, or the recording cannot be written.
    """
    if target.exists():
        return
    try:
        with replacing(target) as part:
            shutil.copyfile(source, part)
    except OSError as error:
        raise UserError(f"{source.name!r} could not be recorded ({error.strerror}).") from None


def kept(resource: str, file: str, write: Callable[[Path], object], own: Path | None = None) -> Path | None:
    """Give the recorded file of one read, or None where the read is live and nothing is recorded.

    Args:
        resource: The resource's name.
        file: The file's name in the recording; the same read has the same name.
        write: Reads the live source into the file that it is given; called once for a recording.
        own: A recording that this resource alone replays.

    Raises:
        UserError: The recording that is replayed has no such read, or the file cannot be written.
    """
    replayed = own or replay_folder(resource)
    folder = record_folder(resource)
    if replayed is not None:
        path = replayed / file
        if not path.is_file():
            raise UserError(
                f"The recording of the resource {resource!r} does not hold this read.",
                hint="Let the step read only what the notebook's own run reads, with the same parameters.",
            )
        if folder is not None:
            copy(path, folder / file)
        return path
    if folder is None:
        return None
    target = folder / file
    if not target.exists():
        try:
            with replacing(target) as part:
                write(part)
        except OSError as error:
            raise UserError(f"A read of {resource!r} could not be recorded ({error.strerror}).") from None
    return target


def name_of_read(kind: str, *parts: object, ending: str) -> str:
    """Give the file name of a read, the same for the same read wherever it runs, with no value of it in plain text.

    >>> name_of_read("query", "SELECT 1", {"since": "2025"}, ending="parquet")
    'query-d793bf6b8d130a07.parquet'
    """
    text = json.dumps(parts, sort_keys=True, default=lambda value: [type(value).__name__, str(value)])
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.{ending}"


def _folder(variable: str, resource: str) -> Path | None:
    folder = os.environ.get(variable)
    return Path(folder).absolute() / resource if folder else None
