"""`promote --prune`: remove what was made of steps that no notebook has any more, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from platform_core.hints import StrPath
from promote.dbt.files import own_files
from promote.evidence import read_evidence
from promote.findings import order
from promote.hashing import body_hash
from promote.merge.left_over import Rows
from promote.merge.orphans import Orphan, is_edited, of_notebooks, orphans
from promote.model import Finding, Location
from promote.outcome import FINDINGS, FINE, Outcome, Settings, StepOutcome
from promote.project import Project, find
from promote.register import rows
from promote.steps import bytes_of, text_of
from promote.vocabulary import layers
from promote.writing.leftovers import make_good


def prune(notebooks: Sequence[StrPath], settings: Settings) -> Outcome:
    """Remove the files of the orphans of these notebooks, of the whole project where none is named.

    Raises:
        UsageError: There is no project.
        UserError: Files could not be removed; the project is as it was.
    """
    return prune_project(find(named=settings.project), notebooks, settings)


def prune_project(project: Project, notebooks: Sequence[StrPath], settings: Settings) -> Outcome:
    """Do the same in a project that was found."""
    findings = [*make_good(project.root)]
    made = rows(project)
    found = of_notebooks(orphans(project, made), project, notebooks)
    if settings.select:
        found = [one for one in found if one.tag in settings.select]
    kept = {name for each in made.values() for _, name, _ in each}
    paths: dict[str, list[str]] = {}
    for one in found:
        paths[one.tag] = sorted({*one.paths, *(() if one.name in kept else files_of(project, one))})
        if not settings.force:
            findings += edits(project, one, paths[one.tag])
        findings += _readers(project, made, one)
    if any(finding.severity == "error" for finding in findings):
        steps = [StepOutcome(one.tag, one.notebook, "refused") for one in found]
        return Outcome(tuple(sorted(findings, key=order)), tuple(steps), FINDINGS)
    removals = [path for each in paths.values() for path in each]
    if removals and not settings.dry_run:
        from promote.writing.write import commit  # noqa: PLC0415 - only where there is something to remove

        commit(project.root, [], removals, seen={path: bytes_of(project.root / path) for path in removals})
        tidy(project, removals)
    steps = [StepOutcome(one.tag, one.notebook, "pruned", tuple(paths[one.tag])) for one in found]
    return Outcome(tuple(sorted(findings, key=order)), tuple(steps), FINE)


def files_of(project: Project, one: Orphan) -> list[str]:
    """Give the files beside a step's module that are there: tests by its evidence and by its name, its record."""
    named = {f"tests/assets/test_{one.name}.py", f"assurance/{one.layer}/{one.name}.json"}
    if one.last is not None:
        named |= {path for path in one.last.files if PurePosixPath(path).parts[0] == "tests"}
        named |= own_files(project.root, one.layer, one.name, one.last.files)
    data = project.root / "tests/assets/data" / one.name
    named |= {path.relative_to(project.root).as_posix() for path in data.rglob("*") if path.is_file()}
    return sorted(path for path in named if (project.root / path).is_file())


def tidy(project: Project, removed: Sequence[str]) -> None:
    """Remove the folders of test data that nothing is left in."""
    for folder in sorted({(project.root / path).parent for path in removed if path.startswith("tests/assets/data/")}):
        with suppress(OSError):  # something is left in it
            folder.rmdir()


def edits(project: Project, one: Orphan, paths: Sequence[str]) -> Iterator[Finding]:
    """Tell the files that a person has edited, or that promote did not write."""
    hint = "Look at it; `promote --prune --force` removes it all the same."
    for path in paths:
        text = text_of(project.root / path) or ""
        if path == one.module:
            changed = is_edited(project, one)
        elif path == one.evidence or path.startswith("assurance/"):  # records, which are signed and not edited
            changed = False
        elif one.last is not None and path in one.last.files:
            changed = body_hash(text) != one.last.files[path]
        else:
            changed = "# Promoted from " not in text
        if changed:
            said = f"This file of {one.tag} was edited by hand, or is not of promote, so nothing is removed."
            yield Finding("PR620", "error", said, Location(path, line=1), hint)


def _readers(project: Project, made: Rows, one: Orphan) -> Iterator[Finding]:
    """Tell the promoted steps that still read what the step gave."""
    if any(name == one.name for each in made.values() for _, name, _ in each):
        return
    for layer in layers():
        for path in sorted((project.root / "evidence" / layer).glob("*.json")):
            reader = read_evidence(project.root, path.relative_to(project.root).as_posix())
            if reader is not None and reader.kinds is not None and one.name in reader.kinds[0]:
                said = f"{reader.step} still reads {one.name}, which nothing makes once {one.tag} is removed."
                yield Finding("PR621", "warning", said, Location(reader.notebook), "Promote that notebook anew.")
