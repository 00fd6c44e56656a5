"""Who stands for what is new or changed: the records of assurance of a revision, told by its files alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from promote.assurance.record import LEVELS, parse, record_path, what
from promote.assurance.standing import approved_by, lacks
from workbench.review.document import Block, Cell, Items, Paragraph, Table
from workbench.review.values import AssetChange, Assurance, Snapshot
from workbench.review.wording import clean, name

if TYPE_CHECKING:
    from workbench.review.values import Review

_COLUMNS = ("Asset", "Analyst", "Approved by", "Assumptions stated")


def level_of(text: str) -> str:
    """Give the level of assurance that a pyproject.toml asks for, empty where it asks for none that there is."""
    if "assurance" not in text:
        return ""
    import tomllib  # noqa: PLC0415 - few projects ask for it

    try:
        level = tomllib.loads(text)["tool"]["workbench"]["assurance"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        return ""
    return level if level in LEVELS else ""


def assurance(head: Snapshot, changes: Sequence[AssetChange]) -> tuple[Assurance, ...]:
    """Give the assurance of every promoted asset that is new or changed; nothing where nobody asks for records."""
    if not head.level and not head.records:
        return ()
    return tuple(_of(head, change) for change in changes if change.after is not None and change.after.promoted)


def missing(found: Sequence[Assurance]) -> list[str]:
    """Give the sentences of what stands in the way of a merge."""
    return [said for one in found for severity, said in one.lacks if severity == "error"]


def section(review: Review) -> Iterator[Block]:
    """Tell who worked out and who approved what is new or changed, and what its records lack."""
    level = review.head.level
    yield Paragraph(
        f"This project asks for the level {name(level)}." if level else "This project asks for no level of assurance."
    )
    body = [
        (
            Cell(name(one.name)),
            Cell(clean(one.analyst) or "no record", tone="" if one.analyst else "bad"),
            Cell(", ".join(map(clean, one.approved)) or "nobody"),
            Cell(f"{one.assumptions:,}" if one.analyst else ""),
        )
        for one in review.assurance
    ]
    if body:
        yield Table("Who stands for what is new or changed", _COLUMNS, tuple(body), ("Assumptions stated",))
        told = tuple(said for one in review.assurance for _, said in one.lacks)
        if told:
            yield Items(told)
        yield Paragraph(
            "A record is a file of the branch. It says what somebody signed, and that nothing of it was changed since; "
            "it does not prove who signed. Whether the assumptions are still those of the notebook, "
            f"{name('promote --check')} tells."
        )
    else:
        yield Paragraph("Nothing new or changed was promoted.")


def machine(review: Review, asset: str) -> dict[str, Any] | None:
    """Give the assurance of an asset for programs; None where there is none to tell."""
    for one in review.assurance:
        if one.name == asset:
            return {
                "analyst": clean(one.analyst) or None,
                "approved_by": [clean(each) for each in one.approved],
                "assumptions": one.assumptions,
                "lacks": [{"severity": severity, "message": said} for severity, said in one.lacks],
            }
    return None


def _of(head: Snapshot, change: AssetChange) -> Assurance:
    asset = change.shown
    path = record_path(asset.tag)
    record = parse(head.records[path]) if path in head.records else None
    if path in head.records and record is None:
        return Assurance(change.name, lacks=(("error", f"{name(path)} is no record of assurance."),))
    try:
        evidence = json.loads(head.evidence.get(f"evidence/{asset.layer}/{asset.name}.json", "{}"))
    except (ValueError, RecursionError):
        evidence = {}
    now = {**what(evidence if isinstance(evidence, dict) else {}, ""), "module": asset.body}
    found = lacks(head.level or LEVELS[0], asset.tag, asset.notebook, record, now, None)
    if record is None and not head.level:
        found = []
    return Assurance(
        change.name,
        record.analyst if record else "",
        approved_by(record) if record else (),
        len(record.assumptions) if record else 0,
        tuple((one.severity, clean(one.said)) for one in found),
    )
