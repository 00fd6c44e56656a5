"""`workbench assure`: records of assurance are made by analysts and signed by approvers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from platform_core.errors import UsageError, UserError
from platform_core.governance.audit import note
from platform_core.suggest import meant
from platform_core.values import dataclass, replace
from promote.assurance.checking import Stand, standing
from promote.assurance.record import LEVELS, Approval, Record, person, record_path, render, same_person
from promote.assurance.standing import Lack, approved_by
from promote.examine import examine
from promote.model import GeneratedFile
from promote.outcome import Settings
from promote.project import Project
from promote.reports.report import clean
from promote.steps import bytes_of
from promote.vocabulary import nearest
from promote.writing.leftovers import make_good
from promote.writing.write import commit

_STALE = frozenset(("PR901", "PR902"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person asked for: who they are, and whether they approve."""

    analyst: str | None = None
    approve: bool = False
    approver: str | None = None
    comment: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Assured:
    """A step, what was done about its record, why not where it was refused, and what its record lacks now."""

    tag: str
    notebook: str
    done: str  # recorded, approved, unchanged, refused
    record: Record | None
    why: str = ""
    lacks: tuple[Lack, ...] = ()


def assure(project: Project, named: Sequence[str], asked: Asked) -> tuple[Assured, ...]:
    """Make the records of steps anew where they are missing or of something else, or sign them.

    Args:
        project: The project.
        named: Names or tags of steps; none for all that were promoted.
        asked: What the person asked for.

    Raises:
        UsageError: A step does not exist, nobody is named, or an approval names no step.
        UserError: The records could not be written; they are as they were.
    """
    make_good(project.root)
    if asked.approve and not named:
        raise UsageError("An approval is of steps that somebody looked at.", hint="workbench assure STEP --approve")
    steps = examine(project, project.notebooks, Settings(check=True)).outcome.steps
    tags = _chosen(named, [step.tag for step in steps])
    chosen = [step for step in steps if step.tag in tags and (named or step.drift != "new")]
    ready = {stand.tag: stand for stand in standing(project, [step for step in chosen if not step.drift])}
    who = _who(
        project.root, asked.approver if asked.approve else asked.analyst, "approver" if asked.approve else "analyst"
    )
    made = []
    for step in chosen:
        stand = ready.get(step.tag)
        if stand is None or step.status == "refused":
            why = "It is not promoted as it stands, or unverified: run `promote` first."
            made.append(Assured(step.tag, step.notebook, "refused", None, why))
        elif asked.approve:
            made.append(_approved(project, stand, who, asked.comment))
        else:
            made.append(_recorded(stand, who, new_analyst=asked.analyst is not None))
    if asked.approve and any(one.done == "refused" for one in made):  # one act of signing, all of it or nothing
        made = [one if one.done == "refused" else replace(one, done="unchanged") for one in made]
    return _written(project, made, dry_run=asked.dry_run)


def _recorded(stand: Stand, who: str, *, new_analyst: bool) -> Assured:
    old = stand.record
    stale = any(one.code in _STALE for one in stand.lacks)
    if old is not None and not stale and not (new_analyst and old.analyst != who):
        return Assured(stand.tag, stand.notebook, "unchanged", old)
    kept = old.approvals if old is not None else ()  # those of before stay to be read; they sign another version
    record = Record(stand.tag, stand.notebook, who, stand.now, stand.assumptions, kept)
    return Assured(stand.tag, stand.notebook, "recorded", record)


def _approved(project: Project, stand: Stand, who: str, comment: str) -> Assured:
    def refused(why: str) -> Assured:
        return Assured(stand.tag, stand.notebook, "refused", stand.record, why)

    record = stand.record
    if record is None or any(one.code in _STALE for one in stand.lacks):
        said = next((one.said for one in stand.lacks if one.code in _STALE), "There is no record.")
        return refused(f"{said} The analyst makes it first: `workbench assure {stand.tag}`.")
    if project.assurance == LEVELS[2] and same_person(who, record.analyst):
        return refused("Its analyst cannot approve it at the level full.")
    if any(one.approver == who and one.of == record.fingerprint for one in record.approvals):
        return Assured(stand.tag, stand.notebook, "unchanged", record)
    current = [one for one in record.approvals if one.of == record.fingerprint and not same_person(one.approver, who)]
    approvals = sorted([*current, Approval(who, record.fingerprint, comment)], key=lambda one: one.approver)
    return Assured(stand.tag, stand.notebook, "approved", replace(record, approvals=tuple(approvals)))


