"""Assurance in `promote --check`: every promoted step has the record that the project's level asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from platform_core.values import dataclass, replace
from promote.assurance.assumptions import Assumption, assumptions
from promote.assurance.record import LEVELS, Record, parse, record_path, same_person, what
from promote.assurance.standing import Lack, approved_by, lacks
from promote.findings import order
from promote.merge.git import last_authors
from promote.model import Finding, Location
from promote.notebook.read import NotebookError, read
from promote.outcome import FINDINGS, Outcome, StepOutcome
from promote.project import Project
from promote.selection.select import select
from promote.steps import promoted_path, text_of


@dataclass(frozen=True, slots=True)
class Stand:
    """A promoted step with its record, what a record made now would be of and would say, and what is lacking."""

    tag: str
    notebook: str
    record: Record | None
    now: Mapping[str, Any]
    assumptions: tuple[Assumption, ...]
    verified: bool
    lacks: tuple[Lack, ...]


def with_assurance(project: Project, outcome: Outcome) -> Outcome:
    """Add to a check what the assurance of its steps lacks; steps that are out of step are told of that alone."""
    stands = standing(project, [step for step in outcome.steps if step.status in {"unchanged", "unverified"}])
    found = [
        Finding(one.code, one.severity, one.said, _place(project, stand), one.hint)
        for stand in stands
        for one in stand.lacks
    ]
    if project.assurance == LEVELS[2]:
        found += _by_git(project, stands)
    code = FINDINGS if any(one.severity == "error" for one in found) else outcome.exit_code
    return replace(outcome, findings=tuple(sorted([*outcome.findings, *found], key=order)), exit_code=code)


def standing(project: Project, steps: Sequence[StepOutcome]) -> list[Stand]:
    """Say how the assurance of promoted steps stands."""

    @cache
    def said(notebook: str) -> dict[str, tuple[Assumption, ...]]:
        try:
            found = select(read(project.root / notebook, project.root))
        except NotebookError:
            return {}
        return {step.tag: assumptions(found.notebook, step) for step in found.steps}

    return [_stand(project, step, said(step.notebook).get(step.tag, ())) for step in steps]


def _stand(project: Project, step: StepOutcome, told: tuple[Assumption, ...]) -> Stand:
    layer, _, name = step.tag.partition(":")
    evidence = _json(project.root / f"evidence/{layer}/{name}.json")
    module = text_of(project.root / promoted_path(project, layer, name)) or ""
    text = text_of(project.root / record_path(step.tag))
    record = parse(text) if text is not None else None
    now = what(evidence, module)
    if text is not None and record is None:
        hint = f"Restore it with `git restore`, or make it anew: `workbench assure {step.tag}`."
        found = [Lack("PR901", "error", f"The record of {step.tag} is not what `workbench assure` writes.", hint)]
    else:
        found = lacks(project.assurance or LEVELS[0], step.tag, step.notebook, record, now, told)
    return Stand(step.tag, step.notebook, record, now, told, evidence.get("verified") is True, tuple(found))


def _by_git(project: Project, stands: Sequence[Stand]) -> list[Finding]:
    """Compare with who committed: a hint, since squashing, pairing and other names make it wrong both ways."""
    found: list[Finding] = []
    approved = [(stand, stand.record) for stand in stands if stand.record is not None and not stand.lacks]
    paths = {path for stand, _ in approved for path in (stand.notebook, record_path(stand.tag))}
    authors = last_authors(project.root, sorted(paths))
    for stand, record in approved:
        others = [one for one in approved_by(record) if not same_person(one, record.analyst)]
        writer, signer = authors.get(stand.notebook), authors.get(record_path(stand.tag))
        hint = "Look whether these are two people; git may know one person by two names."
        if writer is not None and any(same_person(one, writer) for one in others):
            said = f"By git, who approved {stand.tag} also made the last change of its notebook."
            found.append(Finding("PR906", "warning", said, _place(project, stand), hint))
        if signer is not None and not any(same_person(one, signer) for one in others):
            said = f"By git, the record of {stand.tag} was last committed by somebody who has not approved it."
            found.append(Finding("PR906", "warning", said, _place(project, stand), hint))
    return found


def _place(project: Project, stand: Stand) -> Location:
    path = record_path(stand.tag)
    if (project.root / path).exists():
        return Location(path, line=1)
    layer, _, name = stand.tag.partition(":")
    return Location(f"evidence/{layer}/{name}.json", line=1)


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
