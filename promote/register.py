"""Which notebook of a project makes which NAME: a NAME is unique, whatever notebook it is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from platform_core.hints import StrPath
from platform_core.values import dataclass
from promote.model import Finding, Notebook, Selection
from promote.notebook.read import NotebookError, bytes_in, parse, relative
from promote.project import Project
from promote.selection.select import names
from promote.vocabulary import layers

Rows = Mapping[str, Sequence[tuple[str, str, int]]]  # by notebook: layer, name and first cell of all that it makes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a NAME is made: notebook (relative to the project), layer, first cell."""

    notebook: str
    layer: str
    position: int


def rows(project: Project, known: Mapping[str, Notebook] | None = None) -> Rows:
    """Give what every notebook of the project makes; notebooks that make nothing are left out.

    Args:
        project: Whose notebooks to look at. One that cannot be read is passed over: it is told when it is promoted.
        known: Notebooks that were read already, by path; they need not be read again.
    """
    notebooks = dict(known or {})
    for path in project.files:
        notebook = _read(path, project.folder, notebooks)
        if notebook is not None:
            notebooks[notebook.path] = notebook
    return {shown: made for shown, notebook in sorted(notebooks.items()) if (made := names(notebook))}


def places(rows: Rows) -> Mapping[str, tuple[Place, ...]]:
    """Give every NAME with the places that make it."""
    found: dict[str, list[Place]] = {}
    for shown, made in sorted(rows.items()):
        for layer, name, position in made:
            found.setdefault(name, []).append(Place(shown, layer, position))
    return {name: tuple(places) for name, places in sorted(found.items())}


def made_in(path: StrPath, root: StrPath) -> Sequence[tuple[str, str, int]]:
    """Give layer, name and first cell of all that one notebook makes; nothing where it cannot be read."""
    notebook = _read(path, root, {})
    return () if notebook is None else names(notebook)


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


def _read(path: StrPath, root: StrPath, known: Mapping[str, Notebook]) -> Notebook | None:
    """Read a notebook that may hold a step, None where it cannot: a look at the bytes spares most of the work."""
    try:
        shown = relative(path, root)
        raw = b"" if shown in known else bytes_in(path)
        return parse(raw, shown) if any(layer.encode() in raw for layer in layers()) else None
    except (OSError, NotebookError):
        return None
