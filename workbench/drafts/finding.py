"""Which steps of a project's notebooks are tagged and not promoted, and what their assets will be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promote.ipython.queries import runnable
from promote.model import Notebook, Options, Plan
from promote.prepare import Prepared, prepare
from promote.project import Project
from promote.render.module import summary
from promote.render.names import module_path
from promote.verify.values import Capture


@dataclass(frozen=True, slots=True)
class DraftStep:
    """A step as the asset it will be: its key, layer and inputs are those that promotion will give it."""

    capture: Capture
    layer: str
    inputs: tuple[str, ...]
    description: str
    code_version: str
    options: Options
    parameter: str | None

    @property
    def name(self) -> str:
        """The asset's key."""
        return self.capture.name


@dataclass(frozen=True, slots=True)
class Draft:
    """A notebook with the steps of it that one run makes: all of them, or those of one way to cut them in parts."""

    path: str
    notebook: Notebook
    steps: tuple[DraftStep, ...]

    @property
    def partitions(self) -> Mapping[str, Any] | None:
        """How the steps are cut into partitions."""
        found: Mapping[str, Any] | None = self.steps[0].options.get("partitions")
        return found


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of a project, and in a sentence each why some steps cannot be one."""

    drafts: tuple[Draft, ...]
    left: tuple[str, ...]


def find_drafts(project: Project) -> Drafts:
    """Look at every notebook of a project for steps that have no module yet; nothing is run.

    A step that promotion would refuse for what it reads from other cells can still be a draft, as its notebook runs
    whole; one whose output cannot be told cannot.
    """
    prepared, findings, _ = prepare(project, project.notebooks, (), include_needed=True)
    drafts = [draft for one in prepared for draft in _drafts(project, one)]
    known = {step.name for draft in drafts for step in draft.steps}
    left = [
        f"{finding.location.path}: {finding.code} {finding.message}"
        for finding in findings
        if finding.severity == "error" and (finding.location.tag or "").partition(":")[2] not in known
    ]
    return Drafts(tuple(drafts), tuple(dict.fromkeys(left)))


def _drafts(project: Project, prepared: Prepared) -> list[Draft]:
    wanted = [plan for plan in prepared.plans if not (project.root / module_path(plan, project.package)).exists()]
    groups: dict[str, list[DraftStep]] = {}
    for plan in wanted:
        groups.setdefault(repr(plan.step.options.get("partitions")), []).append(_step(plan))
    notebook = runnable(prepared.selection) if groups else prepared.notebook
    return [Draft(prepared.notebook.path, notebook, tuple(steps)) for steps in groups.values()]


def _step(plan: Plan) -> DraftStep:
    step = plan.step
    return DraftStep(
        Capture(step.tag, step.name, plan.function.output, step.cells[-1]),
        step.layer,
        tuple(dict.fromkeys([*(given.asset for given in plan.function.inputs), *_deps(step.options.get("deps"))])),
        summary(plan),
        plan.code_version,
        step.options,
        plan.partition_parameter,
    )


def _deps(value: object) -> Sequence[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list | tuple) else []
