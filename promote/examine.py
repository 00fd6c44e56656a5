"""Check notebooks by looking at all of each: how every step stands to its files. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from platform_core.hints import StrPath
from platform_core.values import dataclass
from promote.evidence import evidence_of, evidence_path
from promote.model import Plan
from promote.outcome import FINDINGS, FINE, Outcome, Settings, Status, StepOutcome
from promote.prepare import Standing, is_governed, prepare, standing
from promote.project import Project
from promote.register import Rows, places
from promote.render.names import module_path
from promote.steps import Steps, code_versions, promoted_versions
from promote.vocabulary import layers

_DRIFTS = {
    "PR601": "notebook",
    "PR602": "files",
    "PR605": "unverified",
    "PR606": "evidence",
    "PR614": "tool",
}  # of a step whose module says what the notebook says


@dataclass(frozen=True, slots=True)
class Examined:
    """What a check that looked at everything found, and all that it looked at.

    By notebook: its plans, the files of the project that were read for it, and the assets that it reads from other
    notebooks, with their code versions as used and as they stand on disk. `versions` are those of the planned assets.
    """

    outcome: Outcome
    rows: Rows
    plans: Mapping[str, tuple[Plan, ...]]
    files: Mapping[str, tuple[str, ...]]
    needs: Mapping[str, Mapping[str, tuple[str, str]]]
    versions: Mapping[str, str]


def examine(
    project: Project,
    notebooks: Sequence[StrPath],
    settings: Settings,
    known: Rows | None = None,
    versions: Mapping[str, str] | None = None,
) -> Examined:
    """Check notebooks, all of each.

    Args:
        project: The project they belong to.
        notebooks: Their paths.
        settings: What the person asked for.
        known: What every notebook of the project makes, where that is known.
        versions: Code versions of assets of other notebooks, where they differ from those of their evidence.
    """
    prepared, findings, rows = prepare(
        project, notebooks, settings.select, include_needed=settings.include_needed, known=known
    )
    on_disk = promoted_versions(project)
    current = code_versions(prepared, on_disk, versions or {})
    stands = standing(project, prepared, current)
    twice = {name for name, each in places(rows).items() if len({place.notebook for place in each}) > 1}
    outcome = _said(Steps(project, settings, prepared, stands, current, findings), twice)
    files: dict[str, tuple[str, ...]] = {}
    needs: dict[str, dict[str, tuple[str, str]]] = {}
    for one in prepared:
        shown = one.notebook.path
        needs[shown] = {a: (current[a], on_disk(a)) for a in sorted(one.loaded)}
        upstream = [f"evidence/{layer}/{asset}.json" for asset in needs[shown] for layer in layers()]
        if is_governed(project, one.plans):
            from promote.policy import files_behind  # noqa: PLC0415 - a project without policies does not pay for them

            upstream += files_behind(project, one.loaded)
        models = [plan for plan in one.plans if plan.model is not None]
        if models:
            from promote.dbt.reading import looked_at  # noqa: PLC0415 - few projects have any

            upstream += [path for plan in models for path in looked_at(project.root, plan, layers())]
        upstream += map(evidence_of, one.refused)  # it may allow what was refused
        files[shown] = tuple(dict.fromkeys([*upstream, *_files(project, [stands[p.step.tag] for p in one.plans])]))
    planned = {p.step.name: p.code_version for one in prepared for p in one.plans}
    return Examined(outcome, rows, {p.notebook.path: p.plans for p in prepared}, files, needs, planned)


def _said(work: Steps, twice: Collection[str]) -> Outcome:
    """Say how every step stands. Of one that two notebooks make (`twice`) nobody can tell, whichever is looked at."""
    steps = [StepOutcome(tag, one.notebook.path, "refused") for one in work.prepared for tag in one.refused]
    plans = [plan for one in work.prepared for plan in one.plans]
    steps += [StepOutcome(plan.step.tag, plan.notebook, "refused") for plan in plans if plan.step.name in twice]
    if any(stand.evidence and stand.evidence.facts for stand in work.stands.values()):
        from promote.personal import told_of_evidence  # noqa: PLC0415 - only a run tells of columns

        work.findings += told_of_evidence(work)
    for tag, stand in work.stands.items():
        if stand.plan.step.name in twice:
            continue
        told = work.drift_of(stand)
        if stand.drift.finding is not None and stand.module is not None:
            from promote.merge.pinpoint import pinpointed  # noqa: PLC0415 - what stands as it was is not looked into

            told = [pinpointed(work, stand, finding) for finding in told]
        work.findings += told
        status: Status = "drift" if any(f.code != "PR605" for f in told) else "unverified" if told else "unchanged"
        diff = work.diff([work.module(stand)]) if work.settings.diff else ""
        rows = stand.evidence.facts.output.rows if stand.evidence and stand.evidence.facts else None
        drift = stand.drift.state if stand.drift.state != "same" else _DRIFTS[told[0].code] if told else ""
        steps.append(StepOutcome(tag, stand.plan.notebook, status, (), diff, "", rows, drift))
    return work.outcome(steps, FINDINGS if work.errors() else FINE)


def _files(project: Project, stands: Sequence[Standing]) -> list[str]:
    """Give the files that a check reads of these steps."""
    found: list[str] = []
    for stand in stands:
        found += [module_path(stand.plan, project.package), evidence_path(stand.plan)]
        found += stand.evidence.files if stand.evidence else ()
    return found
