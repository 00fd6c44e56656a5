"""`workbench rename`: an asset gets another name everywhere at once, proven anew, with its data and its history.

Variables of notebooks keep their names: they are the analyst's code, and where a step gave the variable that was called
like the asset, an option line says so from now on.
"""

from __future__ import annotations

from collections.abc import Callable

from platform_core.errors import UsageError, UserError
from promote.examine import examine
from promote.merge.left_over import left_over
from promote.model import Finding
from promote.outcome import FINDINGS, FINE, Outcome, Settings, StepOutcome
from promote.project import Project
from promote.register import Rows, rows
from promote.selection.tags import name_problem
from promote.writing.leftovers import make_good
from workbench.lifecycle.data import moves, stored
from workbench.lifecycle.gathering import Gathered, edited, gather, notebook_changes, python_changes
from workbench.lifecycle.mentions import python_uses
from workbench.lifecycle.notebooks import read_raw, with_line
from workbench.lifecycle.renamed_data import Asked, data_only, of_data, taken
from workbench.lifecycle.selections import patterns
from workbench.lifecycle.selections import renamed as renamed_selection
from workbench.lifecycle.settings import settings_uses, texts, with_name
from workbench.lifecycle.uses import EDITED, Use, left_by_hand, mentioned
from workbench.lifecycle.values import Report, Subject, subject, unknown
from workbench.lifecycle.workshop import Workshop

__all__ = ["Asked", "rename"]

Progress = Callable[[str], None]


def rename(project: Project, old: str, new: str, asked: Asked, progress: Progress) -> Report:
    """Rename an asset of a project.

    Raises:
        UsageError: There is no such asset, or the new name cannot be one.
        UserError: The new name is taken, or files could not be read or written.
    """
    recovered = make_good(project.root)
    made = rows(project)
    asset, target = subject(project, made, old), subject(project, made, new)
    problem = name_problem(new)
    if problem is not None:
        raise UsageError(problem[0], hint=problem[1])
    if target is not None and _was(project, target, old):
        return data_only(project, Subject(old.rpartition(":")[2], target.layer), target, asked)
    if asset is None:
        raise _by_hand(project, old) or unknown(project, made, old)
    if asset.name == new:
        raise UsageError(f"{new} is its name already.")
    begun = target is not None and target.notebook != "" and not asset.notebook  # somebody changed the tag already
    if target is not None and (not begun or (target.layer, new) in _promoted(project, made)):
        raise UserError(
            f"{new} is another asset, made in {target.notebook or target.tag}.", hint="Choose another name."
        )
    for use in python_uses(project, new, asset.layer):
        if use.kind == "definition":
            where = f"{use.at.path}:{use.at.line}"
            raise UserError(f"{new} is another asset, written by hand.", hint="Choose another name.", location=where)
    work = _Renaming(project, asset, target or Subject(new, asset.layer, asset.notebook), asked, recovered)
    return work.rename(progress)


