"""One run of `promote`, from notebooks to an outcome: the command line, the Jupyter server and CI all call `run`.

    read -> select -> plan -> render -> drift -> verify -> write -> report

Nothing is written unless every step of the run could be promoted and, where steps run, has proven itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from promote.evidence import Facts, code_version_of, evidence_path, input_kinds, render_evidence
from promote.findings import order
from promote.hashing import body_hash
from promote.kinds import Kinds, observed_kinds
from promote.model import Finding, GeneratedFile, Location, Plan
from promote.outcome import Outcome, Settings, Status, StepOutcome
from promote.prepare import Prepared, Standing, prepare, standing
from promote.project import Project, find
from promote.recheck import check
from promote.register import Rows
from promote.render import module_path, render_module
from promote.resources import resource_classes
from promote.secret_values import concealed
from promote.values import dataclass, field, replace
from promote.vocabulary import layers

FINE, FINDINGS, FAILED = 0, 1, 4
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Proof:
    """What verification gave: facts by tag of the steps that proved themselves, their test files, and findings."""

    facts: Mapping[str, Facts] = field(default_factory=dict)
    files: Mapping[str, tuple[GeneratedFile, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    failed: tuple[str, ...] = ()


def run(notebooks: Sequence[Path], settings: Settings, progress: Progress) -> Outcome:
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
    recovered = _recovered(project.root)
    if settings.check:
        outcome = check(project, notebooks, settings)
        return outcome if not recovered else replace(outcome, findings=(*outcome.findings, _note(recovered)))
    prepared, findings, _ = prepare(
        project, notebooks or project.notebooks, settings.select, include_needed=settings.include_needed
    )
    if recovered:
        findings.append(_note(recovered))
    versions = _versions(project, prepared)
    stands = standing(project, prepared, versions)
    job = _Job(project, settings, prepared, stands, versions, findings)
    if any(f.severity == "error" for f in findings):
        return job.refused()
    return job.promote(progress)


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
    notebooks: Sequence[Path],
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
    current = _versions(project, prepared, versions or {})
    stands = standing(project, prepared, current)
    outcome = _Job(project, settings, prepared, stands, current, findings).check()
    files: dict[str, tuple[str, ...]] = {}
    needs: dict[str, dict[str, tuple[str, str]]] = {}
    for one in prepared:
        shown = one.notebook.path
        needs[shown] = {a: (current[a], code_version_of(project.root, a, layers())) for a in sorted(one.loaded)}
        upstream = [f"evidence/{layer}/{asset}.json" for asset in needs[shown] for layer in layers()]
        files[shown] = tuple(dict.fromkeys([*upstream, *_files(project, [stands[p.step.tag] for p in one.plans])]))
    planned = {p.step.name: p.code_version for one in prepared for p in one.plans}
    return Examined(outcome, rows, {p.notebook.path: p.plans for p in prepared}, files, needs, planned)


def _files(project: Project, stands: Sequence[Standing]) -> list[str]:
    """Give the files that a check reads of these steps."""
    found: list[str] = []
    for stand in stands:
        found += [module_path(stand.plan, project.package), evidence_path(stand.plan)]
        found += stand.evidence.files if stand.evidence else ()
    return found


class _Job:
    """What one run works on, and the ways it can end."""

    def __init__(
        self,
        project: Project,
        settings: Settings,
        prepared: Sequence[Prepared],
        stands: Mapping[str, Standing],
        versions: Mapping[str, str],
        findings: list[Finding],
    ) -> None:
        self.project = project
        self.settings = settings
        self.prepared = prepared
        self.stands = stands
        self.versions = versions
        self.findings = findings
        self.classes = resource_classes(project.root, (s.plan for s in stands.values()))
        self.notebooks = {p.notebook.path: p.notebook for p in prepared}

    # Checking

    def check(self) -> Outcome:
        """Say how every step stands, and write nothing."""
        steps = [StepOutcome(tag, one.notebook.path, "refused") for one in self.prepared for tag in one.refused]
        for tag, stand in self.stands.items():
            told = self.drift_of(stand)
            self.findings += told
            status: Status = "drift" if any(f.code != "PR605" for f in told) else "unverified" if told else "unchanged"
            diff = self.diff([self.module(stand)]) if self.settings.diff else ""
            rows = stand.evidence.facts.output.rows if stand.evidence and stand.evidence.facts else None
            steps.append(StepOutcome(tag, stand.plan.notebook, status, (), diff, "", rows))
        return self.outcome(steps, FINDINGS if self.errors() else FINE)

    def drift_of(self, stand: Standing) -> list[Finding]:
        """Give what stands between a step and its files."""
        if stand.drift.finding is not None:
            return [stand.drift.finding]
        plan = stand.plan
        at = self.notebooks[plan.notebook].at(plan.step.cells[0], tag=plan.step.tag)
        again = f"Run `promote {plan.notebook}`."
        if stand.evidence is None:
            return [
                Finding(
                    "PR606",
                    "error",
                    f"The evidence of {plan.step.tag} is missing, or of another version of it or of what it reads.",
                    at,
                    again,
                )
            ]
        if stand.evidence.facts is None:
            return [
                Finding("PR605", "error", f"{plan.step.tag} is unverified: it was promoted without a run.", at, again)
            ]
        found: list[Finding] = []
        for path, expected in stand.evidence.files.items():
            text = _read(self.project.root / path)
            if text is None or body_hash(text) != expected:
                said = "is missing" if text is None else "was edited by hand"
                found.append(
                    Finding("PR602", "error", f"A file generated for {plan.step.tag} {said}.", Location(path), again)
                )
        if not found and stand.module != self.module(stand).text:
            found.append(
                Finding("PR601", "error", f"This version of promote renders {plan.step.tag} otherwise.", at, again)
            )
        return found

    # Promoting

    def refused(self) -> Outcome:
        """End with nothing written, because something stands in the way."""
        steps = [StepOutcome(tag, one.notebook.path, "refused") for one in self.prepared for tag in one.refused]
        return self.outcome(steps, FINDINGS)

    def promote(self, progress: Progress) -> Outcome:
        """Render, verify and write."""
        for stand in self.stands.values():
            blocked = stand.drift.state == "foreign" or (
                stand.drift.state in {"module", "both"} and not self.settings.force
            )
            if blocked and stand.drift.finding is not None:
                self.findings.append(stand.drift.finding)
        if self.errors():
            return self.refused()
        stale = [tag for tag, stand in self.stands.items() if self.settings.force or self.is_stale(stand)]
        if not self.settings.run:
            return self.write(stale, Proof())
        if not stale:
            return self.write([], Proof())
        from promote.prove import prove  # noqa: PLC0415 - only a run that verifies pays for it

        proof = prove(
            self.project,
            self.prepared,
            self.stands,
            frozenset(stale),
            self.versions,
            self.classes,
            self.settings,
            progress,
        )
        self.findings += proof.findings
        if proof.failed or self.errors():
            steps = [
                StepOutcome(tag, stand.plan.notebook, "failed" if tag in proof.failed else "refused")
                for tag, stand in self.stands.items()
                if tag in stale
            ]
            return self.outcome(steps, FAILED)
        return self.write(stale, proof)

    def is_stale(self, stand: Standing) -> bool:
        """Whether a step has to be rendered (and proven) again."""
        return bool([f for f in self.drift_of(stand) if self.settings.run or f.code != "PR605"])

    def write(self, stale: Sequence[str], proof: Proof) -> Outcome:
        """Write the files of the steps that moved, all or nothing."""
        files: dict[str, list[GeneratedFile]] = {}
        for tag in stale:
            stand = self.stands[tag]
            facts = proof.facts.get(tag) or (stand.evidence.facts if stand.evidence else None)
            files[tag] = self.files(stand, facts, proof.files.get(tag, ()))
            if facts is None and stand.kinds.guessed:
                self.findings.append(self.unverified(stand))
        every = [file for group in files.values() for file in group]
        before = {f.path: _bytes(self.project.root / f.path) for f in every}
        changed = {f.path for f in every if before[f.path] != f.text.encode()}
        diffs = {tag: self.diff(group) if self.settings.diff else "" for tag, group in files.items()}
        if not self.settings.dry_run:
            from promote.write import commit  # noqa: PLC0415 - a check writes nothing

            commit(self.project.root, every, seen=before)
        steps: list[StepOutcome] = []
        for tag, stand in self.stands.items():
            group = files.get(tag, [])
            facts = proof.facts.get(tag) or (stand.evidence.facts if stand.evidence else None)
            status = self.status(stand, facts, changed, group)
            parity = (
                ""
                if facts is None
                else "; ".join(filter(None, (f"equal to the notebook, order {facts.order}", facts.noticed)))
            )
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
        return self.outcome(steps, FINE)

    @staticmethod
    def status(stand: Standing, facts: Facts | None, changed: set[str], group: Sequence[GeneratedFile]) -> Status:
        """Say in a word what became of a step."""
        if facts is None:
            return "unverified"
        if not any(f.path in changed for f in group):
            return "unchanged"
        return "new" if stand.module is None else "updated"

    def unverified(self, stand: Standing) -> Finding:
        plan = stand.plan
        at = self.notebooks[plan.notebook].at(plan.step.cells[0], tag=plan.step.tag)
        return Finding(
            "PR322",
            "warning",
            f"{plan.step.tag} has not run, so the kinds of its frames are guessed.",
            at,
            f"Run `promote {plan.notebook}` where the data is.",
        )

    # Files

    def module(self, stand: Standing, kinds: Kinds | None = None, *, verified: bool | None = None) -> GeneratedFile:
        """Render the module of a step."""
        shown = verified if verified is not None else bool(stand.evidence and stand.evidence.facts)
        return render_module(stand.plan, kinds or stand.kinds, self.project.package, self.classes, verified=shown)

    def files(self, stand: Standing, facts: Facts | None, tests: Sequence[GeneratedFile]) -> list[GeneratedFile]:
        """Give every file of a step."""
        kinds = stand.kinds
        if facts is not None:
            kinds = observed_kinds(stand.plan, input_kinds(facts), facts.output.kind)
        module = self.module(stand, kinds, verified=facts is not None)
        return [module, *tests, render_evidence(stand.plan, self.notebooks[stand.plan.notebook], facts, tests, module)]

    def diff(self, files: Sequence[GeneratedFile]) -> str:
        """Give the unified diff of files against those on disk."""
        import difflib  # noqa: PLC0415 - few ask for a diff

        parts: list[str] = []
        for file in files:
            before = _read(self.project.root / file.path)
            old = f"a/{file.path}" if before is not None else "/dev/null"
            parts += difflib.unified_diff(
                (before or "").splitlines(keepends=True), file.text.splitlines(keepends=True), old, f"b/{file.path}"
            )
        return "".join(parts)

    # Ends

    def errors(self) -> bool:
        return any(f.severity == "error" for f in self.findings)

    def outcome(self, steps: Sequence[StepOutcome], code: int) -> Outcome:
        unique = dict.fromkeys(concealed(self.findings, self.notebooks))
        return Outcome(tuple(sorted(unique, key=order)), tuple(sorted(steps, key=lambda s: (s.notebook, s.tag))), code)


def _recovered(root: Path) -> str | None:
    """Make good a write that was killed, before anything else; where only the lock is left, none was."""
    folder = root / ".workbench"
    if not folder.is_dir() or all(path.name == "lock" for path in folder.iterdir()):
        return None
    from promote.write import recover  # noqa: PLC0415 - a check that finds nothing left over writes nothing

    return recover(root)


def _note(recovered: str) -> Finding:
    return Finding("PR607", "note", recovered, Location(""), "")


def _versions(project: Project, prepared: Sequence[Prepared], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The code version of every asset that a step reads: as planned now, else by the evidence of its promotion."""
    plans: list[Plan] = [p for one in prepared for p in one.plans]
    found = {**(known or {}), **{p.step.name: p.code_version for p in plans}}
    for plan in plans:
        for given in plan.function.inputs:
            if given.asset not in found:
                found[given.asset] = code_version_of(project.root, given.asset, layers())
    return found


def _read(path: Path) -> str | None:
    content = _bytes(path)
    return None if content is None else content.decode("utf-8", errors="replace")


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