def _written(project: Project, made: Iterable[Assured], *, dry_run: bool) -> tuple[Assured, ...]:
    """Write the records, and say what they lack then."""
    every = list(made)
    changed = [one for one in every if one.done in {"recorded", "approved"} and one.record is not None]
    files = [GeneratedFile(record_path(one.tag), render(one.record), one.tag) for one in changed if one.record]
    if files and not dry_run:
        commit(project.root, files, seen={file.path: bytes_of(project.root / file.path) for file in files})
        for one in changed:
            _record(project, one)
    from promote.assurance.standing import lacks  # noqa: PLC0415 - beside its only use

    level = project.assurance or LEVELS[0]
    return tuple(
        replace(one, lacks=tuple(lacks(level, one.tag, one.notebook, one.record, one.record.of, None)))
        if one.record is not None and one.done != "refused"
        else one
        for one in every
    )


def _record(project: Project, made: Assured) -> None:
    """Tell the audit log who made or signed a record, where the project keeps a log."""
    if made.record is None:
        return
    who = made.record.analyst
    if made.done == "approved":
        who = ", ".join(one.approver for one in made.record.approvals if one.of == made.record.fingerprint)
    did = "approved" if made.done == "approved" else "recorded"
    about = {"signed": who, "record": made.record.fingerprint, "code_version": made.record.of.get("code_version")}
    if problem := note(did, made.tag, about, project=project.root):
        sys.stderr.write(f"warning: {problem}\n")


def _chosen(named: Sequence[str], tags: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for name in named:
        match = [tag for tag in tags if name in (tag, tag.partition(":")[2])]
        if not match:
            near = nearest(name, [*tags, *(tag.partition(":")[2] for tag in tags)])
            hint = meant(near) if near else "`promote --check` lists the steps."
            raise UsageError(f"No step of the project is called {name!a}.", hint=hint)
        found.update(match)
    return found or set(tags)


def _who(root: Path, given: str | None, role: str) -> str:
    """Give the person: as named on the command line, else as git is set up to name who commits here."""
    if given is not None:
        return person(given)
    name, address = (_git(root, key) for key in ("user.name", "user.email"))
    if not name:
        hint = f'Say who it is: --{role} "Ana Lyst <ana@example.org>", or set user.name in git.'
        raise UserError(f"It cannot be told who the {role} is.", hint=hint)
    return person(f"{name} <{address}>" if address else name)


def _git(root: Path, key: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and the program is git
            ["git", "-C", str(root), "config", "--get", key],  # noqa: S607 - git is where PATH says
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def as_text(project: Project, made: Sequence[Assured], *, dry_run: bool) -> str:
    """Give what was done as text: each step with its people, and what is to be done next."""
    level = project.assurance or 'none asked for; write assurance = "standard" under [tool.workbench] to ask for one'
    blocks = [f"Level: {level}"]
    for one in made:
        lines = [f"{clean(one.tag)}: {one.done}{f' ({clean(one.why)})' if one.why else ''}"]
        if one.record is not None and one.done != "refused":
            sections = len(one.record.assumptions)
            stated = f"{sections} {'section' if sections == 1 else 'sections'}" if sections else "none stated"
            people = ", ".join(map(clean, approved_by(one.record))) or "nobody yet"
            lines += [
                f"    analyst      {clean(one.record.analyst)}",
                f"    approved by  {people}",
                f"    assumptions  {stated}",
            ]
            lines += [f"    next: {clean(lack.said)} {clean(lack.hint)}" for lack in one.lacks]
        blocks.append("\n".join(lines))
    if any(one.done in {"recorded", "approved"} for one in made):
        end = "Nothing was written." if dry_run else "Commit the records under assurance/ with what they are of."
        blocks.append(end)
    return "\n\n".join(blocks) + "\n"


def as_json(project: Project, made: Sequence[Assured]) -> str:
    """Give what was done as JSON."""
    steps = [
        {
            "tag": one.tag,
            "notebook": one.notebook,
            "done": one.done,
            "why": one.why,
            "path": record_path(one.tag),
            "analyst": one.record.analyst if one.record else None,
            "approved_by": list(approved_by(one.record)) if one.record else [],
            "assumptions": len(one.record.assumptions) if one.record else 0,
            "lacks": [{"code": lack.code, "severity": lack.severity, "message": lack.said} for lack in one.lacks],
        }
        for one in made
    ]
    return json.dumps({"version": 1, "level": project.assurance or None, "steps": steps}, indent=2) + "\n"