class _Renaming:
    """One rename, and the ways it can end."""

    def __init__(
        self, project: Project, old: Subject, new: Subject, asked: Asked, recovered: tuple[Finding, ...]
    ) -> None:
        self.project, self.old, self.new, self.asked = project, old, new, asked
        self.uses = gather(project, old)
        self.data = stored(project.root, old.name, old.layer)
        self.findings = [*recovered, *self.told(self.uses)]

    def told(self, uses: Gathered) -> list[Finding]:
        """Tell what is left to do by hand, and what is only mentioned."""
        found = [mentioned(use, self.old.name) for use in uses.every if use.kind == "mention"]
        for use in uses.every:
            if use.kind == "pattern" and patterns(use.old, self.new.name) == patterns(use.old, self.old.name):
                continue  # it takes the new name in as well
            if use.kind not in EDITED and use.kind != "mention":
                found.append(left_by_hand(use, self.old.name, forced=self.asked.force))
        return found

    def to(self, use: Use) -> str:
        """Give what a place says afterwards."""
        if use.kind == "tag":
            word = use.old.partition(":")[0]
            return f"{word}:{self.new.name}"
        if use.kind == "selection":
            quote = use.old[:1] if use.at.path.endswith((".py", ".ipynb")) and use.old[:1] in "\"'" else ""
            inner = use.old.strip(quote) if quote else use.old
            return f"{quote}{renamed_selection(inner, self.old.name, self.new.name)}{quote}"
        return use.old.replace(self.old.name, self.new.name)

    def rename(self, progress: Progress) -> Report:
        """Do it in a copy, and bring it back."""
        self.findings += taken(self.project, self.data, self.new)
        if self.errors():
            return self.report(FINDINGS)
        progress("copying the project")
        with Workshop(self.project, self.data.lake) as shop:
            before = shop.stands()
            plan = self.variable(shop, self.old)
            for path, content in self.contents().items():
                shop.write(path, content)
            self.keep_variable(shop, plan)
            self.move_record(shop)
            code = self.promote(shop, before, progress)
            if code == FINE and self.asked.run and not self.asked.dry_run:
                progress("loading the code location")
                self.findings += shop.loading(forced=self.asked.force)
            if code != FINE or self.errors():
                return self.report(code or FINDINGS)
            return self.report(FINE, shop, before)

    def contents(self) -> dict[str, bytes]:
        """Give the files that name the asset, with its new name in them."""
        made = notebook_changes(self.uses, EDITED, self.to) | python_changes(self.project, self.uses, self.to)
        for path, text in texts(self.project.root).items():
            content = with_name(text, self.old.name, self.new.name)
            if content != text:
                made[path] = content.encode()
            left = [use for use in settings_uses(path, content, self.old.name) if use.kind == "selection"]
            self.findings += [left_by_hand(use, self.old.name, forced=self.asked.force) for use in left]
        return made

    def variable(self, shop: Workshop, asset: Subject) -> str:
        """Give the variable that the asset's step gives, empty where it is not known."""
        paths = [shop.copy.root / asset.notebook] if asset.notebook else []
        plans = examine(shop.copy, paths, Settings(check=True)).plans if paths else {}
        return next((p.function.output for each in plans.values() for p in each if p.step.tag == asset.tag), "")

    def keep_variable(self, shop: Workshop, variable: str) -> None:
        """Say in an option which variable the step gives, where the new name would say another or none."""
        if not variable or self.variable(shop, self.new) == variable:
            return
        for path in self.uses.notebooks:
            if path.rpartition(".")[0] != self.new.notebook.rpartition(".")[0]:
                continue
            read = read_raw(shop.copy.root / path, path)
            first = [cell.position for cell in read[1].cells if self.new.tag in cell.tags][:1] if read else []
            if read and first:
                shop.write(path, with_line(*read[:1], path, read[1], first[0], f"#| output: {variable}"))

    def move_record(self, shop: Workshop) -> None:
        """Let a record of assurance go along; it is of another version now, and says so."""
        path = shop.copy.root / f"assurance/{self.old.layer}/{self.old.name}.json"
        if path.is_file():
            shop.write(f"assurance/{self.new.layer}/{self.new.name}.json", path.read_bytes())
            shop.remove(f"assurance/{self.old.layer}/{self.old.name}.json")

    def promote(self, shop: Workshop, before: dict[str, StepOutcome], progress: Progress) -> int:
        """Promote the step under its new name, and every step that the rename has put out of step."""
        stood = before.get(self.old.tag)
        known = (self.old.layer, self.old.name) in left_over(shop.copy, rows(shop.copy))
        if not known and (stood is None or stood.drift == "new"):
            return FINE  # never promoted: there is nothing to keep in step
        renamed = {self.new.tag: self.old.tag}
        for _ in range(3):
            after = shop.stands()
            tags = {self.new.tag} if after.get(self.new.tag) and after[self.new.tag].drift == "new" else set()
            tags |= {tag for tag, step in after.items() if tag in before and _worse(before[tag], step)}
            if not tags:
                return FINE
            run = self.asked.run and not self.asked.dry_run
            outcome = shop.promote(tags, after, run=run, progress=progress, renamed=renamed)
            self.findings += _without(outcome, "PR622", *(() if run else ("PR322",)))
            if outcome.exit_code != FINE:
                return outcome.exit_code
            if not run:
                return FINE
        return FINE

    def errors(self) -> bool:
        """Whether anything stands in the way."""
        return any(one.severity == "error" for one in self.findings)

    def report(self, code: int, shop: Workshop | None = None, before: dict[str, StepOutcome] | None = None) -> Report:
        """Write what was made, unless it is to be shown alone, and say it."""
        pairs = moves(self.project.root, self.data, self.old.name, self.new.name) if self.data.inside else []
        changed = shop.changes() if shop else {}
        done = shop is not None and code == FINE and not self.asked.dry_run
        if shop is not None and done:
            shop.commit(pairs)
        uses = [use for use in self.uses.every if use.kind in EDITED]
        return Report(
            "rename",
            f"{self.old.tag} becomes {self.new.tag}",
            self.asked.dry_run,
            done,
            code,
            tuple(edited(uses, self.to)) if shop else (),
            tuple(path for path, content in changed.items() if content is not None),
            tuple(path for path, content in changed.items() if content is None),
            tuple(of_data(self.project, self.data, self.old, self.new)) if shop else (),
            tuple(_notes(self.project, self.old, self.new, self.asked, before or {})) if shop else (),
            tuple(self.findings),
        )


