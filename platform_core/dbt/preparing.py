"""dbt's manifest: made anew where a file of the dbt project is newer, as `make` would, and else left as it is."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from platform_core.atomic import replacing
from platform_core.dbt.command import dbt_of
from platform_core.environment import setting
from platform_core.errors import UserError
from platform_core.scratch import Scratch

_log = logging.getLogger(__name__)

QUIET = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_USE_COLORS": "false"}
TARGET = "target"
MANIFEST = "manifest.json"
PARSED = "partial_parse.msgpack"
_PACKAGES = ("packages.yml", "dependencies.yml")
_LAST_LINES = 4  # of what dbt said: the rest is how it was called
MADE = frozenset((TARGET, "logs"))  # what dbt writes at the top of its project


def prepared_manifest(folder: Path) -> dict[str, Any]:
    """Give the manifest of a dbt project, after making it where there is none or it is older than the project.

    An image makes it when it is built, by loading the code location once; `workbench dev` does after each change.
    It takes its place whole, so that processes which make it at once do not read one another's half. Where it cannot be
    written it is made for this process alone, which costs some seconds each time and is said in the log.

    Args:
        folder: The dbt project.

    Raises:
        UserError: dbt cannot read the project; it says why.
    """
    manifest = folder / TARGET / MANIFEST
    if is_current(manifest, folder):
        return read_manifest(manifest.parent)
    with Scratch() as made:  # what a killed process left of it goes in the end
        _parse(folder, made)
        try:
            for name in (PARSED, MANIFEST):
                with replacing(manifest.with_name(name)) as part:
                    shutil.copy2(made / name, part)  # as old as it is: a file changed meanwhile is newer
        except OSError as error:
            reason = error.strerror
            _log.warning("dbt/target is old and cannot be written (%s): load the code location while building.", reason)
        return read_manifest(made)


def read_manifest(target: Path) -> dict[str, Any]:
    """Read the manifest in a folder to which dbt wrote; without models and sources where dbt came to none."""
    try:
        content: dict[str, Any] = json.loads((target / MANIFEST).read_bytes())
    except FileNotFoundError:
        return {"nodes": {}, "sources": {}}
    return content


def _parse(folder: Path, target: Path) -> None:
    """Let dbt read its project, with what it remembers of the last time."""
    from dagster_dbt.errors import DagsterDbtError  # noqa: PLC0415 - an extra

    dbt = dbt_of(folder)
    commands = [["parse", "--quiet"]]
    if any((folder / name).is_file() for name in _PACKAGES):
        commands.insert(0, ["deps", "--quiet"])
    try:
        # What dbt says goes where it is in nobody's way: a command's own output may be JSON
        with setting(QUIET), contextlib.redirect_stdout(sys.stderr):
            for command in commands:
                dbt.cli(command, target_path=target).wait()
    except DagsterDbtError as error:
        said = " ".join(line.strip() for line in str(error).splitlines()[-_LAST_LINES:] if line.strip())
        raise UserError(f"dbt cannot read the project: {said}", location=folder.name) from None


def is_current(manifest: Path, folder: Path) -> bool:
    """Say whether a manifest is as new as every file and folder that it was made from.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as text:
    ...     folder = Path(text)
    ...     _ = (folder / "dbt_project.yml").write_text("name: a")
    ...     is_current(folder / "target" / "manifest.json", folder)
    False
    """
    try:
        made = manifest.stat().st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return False
    return all(path.stat().st_mtime_ns <= made for path in _sources(folder))


def _sources(folder: Path) -> Iterator[Path]:
    """Give the project's own files, and its folders too: a file that was deleted leaves no other trace."""
    for place, folders, files in os.walk(folder):
        top = Path(place) == folder
        folders[:] = [name for name in folders if not name.startswith(".") and not (top and name in MADE)]
        yield from (Path(place, name) for name in files if not name.startswith("."))
        if not top:  # what is made there changes the top folder itself
            yield Path(place)
