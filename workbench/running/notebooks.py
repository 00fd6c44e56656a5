"""Reading what is to be run: a notebook's JSON, the sources of its cells, its kernel."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from platform_core.errors import UsageError, UserError
from platform_core.suggest import did_you_mean

MARKER = (
    "papermill-error-cell-tag"  # cells with it are papermill's banners: it takes them out before it runs a notebook
)
INJECTED = "injected-parameters"


def read_notebook(path: Path, location: str) -> dict[str, Any]:
    """Read a notebook's JSON.

    Raises:
        UsageError: There is no such file.
        UserError: It is no notebook of the present format (4).
    """
    if path.is_dir():
        raise UsageError("This is a folder, not a notebook.", hint="Name the notebooks in it.", location=location)
    if not path.is_file():
        near = [found.name for found in path.parent.glob("*.ipynb")] if path.parent.is_dir() else []
        hint = did_you_mean(path.name, near) if near else "Give the path of a .ipynb file."
        raise UsageError("There is no such notebook.", hint=hint, location=location)
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError("The file is not a notebook: it cannot be read as JSON.", location=location) from error
    if not isinstance(content, dict) or content.get("nbformat") != 4 or not isinstance(content.get("cells"), list):
        hint = "Open it in JupyterLab and save it again."
        raise UserError("The file is not a notebook of format 4.", hint=hint, location=location)
    return content


def source_of(cell: Mapping[str, Any]) -> str:
    """Give a cell's source as one text (in a file it may be a list of lines)."""
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def tags_of(cell: Mapping[str, Any]) -> Sequence[str]:
    """Give the tags of a cell."""
    tags: Sequence[str] = cell.get("metadata", {}).get("tags", ())
    return tags


def numbers_when_run(cells: Sequence[Mapping[str, Any]], after: int | None) -> list[int | None]:
    """Give for each cell of the notebook that papermill runs its number in the notebook as it stands, from 1.

    Papermill takes out the banners of an earlier run and, where there are parameters to set, puts a cell of its own
    after the parameters cell or in the place of one of an earlier run.

    Args:
        cells: The cells as they stand.
        after: The index of the parameters cell where values are set, None where none are.

    >>> numbers_when_run([{}, {}, {}], after=1)
    [1, 2, None, 3]
    """
    numbers: list[int | None] = []
    replaced = any(INJECTED in tags_of(cell) for cell in cells)
    for index, cell in enumerate(cells):
        if MARKER in tags_of(cell):
            continue
        numbers.append(index + 1)
        if index == after and not replaced:
            numbers.append(None)
    return numbers


def language_of(notebook: Mapping[str, Any]) -> str:
    """Give the language of a notebook's kernel, Python where it names none."""
    kernel = notebook.get("metadata", {}).get("kernelspec", {})
    return str(kernel.get("language", "python")) if isinstance(kernel, dict) else "python"
