"""The data project that notebooks belong to: where it is, what its package is called, which notebooks it has."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from platform_core.errors import UsageError, UserError
from promote.model import Finding, Notebook, Selection
from promote.read import NotebookError, is_notebook, parse, relative
from promote.select import names
from promote.values import dataclass
from promote.vocabulary import layers

VARIABLE = "WORKBENCH_PROJECT"
_HINT = "Change into a project, name one with --project DIR, or make one with `workbench new DIR`."


@dataclass(frozen=True, slots=True)
class Project:
    """A data project: the folder of its pyproject.toml, its Python package, its notebooks in sorted order."""

    root: Path
    package: str
    notebooks: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a NAME is made: notebook (relative to the project), layer, first cell."""

    notebook: str
    layer: str
    position: int


def find(start: Path | None = None, *, named: Path | None = None) -> Project:
    """Find the project.

    Args:
        start: Where to look, and in the folders above; the working directory where it is None.
        named: The project's own folder, where the person named it; else `WORKBENCH_PROJECT` may.

    Raises:
        UsageError: There is no project there.
        UserError: Its pyproject.toml cannot be read, or names no package.
    """
    if named is None and start is None and os.environ.get(VARIABLE):
        named = Path(os.environ[VARIABLE])
    if named is not None:
        table = _table(named)
        if table is None:
            raise UsageError(
                "The folder named is no data project: its pyproject.toml has no [tool.workbench].", hint=_HINT
            )
        return _project(named.resolve(), table)
    here = (start or Path()).resolve()
    for folder in (here, *here.parents):
        table = _table(folder)
        if table is not None:
            return _project(folder, table)
    raise UsageError("No data project was found here or in any folder above.", hint=_HINT)


def index(project: Project, known: Mapping[str, Notebook] | None = None) -> Mapping[str, tuple[Place, ...]]:
    """Give every NAME of the project with the places that make it.

    Args:
        project: Whose notebooks to look at. One that cannot be read is passed over: it is told when it is promoted.
        known: Notebooks that were read already, by path; they need not be read again.
    """
    found: dict[str, list[Place]] = {}
    notebooks = dict(known or {})
    for path in project.notebooks:
        notebook = _read(path, project, notebooks)
        if notebook is not None:
            notebooks[notebook.path] = notebook
    for shown, notebook in sorted(notebooks.items()):
        for layer, name, position in names(notebook):
            found.setdefault(name, []).append(Place(shown, layer, position))
    return {name: tuple(places) for name, places in sorted(found.items())}


def clashes(places: Mapping[str, tuple[Place, ...]], selections: Iterable[Selection]) -> tuple[Finding, ...]:
    """Tell every step of these notebooks whose NAME another notebook makes too, naming both."""
    findings: list[Finding] = []
    for selection in selections:
        for step in selection.steps:
            others = [place for place in places.get(step.name, ()) if place.notebook != selection.notebook.path]
            if others:
                where = ", ".join(f"{place.notebook} (cell {place.position})" for place in others)
                message = f"{step.name} is made in another notebook too: {where}."
                at = selection.notebook.at(step.cells[0], tag=step.tag)
                findings.append(Finding("PR206", "error", message, at, "Give one of the two another name."))
    return tuple(findings)


def _read(path: Path, project: Project, known: Mapping[str, Notebook]) -> Notebook | None:
    """Read a notebook that may hold a step, None where it cannot: a look at the bytes spares most of the work."""
    try:
        shown = relative(path, project.root)
        raw = b"" if shown in known else path.read_bytes()
        return parse(raw, shown) if any(layer.encode() in raw for layer in layers()) else None
    except (OSError, NotebookError):
        return None


def _table(folder: Path) -> dict[str, Any] | None:
    file = folder / "pyproject.toml"
    try:
        with file.open("rb") as stream:
            content = tomllib.load(stream)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"The file is not valid TOML: {error}.", location=str(file)) from None
    except OSError as error:
        raise UserError(f"The file cannot be read: {error.strerror}.", location=str(file)) from None
    tool = content.get("tool")
    table = tool.get("workbench") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _project(root: Path, table: Mapping[str, Any]) -> Project:
    package = table.get("package")
    if not isinstance(package, str) or not all(part.isidentifier() for part in package.split(".")):
        hint = 'Write package = "NAME" under [tool.workbench], with the name of the folder under src.'
        raise UserError("The project names no Python package.", hint=hint, location="pyproject.toml")
    return Project(root, package, tuple(_notebooks(root / "notebooks")))


def _notebooks(folder: Path) -> list[Path]:
    """Give all notebooks under a folder; hidden folders, such as Jupyter's checkpoints, are passed over."""
    found: list[Path] = []
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        shown = (Path(base, name) for name in files if name.endswith((".ipynb", ".py")) and not name.startswith("."))
        found += [path for path in shown if is_notebook(path)]
    return sorted(found)
