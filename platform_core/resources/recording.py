"""Recording what is read from a live source, and replaying it.

While a notebook is verified, `WORKBENCH_RECORD` names a folder: what a resource reads is copied there and the copy is
what the caller gets. The promoted asset then runs under `WORKBENCH_REPLAY`, which gives the copies and nothing else, so
that both read the same bytes even where the source changes in between.
"""

from __future__ import annotations

import os
import shutil
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


def _folder(variable: str, resource: str) -> Path | None:
    folder = os.environ.get(variable)
    return Path(folder).absolute() / resource if folder else None
