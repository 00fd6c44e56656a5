"""Orphans: promoted steps that no notebook has any more. Their files stay until somebody prunes or moves them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from platform_core.hints import Literal, StrPath
from platform_core.places import step_header
from platform_core.values import dataclass
from promote.evidence import Evidence, read_evidence
from promote.hashing import body_hash
from promote.merge.left_over import Rows, left_over
from promote.model import Finding, Location
from promote.notebook.read import NotebookError, read
from promote.outcome import StepOutcome
from promote.project import Project
from promote.render.header import hashes_of, without_header
from promote.steps import promoted_path, text_of


@dataclass(frozen=True, slots=True)
class Orphan:
    """A promoted step without a notebook: its files, as far as they are there, and what is gone."""

    layer: str
    name: str
    notebook: str
    gone: Literal["step", "notebook"]
    module: str  # its path, empty where there is none
    evidence: str
    last: Evidence | None

    @property
    def tag(self) -> str:
        """The tag that the step had."""
        return f"{self.layer}:{self.name}"

    @property
    def paths(self) -> tuple[str, ...]:
        """Its module and its evidence, those that are there."""
        return tuple(path for path in (self.module, self.evidence) if path)


def orphans(project: Project, rows: Rows) -> list[Orphan]:
    """Give every orphan of a project. A step of a notebook that cannot be read is none: nobody can tell.

    Args:
        project: Where to look.
        rows: What every notebook of it makes.
    """
    unreadable: dict[str, bool] = {}
    found: list[Orphan] = []
    for layer, name in left_over(project, rows):
        one = _orphan(project, layer, name)
        if one is None:
            continue
        if one.notebook not in unreadable:
            unreadable[one.notebook] = _is_unreadable(project, one.notebook)
        if not unreadable[one.notebook]:
            found.append(one)
    return found


def finding(one: Orphan) -> Finding:
    """Say that a step is gone from its notebook, or with it."""
    at = Location(one.paths[0], line=1)
    if one.gone == "notebook":
        said = f"{one.tag} was promoted from {one.notebook}, which is gone."
        hint = "Restore the notebook with `git restore`, or remove what was made of it: `promote --prune`."
        return Finding("PR612", "error", said, at, hint)
    said = f"{one.tag} was promoted, and {one.notebook} has no such step any more."
    hint = f"Tag its cells again, or remove its files: `promote --prune {one.notebook}`."
    return Finding("PR611", "error", said, at, hint)


def outcome(one: Orphan) -> StepOutcome:
    """Give an orphan as a check shows it."""
    return StepOutcome(one.tag, one.notebook, "orphan", one.paths, drift=f"{one.gone} gone")


def is_edited(project: Project, one: Orphan) -> bool:
    """Whether a person edited the orphan's module since it was promoted."""
    text = text_of(project.root / one.module) if one.module else None
    if text is None:
        return False
    header = hashes_of(text)
    return header is None or body_hash(without_header(text)) != header[1]


def of_notebooks(found: Sequence[Orphan], project: Project, notebooks: Sequence[StrPath]) -> list[Orphan]:
    """Give the orphans of these notebooks, which may themselves be gone; all of them where none is named."""
    named = {_shown(Path(path), project.root) for path in notebooks}
    return [one for one in found if not named or one.notebook in named]


def _orphan(project: Project, layer: str, name: str) -> Orphan | None:
    evidence = f"evidence/{layer}/{name}.json"
    last = read_evidence(project.root, evidence)
    module = promoted_path(project, layer, name)
    header = step_header().search((text_of(project.root / module) if module else None) or "")
    ours = header is not None and (header[2], header[3]) == (layer, name)
    notebook = last.notebook if last and last.notebook else header[1] if header and ours else ""
    if not notebook:
        return None
    gone: Literal["step", "notebook"] = "step" if (project.root / notebook).exists() else "notebook"
    return Orphan(layer, name, notebook, gone, module if ours else "", evidence if last else "", last)


def _is_unreadable(project: Project, notebook: str) -> bool:
    path = project.root / notebook
    if not path.exists():
        return False
    try:
        read(path, project.root)
    except NotebookError:
        return True
    return False


def _shown(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return path.as_posix()
