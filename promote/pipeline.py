"""One run of `promote`, from notebooks to an outcome: the command line, the Jupyter server and CI all call `run`.

    read -> select -> plan -> render -> drift -> verify -> write -> report

Nothing is written unless every step of the run could be promoted and, where steps run, has proven itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence

from platform_core.hints import TYPE_CHECKING, StrPath
from promote.dbt.files import of_other_engine, replaced
from promote.evidence import Facts, Proof, input_kinds, render_evidence, what_was_shown
from promote.hashing import body_hash
from promote.model import Finding, GeneratedFile
from promote.outcome import FINDINGS, FINE, UNVERIFIED, Outcome, Settings, Status, StepOutcome
from promote.parameters import check_parameters, too_late
from promote.partition_lists import unknown_lists
from promote.personal import told_of, told_of_evidence
from promote.prepare import Standing, prepare, standing
from promote.project import Project, find
from promote.recheck import check
from promote.render.kinds import observed_kinds
from promote.render.module import beside
from promote.shared_files import left_behind, unused
from promote.steps import Steps, bytes_of, code_versions, promoted_versions, text_of
from promote.writing.leftovers import make_good

if TYPE_CHECKING:
    from promote.merge.moving import Moving

Progress = Callable[[str], None]


def run(notebooks: Sequence[StrPath], settings: Settings, progress: Progress) -> Outcome:
    """Promote notebooks, or check them.

    Args:
        notebooks: Paths of notebooks; none with `settings.check` means every notebook of the project.
        settings: What the person asked for.
        progress: Told in a few words what is being done.

    Raises:
        UsageError: There is no project, or a step that was named does not exist.
        UserError: Files could not be read or written.
    """
    project = find(named=settings.project)
    if settings.check:
        return check(project, notebooks, settings)
    return promote(project, notebooks, settings, progress)


def promote(
    project: Project,
    notebooks: Sequence[StrPath],
    settings: Settings,
    progress: Progress,
    renamed: Mapping[str, str] | None = None,
) -> Outcome:
    """Promote notebooks of a project.

    Args:
        project: The project.
        notebooks: Paths of notebooks.
        settings: What the person asked for.
        progress: Told in a few words what is being done.
        renamed: Steps that were renamed, new tag to old, where that was said and need not be told by their content.

    Raises:
        UsageError: A step or a parameter that was named does not exist, or takes a value of another type.
        UserError: Files could not be read or written.
    """
    recovered = make_good(project.root)
    prepared, findings, rows = prepare(
        project, notebooks or project.notebooks, settings.select, include_needed=settings.include_needed
    )
    findings += recovered
    selections = [one.selection for one in prepared]
    check_parameters(selections, settings.parameters)  # whether or not anything is to be run
    if settings.parameters:
        findings = too_late(selections, settings.parameters, findings)
    versions = code_versions(prepared, promoted_versions(project))
    stands, moving = standing(project, prepared, versions), None
    if settings.move or renamed:
        from promote.merge.moving import Moving  # noqa: PLC0415 - few runs move a step

        moving = Moving(project, rows, prepared, stands, renamed or {}, settings.select)
        stands = moving.standing(stands)
        findings += moving.findings(force=settings.force)
    job = _Promotion(Steps(project, settings, prepared, stands, versions, findings), moving)
    return job.refused() if job.work.errors() else job.promote(progress)


class _Promotion:
    """A run that renders, proves and writes, and the ways it can end."""

    def __init__(self, work: Steps, moving: Moving | None = None) -> None:
        self.work = work
        self.moving = moving

    def refused(self) -> Outcome:
        """End with nothing written, because something stands in the way."""
        steps = [StepOutcome(tag, one.notebook.path, "refused") for one in self.work.prepared for tag in one.refused]
        return self.work.outcome(steps, FINDINGS)

    def promote(self, progress: Progress) -> Outcome:
        """Render, verify and write."""
        for stand in self.work.stands.values():
            self.work.findings += self.in_the_way(stand)
        if self.work.errors():
            return self.refused()
        stale = [tag for tag, stand in self.work.stands.items() if self.work.settings.force or self.is_stale(stand)]
        self.work.findings += left_behind(self.work.project, self.work.stands.values(), stale)
        plans = [self.work.stands[tag].plan for tag in stale]
        self.work.findings += unknown_lists(self.work.project.root, plans, self.work.notebooks)
        running = stale if self.work.settings.run else ()
        self.work.findings += told_of_evidence(self.work, but=running)
        if running:
            from promote.fixes.reads import surely_failing  # noqa: PLC0415 - as below

            verified = {self.work.stands[tag].plan.notebook for tag in running}
            self.work.findings = surely_failing(self.work.project.root, self.work.findings, verified)
            from promote.lacking import lacking  # noqa: PLC0415 - as below

            for one in self.work.prepared:
                if one.notebook.path in verified:
                    self.work.findings += lacking(self.work.project, one.selection, one.plans)
        if self.work.errors():
            return self.refused()
        if not running:
            return self.write(stale, Proof())
        from promote.prove import prove  # noqa: PLC0415 - only a run that verifies pays for it

        proof = prove(
            self.work.project,
            self.work.prepared,
            self.work.stands,
            frozenset(stale),
            self.work.versions,
            self.work.classes,
            self.work.settings,
            progress,
        )
        self.work.findings += proof.findings
        same = not (proof.failed or self.work.errors())
        self.work.findings += told_of(self.work, {tag: facts.output.personal for tag, facts in proof.facts.items()})
        if self.work.errors() or not same:
            faulty = {self.work.stands[tag].plan.notebook for tag in proof.failed if tag in self.work.stands}
            steps = [
                StepOutcome(tag, stand.plan.notebook, "failed")
                if tag in proof.failed
                else StepOutcome(tag, stand.plan.notebook, "refused", parity=_held_back(stand, proof, faulty))
                for tag, stand in self.work.stands.items()
                if tag in stale
            ]
            return self.work.outcome(steps, FINDINGS if same else UNVERIFIED)
        return self.write(stale, proof)

    def in_the_way(self, stand: Standing) -> list[Finding]:
        """Tell what promotion would overwrite of what a person wrote: edits that the notebook does not have too."""
        found = [stand.drift.finding] if stand.drift.finding is not None else []
        if stand.drift.state in {"foreign", "conflict"}:
            return found
        if self.work.settings.force:
            return []
        twice = of_other_engine(self.work.project, stand)
        if stand.module is None:
            return twice
        from promote.merge import editable  # noqa: PLC0415 - where nothing was promoted nothing was edited

        edited = stand.drift.state in {"module", "both"} and not editable.agrees(self.work, stand)
        return twice + (found if edited else []) + editable.edited_beside(self.work, stand)

    def is_stale(self, stand: Standing) -> bool:
        """Whether a step has to be rendered (and proven) again."""
        return bool([f for f in self.work.drift_of(stand) if self.work.settings.run or f.code != "PR605"])

    def write(self, stale: Sequence[str], proof: Proof) -> Outcome:
        """Write the files of the steps that moved, all or nothing."""
        files: dict[str, list[GeneratedFile]] = {}
        for tag in stale:
            stand = self.work.stands[tag]
            facts = proof.facts.get(tag) or (stand.evidence.facts if stand.evidence else None)
            files[tag] = self.files(stand, facts, proof.files.get(tag, ()))
            if facts is None and stand.kinds.guessed:
                self.work.findings.append(self.unverified(stand))
        every = [file for group in files.values() for file in group]
        before = {f.path: bytes_of(self.work.project.root / f.path) for f in every}
        changed = {f.path for f in every if before[f.path] != f.content}
        diffs = {tag: self.work.diff(group) if self.work.settings.diff else "" for tag, group in files.items()}
        if not self.work.settings.dry_run:
            from promote.writing.write import commit  # noqa: PLC0415 - a check writes nothing

            gone = [] if self.work.settings.select else unused(self.work.project, self.work.prepared)
            gone += self.moving.removals(before) if self.moving else []
            gone += [path for tag in proof.files if tag in files for path in self.superseded(tag, before)]
            gone += [path for tag in files for path in replaced(self.work.project, self.work.stands[tag], before)]
            commit(self.work.project.root, every, gone, seen=before)
            self.record(changed, files)
        steps: list[StepOutcome] = []
        for tag, stand in self.work.stands.items():
            group = files.get(tag, [])
            facts = proof.facts.get(tag) or (stand.evidence.facts if stand.evidence else None)
            status = self.status(stand, facts, changed, group)
            parity = "" if facts is None else what_was_shown(facts, stand.plan)
            steps.append(
                StepOutcome(
                    tag,
                    stand.plan.notebook,
                    status,
                    tuple(sorted(f.path for f in group if f.path in changed)),
                    diffs.get(tag, ""),
                    parity,
                    facts.output.rows if facts else None,
                )
            )
        return self.work.outcome(steps, FINE)

    def record(self, changed: Collection[str], files: Mapping[str, Sequence[GeneratedFile]]) -> None:
        """Tell the project's audit log what was promoted, where it keeps one."""
        root = self.work.project.root
        if not ((root / "policies").is_dir() or os.environ.get("WORKBENCH_AUDIT")):
            return
        from platform_core.commit import commit_of  # noqa: PLC0415 - few projects keep a log
        from platform_core.governance.audit import note  # noqa: PLC0415 - as above

        for tag, group in files.items():
            paths = sorted(file.path for file in group if file.path in changed)
            plan = self.work.stands[tag].plan
            about: dict[str, object] = {
                "notebook": plan.notebook,
                "source": plan.source,
                "code_version": plan.code_version,
                "files": paths,
                "commit": commit_of(root).id,
            }
            if paths and (problem := note("promoted", tag, about, project=root)):
                at = self.work.notebooks[plan.notebook].at(plan.step.cells[0], tag=tag)
                self.work.findings.append(Finding("PR962", "warning", problem, at, "Make it writable."))

    def superseded(self, tag: str, written: Collection[str]) -> list[str]:
        """Give the test data of a step's last promotion that its tests read no more, where nobody edited it."""
        stand = self.work.stands[tag]
        folder = f"tests/assets/data/{stand.plan.step.name}/"
        known = stand.last.files if stand.last else {}
        old = [path for path in known if path.startswith(folder) and path not in written]
        return [path for path in old if body_hash(text_of(self.work.project.root / path) or "") == known[path]]

    @staticmethod
    def status(stand: Standing, facts: Facts | None, changed: set[str], group: Sequence[GeneratedFile]) -> Status:
        """Say in a word what became of a step."""
        if facts is None:
            return "unverified"
        if not any(f.path in changed for f in group):
            return "unchanged"
        if stand.module is None:
            return "moved" if stand.last is not None and stand.drift.state == "new" else "new"
        return "updated"

    def unverified(self, stand: Standing) -> Finding:
        plan = stand.plan
        at = self.work.notebooks[plan.notebook].at(plan.step.cells[0], tag=plan.step.tag)
        return Finding(
            "PR322",
            "warning",
            f"{plan.step.tag} has not run, so the kinds of its frames are guessed.",
            at,
            f"Run `promote {plan.notebook}` where the data is.",
        )

    def files(self, stand: Standing, facts: Facts | None, tests: Sequence[GeneratedFile]) -> list[GeneratedFile]:
        """Give every file of a step."""
        kinds = stand.kinds
        if facts is not None:
            kinds = observed_kinds(stand.plan, input_kinds(facts), facts.output.kind)
        module = self.work.module(stand, kinds, verified=facts is not None)
        shared = beside(stand.plan, self.work.project.package)
        moved = self.moving is not None and stand.plan.step.tag in self.moving.moves
        notebook = self.work.notebooks[stand.plan.notebook]
        return [
            module,
            *shared,
            *tests,
            render_evidence(stand.plan, notebook, facts, [*shared, *tests], module, stand.last, keep_kinds=moved),
        ]


def _held_back(stand: Standing, proof: Proof, faulty: set[str]) -> str:
    """Say of a step that has nothing wrong why it was not written, and where it is proven, how it would be."""
    if stand.plan.step.tag not in proof.facts:
        return "not written, since another step failed"
    alone = f"add --select {stand.plan.step.tag}" if stand.plan.notebook in faulty else "promote its notebook alone"
    return f"proven, and not written, since another step failed: {alone}"
