"""Whether a record of assurance is enough for the level that a project asks for, and what is missing.

| level | asks for |
|---|---|
| light | a record of what stands there now, with the analyst |
| standard | and that somebody has approved this version |
| full | and that somebody else than the analyst has, and that assumptions and limits are written down |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platform_core.values import dataclass
from promote.assurance.assumptions import Assumption
from promote.assurance.record import LEVELS, Record, differing, same_person
from promote.model import Severity


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a record lacks: a code of the catalogue, how grave it is, one sentence, what to do."""

    code: str
    severity: Severity
    said: str
    hint: str


def lacks(
    level: str,
    tag: str,
    notebook: str,
    record: Record | None,
    now: Mapping[str, Any],
    assumptions: tuple[Assumption, ...] | None,
) -> list[Lack]:
    """Give what a step's assurance lacks.

    Args:
        level: What the project asks for.
        tag: The step.
        notebook: Its notebook.
        record: Its record, None where there is none.
        now: What a record made now would be of.
        assumptions: What the notebook says now, None where it was not looked at.
    """
    again = f"`workbench assure {tag}` makes it anew; then it is approved again."
    if record is None:
        return [Lack("PR901", "error", f"{tag} has no record of assurance.", f"Make it: `workbench assure {tag}`.")]
    if (record.step, record.notebook) != (tag, notebook):
        said = f"The record of {tag} is of {record.step} in {record.notebook}."
        return [Lack("PR902", "error", said, again)]
    parts = list(differing(record, now))
    if assumptions is not None and _told(assumptions) != _told(record.assumptions):
        parts.append("the assumptions")
    if parts:
        said = f"The record of {tag} is of another version of {' and '.join(parts)}."
        return [Lack("PR902", "error", said, again)]
    return list(_approval(level, tag, record))


def approved_by(record: Record) -> tuple[str, ...]:
    """Give who has approved the version that a record is of."""
    return tuple(one.approver for one in record.approvals if one.of == record.fingerprint)


def _approval(level: str, tag: str, record: Record) -> Iterator[Lack]:
    if level == LEVELS[0]:
        return
    approvers = approved_by(record)
    ask = f"Somebody else looks at it, and signs: `workbench assure {tag} --approve`."
    if not approvers:
        said = f"Nobody has approved this version of {tag}." if record.approvals else f"Nobody has approved {tag}."
        yield Lack("PR903", "error", said, ask)
    elif all(same_person(one, record.analyst) for one in approvers):
        full = level == LEVELS[2]
        said = f"{tag} is approved by its analyst alone."
        yield Lack("PR904", "error" if full else "warning", said, ask)
    if level == LEVELS[2] and not any(one.lines for one in record.assumptions):
        hint = "Write a markdown cell headed Assumptions (or Limitations) above the step; say so where there are none."
        yield Lack("PR905", "error", f"The notebook states no assumption or limit of {tag}.", hint)


def _told(assumptions: tuple[Assumption, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """What is said, wherever in the notebook it stands now."""
    return [(one.heading, one.lines) for one in assumptions]
