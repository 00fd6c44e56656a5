"""Everything in a project that names an asset, gathered, and notebooks with these places changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from platform_core.errors import UserError
from platform_core.values import dataclass, field
from promote.merge.cell_edits import UnplacedError
from promote.model import Location, Notebook
from promote.notebook.pair import pair_of
from promote.project import Project
from promote.steps import bytes_of, text_of
from workbench.lifecycle.mentions import python_uses, text_uses, with_python
from workbench.lifecycle.notebooks import changed, notebook_uses, read_raw
from workbench.lifecycle.settings import settings_uses, texts
from workbench.lifecycle.uses import EDITED, Use
from workbench.lifecycle.values import Edited, Subject


@dataclass(frozen=True, slots=True)
class Gathered:
    """The uses of an asset: in notebooks by path, in the configuration, in hand-written Python, in other texts."""

    notebooks: dict[str, tuple[bytes, Notebook, tuple[Use, ...]]] = field(default_factory=dict)
    settings: tuple[Use, ...] = ()
    python: tuple[Use, ...] = ()
    texts: tuple[Use, ...] = ()

    @property
    def every(self) -> Iterator[Use]:
        """All uses."""
        for _, _, uses in self.notebooks.values():
            yield from uses
        yield from (*self.settings, *self.python, *self.texts)


def gather(project: Project, asset: Subject) -> Gathered:
    """Look for every use of an asset."""
    found: dict[str, tuple[bytes, Notebook, tuple[Use, ...]]] = {}
    unread: list[Use] = []
    for path in with_pairs(project):
        shown = path.relative_to(project.root).as_posix()
        read = read_raw(path, shown)
        if read is None and asset.name.encode() in (bytes_of(path) or b""):
            hint = "The notebook cannot be read: `promote --check` says why. Put it right first."
            unread.append(Use("unclear", Location(shown), asset.name, hint))
        if read is None or asset.name.encode() not in read[0]:
            continue
        makes = bool(asset.notebook) and shown.rpartition(".")[0] == asset.notebook.rpartition(".")[0]
        uses = tuple(notebook_uses(read[1], asset.name, asset.layer, makes=makes))
        if uses:
            found[shown] = (*read, uses)
    settings = [use for path, text in texts(project.root).items() for use in settings_uses(path, text, asset.name)]
    python = python_uses(project, asset.name, asset.layer)
    return Gathered(found, tuple(settings), tuple(python), (*unread, *text_uses(project, asset.name)))


def with_pairs(project: Project) -> list[Path]:
    """Give the notebooks of a project with the scripts that they are paired with."""
    pairs = (pair_of(path) for path in project.notebooks)
    return sorted({*project.notebooks, *(path for path in pairs if path is not None)})


def notebook_changes(found: Gathered, kinds: frozenset[str], to: Callable[[Use], str]) -> dict[str, bytes]:
    """Give the contents of the notebooks whose uses of these kinds are changed to what `to` gives.

    Raises:
        UserError: A file keeps a place in a form that it cannot be changed in.
    """
    made: dict[str, bytes] = {}
    for path, (raw, notebook, uses) in found.notebooks.items():
        chosen = [use for use in uses if use.kind in kinds]
        if chosen:
            try:
                made[path] = changed(raw, path, notebook, chosen, to)
            except (ValueError, LookupError, UnplacedError):
                hint = "Change the asset's name in it by hand, and run the command again."
                said = "The notebook keeps a tag or a line in a form that cannot be edited."
                raise UserError(said, hint=hint, location=path) from None
    return made


def python_changes(project: Project, found: Gathered, to: Callable[[Use], str]) -> dict[str, bytes]:
    """Give the contents of hand-written modules and tests whose editable uses are changed."""
    by_path: dict[str, list[Use]] = {}
    for use in found.python:
        if use.kind in EDITED:
            by_path.setdefault(use.at.path, []).append(use)
    made: dict[str, bytes] = {}
    for path, uses in by_path.items():
        text = text_of(project.root / path) or ""
        content = with_python(text, uses, {id(use): to(use) for use in uses})
        made[path] = content.encode("utf-8", "surrogateescape")
    return made


def edited(uses: Sequence[Use], to: Callable[[Use], str]) -> list[Edited]:
    """Say what is changed, place by place."""
    return [Edited(use.at, use.said, use.old, to(use)) for use in uses]
