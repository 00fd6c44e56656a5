"""Modules of helpers on disk: who else uses one that is about to change, and which nobody uses any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from platform_core.places import step_header
from promote.dataflow.shared import helpers_name
from promote.model import Finding, Location, Plan
from promote.prepare import Prepared, Standing
from promote.project import Project
from promote.render.helpers import helpers_folder, is_helpers_of, render_helpers
from promote.steps import text_of


def left_behind(project: Project, stands: Iterable[Standing], stale: Sequence[str]) -> list[Finding]:
    """Tell the promoted steps that a change of the helpers would change without their being promoted again."""
    found: list[Finding] = []
    told: set[str] = set()
    taking_part = {stand.plan.step.tag for stand in stands}
    for stand in stands:
        if stand.plan.step.tag not in stale:
            continue
        for file in render_helpers(stand.plan, project.package):
            before = text_of(project.root / file.path)
            if before is None or before == file.text or file.path in told:
                continue
            told.add(file.path)
            if not is_helpers_of(before, stand.plan.notebook):
                said = f"{file.path} was not written by promote for this notebook."
                found.append(Finding("PR401", "error", said, Location(file.path, line=1), "Move that module away."))
                continue
            users = sorted(set(_users(project, stand.plan)) - taking_part)
            if users:
                said = f"{', '.join(users)} uses definitions that would change with {stand.plan.step.tag}."
                hint = f"Promote them together: `promote {stand.plan.notebook}`."
                found.append(Finding("PR403", "error", said, Location(file.path, line=1), hint))
    return found


def unused(project: Project, prepared: Iterable[Prepared]) -> list[str]:
    """Give the modules of helpers, by path, that no step of their notebook shares any more."""
    found: list[str] = []
    for one in prepared:
        if any(p.helpers is not None for p in one.plans):
            continue
        path = f"{helpers_folder(project.package)}/{helpers_name(one.notebook.path)}.py"
        text = text_of(project.root / path)
        if text is not None and is_helpers_of(text, one.notebook.path):
            found.append(path)
    return found


def _users(project: Project, plan: Plan) -> list[str]:
    """The steps of the notebook whose modules on disk import its helpers."""
    imported = f"from {project.package}.helpers.{helpers_name(plan.notebook)} import "
    found: list[str] = []
    for path in sorted((project.root / f"src/{project.package.replace('.', '/')}/defs").glob("*/*.py")):
        text = text_of(path) or ""
        step = step_header().search(text)
        if step is not None and imported in text:
            found.append(f"{step[2]}:{step[3]}")
    return found
