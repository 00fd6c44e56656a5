"""`promote --pull`: write what was edited in modules back into the cells that they came from.

Where the notebook changed too, both edits are merged, statement by statement. Nothing is written unless the notebook
with the edits in it gives the edited module again; then notebook, modules and evidence are written together. The steps
are unverified after that: the notebook is another one, and has to show anew what it gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from platform_core.hints import StrPath
from platform_core.values import replace
from promote.evidence import Evidence, evidence_path, read_evidence, render_evidence
from promote.hashing import body_hash
from promote.merge import said
from promote.merge.cell_edits import LineEdit, UnplacedError, joined
from promote.merge.editable import all_editable
from promote.merge.notebook_text import with_edits
from promote.merge.parts import parts
from promote.merge.proposal import Proposal, propose
from promote.merge.three_way import Side
from promote.model import Finding, GeneratedFile, Location, Plan, Selection
from promote.notebook.read import parse
from promote.outcome import FINDINGS, FINE, Outcome, Settings, StepOutcome
from promote.outside.secret_values import concealed, secret_findings
from promote.prepare import Standing, planned_again, prepare, standing
from promote.project import find
from promote.render.helpers import render_helpers
from promote.render.kinds import Kinds, guess_kinds
from promote.render.module import render_module
from promote.selection.select import select
from promote.steps import Steps, bytes_of, code_versions, promoted_versions
from promote.writing.leftovers import make_good
from promote.writing.write import WriteError, commit

_JUPYTEXT = b"#     text_representation:"


def pull(notebooks: Sequence[StrPath], settings: Settings) -> Outcome:
    """Pull the edits of the modules of notebooks.

    Raises:
        UsageError: There is no project, or a step that was named does not exist.
        UserError: Files could not be read or written.
    """
    project = find(named=settings.project)
    recovered = make_good(project.root)
    prepared, findings, _ = prepare(project, notebooks, settings.select, include_needed=settings.include_needed)
    versions = code_versions(prepared, promoted_versions(project))
    stands = standing(project, prepared, versions)
    errors = [finding for finding in findings if finding.severity == "error"]  # the rest is for who promotes
    work = Steps(project, settings, prepared, stands, versions, [*errors, *recovered])
    return _Pull(work).run()


class _Pull:
    """One run: what each edited file asks for, the notebooks that come of it, and whether these give the files."""

    def __init__(self, work: Steps) -> None:
        self.work = work
        self.selections: dict[str, Selection] = {one.notebook.path: one.selection for one in work.prepared}
        self.proposals: list[Proposal] = []
        self.written: list[GeneratedFile] = []
        self.seen: dict[str, bytes | None] = {}

    def run(self) -> Outcome:
        """Merge, put into the notebooks, try, write."""
        tags = list(self.work.stands)
        self.work.findings += [finding for tag in tags if (finding := _of_model(self.work.stands[tag]))]
        if not self.work.errors():
            for file in all_editable(self.work, tags, {}):
                if file.edited:
                    made = propose(self.work, self.selections[file.notebook], file, self.favour(file.tag))
                    self.proposals += [made] if made else []
            self.work.findings += [finding for one in self.proposals for finding in one.findings]
        for path in dict.fromkeys(one.file.notebook for one in self.proposals):
            if not self.work.errors():
                self.put(path, [one for one in self.proposals if one.file.notebook == path])
        if self.work.errors():
            refused = {tag for one in self.work.prepared for tag in one.refused}
            refused |= {one.file.tag for one in self.proposals}
            return self.outcome(dict.fromkeys(refused, "refused"), FINDINGS)
        if self.written and not self.work.settings.dry_run:
            commit(self.work.project.root, self.written, seen=self.seen)
        return self.outcome({file.origin: "pulled" for file in self.written if file.origin}, FINE)

    def favour(self, tag: str) -> Side | None:
        """Give the side that was chosen for a step."""
        if tag in self.work.settings.ours:
            return "ours"
        return "theirs" if tag in self.work.settings.theirs else None

    def put(self, path: str, proposals: Sequence[Proposal]) -> None:
        """Put the edits into one notebook, and hold what it gives against what it shall give."""
        notebook = self.selections[path].notebook
        edits, against = joined([edit for one in proposals for edit in one.edits])
        self.work.findings += [said.contradiction(one, other, notebook) for one, other in against]
        if against:
            return
        try:
            files = self.files(path, edits)
        except UnplacedError:
            message = "The file keeps a cell in a form that an edit cannot be written into."
            at = Location(path)
            hint = "Make the change in the notebook, or keep it as .ipynb."
            self.work.findings.append(Finding("PR616", "error", message, at, hint))
            return
        chosen = files[0] if files else None
        selection = select(parse(chosen.content, path)) if chosen else self.selections[path]
        settings = self.work.settings
        planned = planned_again(
            self.work.project.root, selection, include_needed=settings.include_needed, chosen=settings.select
        )
        plans = {one.step.tag: one for one in planned.plans}
        found = (*selection.findings, *planned.findings, *secret_findings(selection, planned.plans))
        errors = concealed([f for f in found if f.severity == "error"], {path: selection.notebook})
        for one in proposals:
            self.check(one, plans.get(one.file.tag), errors)
        if not self.work.errors():
            self.work.findings += said.pulled(edits, notebook, path)
            self.written += files
            self.rendered(path, selection, plans, proposals)

    def files(self, path: str, edits: Sequence[LineEdit]) -> list[GeneratedFile]:
        """Give the notebook's file with edits, then the script that it is paired with."""
        root, made = self.work.project.root, []
        notebook = self.work.notebooks[path]
        if edits and parse(bytes_of(root / path) or b"", path) != notebook:
            message = "The notebook was saved while promote was at work, so nothing was written."
            raise WriteError(Finding("PR609", "error", message, Location(path), "Pull again."))
        script = Path(path).with_suffix(".py").as_posix()
        paths = [path]
        if path.endswith(".ipynb") and _JUPYTEXT in (bytes_of(root / script) or b"")[:2000]:
            paths.append(script)
        for name in paths if edits else ():
            raw = bytes_of(root / name) or b""
            self.seen[name] = raw
            made.append(GeneratedFile.of(name, with_edits(raw, name, notebook, edits), ""))
        return made

    def check(self, one: Proposal, made: Plan | None, errors: Sequence[Finding]) -> None:
        """Hold what the edited notebook gives against the edited file."""
        file = one.file
        if made is None or errors:
            why = f"{errors[0].code} {errors[0].message}" if errors else ""
            self.work.findings.append(said.not_the_same(file.path, file.tag, one.wanted, None, why))
            return
        package = self.work.project.package
        every = [*render_helpers(made, package)]
        if file.kinds is not None:
            every.append(render_module(made, _kinds(made, file.kinds), package, self.work.classes, verified=False))
        text = next((f.text for f in every if f.path == file.path), None)
        got = parts(text) if text is not None else None
        if got is None or got.essence != one.wanted.essence:
            self.work.findings.append(said.not_the_same(file.path, file.tag, one.wanted, got))

    def rendered(
        self, path: str, selection: Selection, plans: Mapping[str, Plan], proposals: Sequence[Proposal]
    ) -> None:
        """Render the steps whose files were pulled, as unverified ones."""
        project = self.work.project
        pulled = {one.file.path for one in proposals}
        kinds = {one.file.tag: one.file.kinds for one in proposals if one.file.kinds is not None}
        for tag, made in plans.items():
            shared = render_helpers(made, project.package)
            if tag not in self.work.stands or not (tag in kinds or any(file.path in pulled for file in shared)):
                continue
            stand = self.work.stands[tag]
            last = read_evidence(project.root, evidence_path(made))
            used = _kinds(made, kinds.get(tag) or stand.kinds)
            module = render_module(made, used, project.package, self.work.classes, verified=False)
            if last is not None and not used.guessed and "unknown" not in (*used.inputs.values(), used.output):
                inputs = {i.asset: used.inputs[i.parameter] for i in made.function.inputs}
                last = replace(last, kinds=(inputs, used.output))
            files = [*shared, *self.tests(last)]
            evidence = render_evidence(made, selection.notebook, None, files, module, last, keep_kinds=True)
            for file in (module, *shared, evidence):
                self.seen[file.path] = bytes_of(project.root / file.path)
                self.written.append(replace(file, origin=tag))

    def tests(self, last: Evidence | None) -> list[GeneratedFile]:
        """Give the generated tests of before: they are still ours, until the next promotion makes others."""
        found = []
        for path, known in (last.files if last else {}).items():
            content = bytes_of(self.work.project.root / path)
            file = GeneratedFile.of(path, content or b"", "")
            if path.startswith("tests/") and body_hash(file.text) == known:
                found.append(file)
        return found

    def outcome(self, statuses: Mapping[str, str], code: int) -> Outcome:
        """End: what became of each step."""
        files: dict[str, list[str]] = {}
        for file in self.written:
            files.setdefault(file.origin, []).append(file.path)
        steps = []
        for tag, stand in self.work.stands.items():
            status = statuses.get(tag, "unchanged")
            named = tuple(sorted({*files.get(tag, ()), stand.plan.notebook})) if status == "pulled" else ()
            steps.append(StepOutcome(tag, stand.plan.notebook, status, named))  # type: ignore[arg-type]  # the words above
        return self.work.outcome(steps, code)


def _of_model(stand: Standing) -> Finding | None:
    """Say that an edited model of dbt has to be put into its cell by hand: its SQL names tables otherwise."""
    if stand.plan.model is None or stand.drift.state not in {"module", "both"}:
        return None
    path = stand.drift.finding.location if stand.drift.finding else Location(stand.plan.notebook)
    said = f"{stand.plan.step.tag} is a model of dbt, whose edits cannot be pulled into a cell."
    return Finding("PR616", "error", said, path, "Make the change in the notebook's query, then promote with --force.")


def _kinds(made: Plan, known: Kinds) -> Kinds:
    """Give kinds for a plan whose inputs may be others than those of the kinds that are known."""
    guessed = guess_kinds(made, {})
    return replace(known, inputs={name: known.inputs.get(name, kind) for name, kind in guessed.inputs.items()})