def _notes(
    project: Project, old: Subject, new: Subject, asked: Asked, before: dict[str, StepOutcome]
) -> list[tuple[str, str]]:
    notes = [
        (
            "history",
            f"Dagster keeps materialisations by asset key and cannot move them: those of {old.name} stay under that "
            f"key, and {new.name} begins anew. Its evidence says what it was called. `dagster asset wipe {old.name}` "
            "removes the old ones, once nobody needs them.",
        ),
        (
            "outside",
            f"What reads {old.name} from outside this project (other code locations, dashboards, exports) is not seen "
            "here.",
        ),
    ]
    if project.assurance:
        notes.append(
            (
                "assurance",
                "What was approved is not what stands there now: `workbench assure` makes the records of "
                f"{new.name} and of its readers anew, and they are approved again.",
            )
        )
    if not asked.run and old.tag in before:
        notes.append(("evidence", "Nothing was run, so the steps concerned are UNVERIFIED until you promote them."))
    if asked.dry_run and asked.run:
        notes.append(("evidence", "Without --dry-run, every step concerned is verified before anything is written."))
    return notes


def _worse(before: StepOutcome, after: StepOutcome) -> bool:
    """Whether a step that was in step, or only unverified, is out of step now."""
    return before.drift in {"", "unverified"} and before.status != "refused" and after.drift != before.drift


def _without(outcome: Outcome, *codes: str) -> list[Finding]:
    return [one for one in outcome.findings if one.code not in codes]


def _was(project: Project, new: Subject, old: str) -> bool:
    from promote.evidence import read_evidence  # noqa: PLC0415 - only where the new name is taken

    last = read_evidence(project.root, f"evidence/{new.layer}/{new.name}.json")
    names = {one.get("step", "") for one in last.history} if last else set()
    return any(old in (step, step.partition(":")[2]) for step in names)


def _promoted(project: Project, made: Rows) -> set[tuple[str, str]]:
    """Give layer and name of the steps that have evidence."""
    every = {(layer, name) for each in made.values() for layer, name, _ in each} | set(left_over(project, made))
    return {(a, b) for a, b in every if (project.root / f"evidence/{a}/{b}.json").exists()}


def _by_hand(project: Project, named: str) -> UserError | None:
    """Give the error for an asset that a hand-written module makes."""
    layer, _, name = named.rpartition(":")
    for use in gather(project, Subject(name, layer)).python:
        if use.kind == "definition":
            where = f"{use.at.path}:{use.at.line}"
            hint = "Rename it in its module; no notebook stands behind it."
            return UserError(f"{name} is written by hand.", hint=hint, location=where)
    return None
