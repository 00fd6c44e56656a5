"""What a rename or a retirement is about, and what came of it."""

from __future__ import annotations

from platform_core.errors import UsageError, UserError
from platform_core.places import step_header
from platform_core.suggest import meant
from platform_core.values import dataclass
from promote.merge.left_over import left_over
from promote.model import Finding, Location
from promote.project import Project
from promote.register import Rows, places
from promote.steps import promoted_path, text_of
from promote.vocabulary import layers, nearest


@dataclass(frozen=True, slots=True)
class Subject:
    """An asset: its name and layer, and the notebook that makes it, empty where none does any more."""

    name: str
    layer: str
    notebook: str = ""

    @property
    def tag(self) -> str:
        """The tag of its step."""
        return f"{self.layer}:{self.name}"


@dataclass(frozen=True, slots=True)
class Edited:
    """One place that is changed: where, in which words, from what to what."""

    at: Location
    said: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be done, or was done.

    `done` is true where it was written. `files` are paths that are written and `gone` those that are removed; `data`
    are sentences about the lake, `notes` about everything else, each with a topic.
    """

    command: str
    title: str
    dry_run: bool
    done: bool
    exit_code: int
    edits: tuple[Edited, ...] = ()
    files: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()


def subject(project: Project, rows: Rows, named: str) -> Subject | None:
    """Find an asset by its name or its tag; None where no notebook makes it and nothing was made of it.

    Raises:
        UserError: Two notebooks make it.
    """
    layer, colon, name = named.rpartition(":")
    found = [place for place in places(rows).get(name, ()) if not colon or place.layer == layer]
    # a notebook and the script that it is paired with are one
    stems = {place.notebook.rpartition(".")[0] for place in found}
    if len(stems) > 1:
        where = " and ".join(sorted(place.notebook for place in found))
        raise UserError(f"{name} is made in {where}, so nobody can tell which is meant.", hint="Rename one by hand.")
    if found:
        chosen = min(found, key=lambda place: not place.notebook.endswith(".ipynb"))
        return Subject(name, chosen.layer, chosen.notebook)
    gone = [a for a, b in left_over(project, rows) if b == name and a in layers() and (not colon or a == layer)]
    made = [layer for layer in gone if _was_promoted(project, layer, name)]
    return Subject(name, made[0]) if made else None


def _was_promoted(project: Project, layer: str, name: str) -> bool:
    """Whether files of that name come from a promotion; a module of a person's own is none."""
    module = text_of(project.root / promoted_path(project, layer, name)) or ""
    return (project.root / f"evidence/{layer}/{name}.json").exists() or step_header().search(module) is not None


def unknown(project: Project, rows: Rows, named: str) -> UsageError:
    """Give the error for a name that no asset has."""
    near = nearest(named.rpartition(":")[2], [name for each in rows.values() for _, name, _ in each])
    hint = meant(near) if near else "`dg list defs` shows the assets of the project."
    return UsageError(f"No notebook of the project makes {named!a}.", hint=hint)
