"""The generated files of a run whose edits belong in notebooks: modules, and the helpers that steps share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from platform_core.values import dataclass
from promote.evidence import Evidence, evidence_path, read_evidence
from promote.hashing import body_hash
from promote.merge.base import base_of, earlier_of
from promote.merge.parts import parts
from promote.model import Finding, Location, Plan
from promote.prepare import Standing
from promote.render.header import hashes_of, without_header
from promote.render.helpers import render_helpers
from promote.render.kinds import Kinds, observed_kinds
from promote.render.module import beside
from promote.render.names import module_path
from promote.render.source_map import Placed, placed, placed_helpers
from promote.steps import Steps, text_of


@dataclass(frozen=True, slots=True)
class Editable:
    """A generated file: as the notebook renders it, as it lies on disk, as it was promoted (None: nobody knows).

    `map_` says which of its rendered lines came from where; `tag` names the step, the first of those that share it.
    """

    path: str
    tag: str
    notebook: str
    rendered: str
    disk: str
    base: str | None
    map_: tuple[Placed, ...]
    kinds: Kinds | None

    @property
    def edited(self) -> bool:
        """Whether a person edited it; where nobody knows what it was, it counts as edited."""
        return self.base is None or body_hash(without_header(self.base)) != body_hash(without_header(self.disk))


def editable(work: Steps, tag: str, kinds: Kinds | None = None) -> list[Editable]:
    """Give the files of a step that are on disk and can be pulled, as a model of dbt cannot.

    The module is rendered with these kinds, else with those last seen.
    """
    stand = work.stands[tag]
    if stand.plan.model is not None or stand.module is None or hashes_of(stand.module) is None:
        return []
    plan, root = stand.plan, work.project.root
    last = read_evidence(root, evidence_path(plan))
    kinds = kinds or last_kinds(plan, last, stand.kinds)
    rendered = work.module(stand, kinds).text
    path = module_path(plan, work.project.package)
    base = base_of(root, path, evidence_path(plan), stand.module, rendered)
    found = [Editable(path, tag, plan.notebook, rendered, stand.module, base, placed(plan, rendered), kinds)]
    for file in render_helpers(plan, work.project.package):
        disk = text_of(root / file.path)
        if disk is not None:
            known = last.files.get(file.path, "") if last else ""
            before = earlier_of(root, file.path, known, file.text)
            map_ = placed_helpers(plan, file.text)
            found.append(Editable(file.path, tag, plan.notebook, file.text, disk, before, map_, None))
    return found


def all_editable(work: Steps, tags: Sequence[str], kinds: Mapping[str, Kinds]) -> list[Editable]:
    """Give the files of several steps, each file once."""
    found: dict[str, Editable] = {}
    for tag in tags:
        for one in editable(work, tag, kinds.get(tag)):
            found.setdefault(one.path, one)
    return list(found.values())


def edited_beside(work: Steps, stand: Standing) -> list[Finding]:
    """Tell the helpers that a step shares, or the files beside a model, that a person edited, unlike the notebook."""
    found: list[Finding] = []
    for file in beside(stand.plan, work.project.package):
        disk = text_of(work.project.root / file.path)
        known = stand.last.files.get(file.path) if stand.last else None
        if disk is not None and known is not None and body_hash(disk) not in (known, body_hash(file.text)):
            said = f"The helpers that {stand.plan.step.tag} shares were edited by hand."
            hint = f"`promote --pull {stand.plan.notebook}` writes the edit into the notebook; --force overwrites it."
            if stand.plan.model is not None:
                said = f"A file that was generated for {stand.plan.step.tag} was edited by hand."
                hint = "Say it in the step's options, or in a file of your own; --force overwrites it."
            found.append(Finding("PR602", "error", said, Location(file.path, line=1), hint))
    return found


def agrees(work: Steps, stand: Standing) -> bool:
    """Whether an edited module is what the notebook gives too, so that to overwrite it would lose nothing."""
    if stand.module is None:
        return False
    if stand.plan.model is not None:
        return work.module(stand, verified=True).text == stand.module
    rendered = work.module(stand, last_kinds(stand.plan, stand.last, stand.kinds)).text
    try:
        return parts(rendered).essence == parts(stand.module).essence
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def last_kinds(plan: Plan, last: Evidence | None, guessed: Kinds) -> Kinds:
    """Give the kinds that a run has shown of a step, of an earlier version of it too; guesses where none has."""
    if last is None or last.kinds is None:
        return guessed
    seen = observed_kinds(plan, last.kinds[0], last.kinds[1])
    inputs = {name: kind if kind != "unknown" else guessed.inputs[name] for name, kind in seen.inputs.items()}
    return Kinds(inputs, seen.output, guessed=False)
