"""Outputs are taken out of staged notebooks, as `nbstripout` does it: cell ids, counts and `keep_output` stay.

The staged content is what is stripped. The working file follows only where it was the same, so that what was staged in
parts stays so.
"""

from __future__ import annotations

import fnmatch
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from platform_core.atomic import replacing
from platform_core.errors import UserError
from promote.reports.report import clean
from workbench.project import Project
from workbench.staged.index import Index, Problem, StagedFile
from workbench.staged.personal import kept_outputs
from workbench.staged.settings import read_settings

OPTIONS = ("--keep-id", "--keep-count")
# Metadata that nbstripout leaves alone
_HARMLESS = {"kernelspec", "language_info"}
_HARMLESS_IN_CELLS = {"tags", "workbench"}


def outputs(project: Project, index: Index) -> Iterator[Problem]:
    """Strip the staged notebooks and say which could not be, and where personal data stands in outputs that are kept.

    What was stripped is told on stderr.

    Raises:
        UserError: nbstripout is not installed.
    """
    notebooks = [file for file in index.files if file.path.endswith(".ipynb")]
    contents = index.contents(notebooks)
    readable = {path: content for path, content in contents.items() if _is_notebook(content)}
    for path in sorted(contents.keys() - readable.keys()):
        hint = f"Run `promote {path}`: it says what is wrong, and where."
        yield Problem(path, "The notebook as staged is not valid JSON.", hint)
    suspect = {path: content for path, content in readable.items() if not _is_clean(json.loads(content))}
    stripped = _stripped(suspect) if suspect else {}
    for file in notebooks:
        if file.path in stripped and json.loads(stripped[file.path]) != json.loads(contents[file.path]):
            if not index.replace(file, stripped[file.path]):
                hint = f"Run `nbstripout {' '.join(OPTIONS)} {file.path}` and stage it again."
                yield Problem(file.path, "Its outputs could not be taken out of what is staged.", hint)
                continue
            _follow(project.root, file, contents[file.path], stripped[file.path])
            sys.stderr.write(f"{clean(file.path)}: its outputs are not committed\n")
    passed = read_settings(project.root).not_personal
    for path, content in sorted((readable | stripped).items()):
        if not any(fnmatch.fnmatchcase(path, pattern) for pattern in passed):
            yield from kept_outputs(path, json.loads(content))


def _is_notebook(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return False


def _is_clean(notebook: dict[str, Any]) -> bool:
    """Tell whether there is surely nothing to strip, so that the many seconds of nbstripout's start are saved."""
    cells, known = notebook.get("cells"), notebook.get("metadata")
    if not isinstance(cells, list) or not isinstance(known, dict) or not known.keys() <= _HARMLESS:
        return False
    for cell in cells:
        metadata = cell.get("metadata") if isinstance(cell, dict) else None
        if not isinstance(metadata, dict) or not metadata.keys() <= _HARMLESS_IN_CELLS:
            return False
        tags = metadata.get("tags", [])
        if cell.get("outputs") and not (isinstance(tags, list) and "keep_output" in tags):
            return False
    return True


def _stripped(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    if find_spec("nbstripout") is None:
        raise UserError(
            "nbstripout is not installed.", hint="Install the project's group `dev`: `pip install --group dev`."
        )
    with tempfile.TemporaryDirectory() as folder:
        places = {path: Path(folder, f"{number}.ipynb") for number, path in enumerate(contents)}
        for path, place in places.items():
            place.write_bytes(contents[path])
        command = [sys.executable, "-P", "-m", "nbstripout", *OPTIONS, *map(str, places.values())]
        subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603 - our own interpreter, no shell
        return {path: place.read_bytes() for path, place in places.items()}


def _follow(root: Path, file: StagedFile, staged: bytes, stripped: bytes) -> None:
    """Strip the working file too where it was what was staged."""
    path = root / file.path
    try:
        if not path.is_symlink() and path.read_bytes() == staged:
            with replacing(path) as made:
                made.write_bytes(stripped)
                made.chmod(path.stat().st_mode)
    except OSError:
        return  # gone or not writable: what is committed is right
