"""What a check says of promoted steps that no notebook has any more: gone, or moved to another name."""

from __future__ import annotations

from collections.abc import Sequence

from platform_core.hints import StrPath
from platform_core.values import replace
from promote.findings import order
from promote.merge import moves, orphans
from promote.merge.changed import Changed
from promote.merge.left_over import Rows
from promote.outcome import Outcome, Settings
from promote.prepare import Prepared, prepare
from promote.project import Project
from promote.render.names import module_path


def with_orphans(
    project: Project,
    notebooks: Sequence[StrPath],
    settings: Settings,
    outcome: Outcome,
    rows: Rows,
    only: Changed | None,
) -> Outcome:
    """Add the orphans to what a check found; one that holds what a new step holds is offered as a move.

    Args:
        project: The project.
        notebooks: The notebooks that the person named, none for all.
        settings: What the person asked for.
        outcome: What was found so far.
        rows: What every notebook makes.
        only: What differs from a git revision, where only that is wanted.
    """
    found = orphans.of_notebooks(orphans.orphans(project, rows), project, notebooks)
    if only is not None:
        shown = {path.relative_to(project.root).as_posix() for path in only.notebooks} | only.gone
        found = [one for one in found if (one.layer, one.name) in only.touched or one.notebook in shown]
    prepared = _new(project, settings, outcome) if found else []
    names = {one.notebook.path: one.notebook for one in prepared}
    new = {step.tag for step in outcome.steps if step.drift == "new"}
    offered = moves.moves(project.root, found, (p for one in prepared for p in one.plans if p.step.tag in new))
    moved = {move.old.tag for move in offered}
    replaced = {module_path(move.plan, project.package) for move in offered}
    findings = [f for f in outcome.findings if f.code != "PR604" or f.location.path not in replaced]
    findings += [orphans.finding(one) for one in found if one.tag not in moved]
    findings += [moves.finding(move, names[move.plan.notebook]) for move in offered]
    now = {move.plan.step.tag for move in offered}
    steps = [replace(step, drift="renamed") if step.tag in now else step for step in outcome.steps]
    steps += [
        replace(orphans.outcome(one), drift="renamed") if one.tag in moved else orphans.outcome(one) for one in found
    ]
    code = 1 if any(finding.severity == "error" for finding in findings) else outcome.exit_code
    ordered = tuple(sorted(steps, key=lambda step: (step.notebook, step.tag)))
    return Outcome(tuple(sorted(findings, key=order)), ordered, code)


def _new(project: Project, settings: Settings, outcome: Outcome) -> list[Prepared]:
    """Plan the notebooks that have steps which were never promoted."""
    names = sorted({step.notebook for step in outcome.steps if step.drift == "new"})
    if not names:
        return []
    return prepare(project, [project.root / name for name in names], (), include_needed=settings.include_needed)[0]
