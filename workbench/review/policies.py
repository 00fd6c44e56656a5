"""How what is new or changed stands by the policies of its revision, and how it is classified, by files alone.

The engine is the one that promotion, continuous integration and the run hold assets against. What only a run or a code
location knows is not judged here: compute, cost and approval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from platform_core.errors import UserError
from platform_core.governance.classification import LEVELS, Classified
from platform_core.governance.policies.engine import Breach, classes_of, judge
from platform_core.governance.policies.found import Found
from platform_core.governance.policies.model import AssetFacts, Policies
from workbench.review.document import Block, Cell, Items, Paragraph, Table
from workbench.review.values import Asset, AssetChange, Governed, Snapshot
from workbench.review.wording import clean, name

if TYPE_CHECKING:
    from workbench.review.values import Review

_ELSEWHERE = frozenset(("compute", "cost", "approval"))
_COLUMNS = ("Asset", "Classification", "Before", "By the policies")


def is_policies(path: str) -> bool:
    """Whether a file is one of the project's policies.

    >>> [is_policies(path) for path in ("policies/own.yaml", "policies/.old.yaml", "policies/a/b.yaml")]
    [True, False, False]
    """
    folder, _, file = path.partition("/")
    return folder == "policies" and "/" not in file and not file.startswith(".") and file.endswith((".yaml", ".yml"))


def policies_of(texts: Mapping[str, str]) -> tuple[Policies | None, list[tuple[str, str]]]:
    """Read the policies of a revision; such as cannot be used are a problem, told with their place."""
    if not texts:
        return None, []
    from platform_core.governance.policies.reading import read_texts  # noqa: PLC0415 - only a project with policies

    said = "The policies cannot be used: `workbench policy check` says why."
    try:
        return read_texts(texts), []
    except UserError as error:
        return None, [(error.location or "policies", error.message)]
    except (TypeError, ValueError, RecursionError):
        return None, [("policies", said)]


def governed(base: Snapshot, head: Snapshot, changes: Sequence[AssetChange], on: str) -> tuple[Governed, ...]:
    """Give how every asset that is new or changed stands.

    Args:
        base: The revision before.
        head: The revision under review.
        changes: What differs.
        on: The day on which exceptions hold or have expired.
    """
    shown = {change.name: change for change in changes if change.after is not None}
    if not shown:
        return ()
    facts = [_facts(asset) for asset in head.assets.values()]
    breaches: dict[str, list[tuple[str, str, str]]] = {key: list(_foreign(head.assets[key])) for key in shown}
    for breach in judge(head.policies, facts, on=on) if head.policies is not None else _falling(facts):
        if breach.asset in shown and breach.kind not in _ELSEWHERE:
            breaches[breach.asset].append(_told(breach))
    now = classes_of(head.policies, facts, on=on)
    before = classes_of(base.policies, [_facts(asset) for asset in base.assets.values()], on=on)
    return tuple(
        Governed(
            key,
            now[key].level or "",
            now[key].declared or "",
            (before[key].level or "") if key in before else "",
            _lowered(now[key]),
            tuple(breaches[key]),
        )
        for key in shown
    )


def stopping(found: Sequence[Governed]) -> list[str]:
    """Give the sentences of what stops promotion, continuous integration and the run, and so a merge."""
    return [said for one in found for severity, said, _ in one.breaches if severity == "error"]


def section(review: Review) -> Iterator[Block]:
    """Tell the classification of what is new or changed, and what it lacks by the policies."""
    if not review.governed:
        yield Paragraph("No asset is new or changed.")
        return
    if review.head.policies is None and not any(one.level or one.before or one.breaches for one in review.governed):
        yield Paragraph("There are no policies that could be read, and nothing new or changed is classified.")
        return
    yield Table(
        "Classification of what is new or changed, and how it stands by the policies",
        _COLUMNS,
        tuple(_row(one, judged=review.head.policies is not None) for one in review.governed),
    )
    told = [f"{said} {hint}".strip() for one in review.governed for _, said, hint in one.breaches]
    told += [f"{name(one.name)}: {one.downgrade}" for one in review.governed if one.downgrade]
    if told:
        yield Items(tuple(told))
    if review.head.policies is None:
        yield Paragraph("The project has no policies that could be read.")
    else:
        command = name("workbench policy check")
        yield Paragraph(f"Compute, costs and approval are judged where they are known: by {command}.")


def machine(review: Review, asset: str) -> dict[str, Any] | None:
    """Give the same of an asset for programs; None for one that is gone."""
    for one in review.governed:
        if one.name == asset:
            return {
                "classification": one.level or None,
                "declared": clean(one.declared) or None,
                "before": one.before or None,
                "breaches": [
                    {"severity": severity, "message": clean(said), "hint": clean(hint)}
                    for severity, said, hint in one.breaches
                ],
            }
    return None


def _facts(asset: Asset) -> AssetFacts:
    said = {**dict(asset.other), **dict(asset.metadata)}
    proof = asset.proof.output if asset.proof is not None and not asset.proof.problem else None
    level, days = said.get("classification"), said.get("retention_days", "")
    personal = proof.personal if proof is not None else ()
    return AssetFacts(
        name=asset.name,
        layer=asset.layer,
        inputs=tuple(sorted(asset.parents)),
        sources=asset.sources,
        owners=asset.owners,
        description=asset.description,
        classification=level if level in LEVELS else None,
        retention_days=int(days) if days.isascii() and days.isdigit() else None,
        key=asset.key,
        checks=(*asset.checks, *asset.judged),
        personal=(*(column for column, _, declared in personal if declared), *asset.personal),
        found=tuple(Found(column, kind) for column, kind, _ in personal) if proof is not None else None,
        notebook=asset.notebook,
        module=asset.path,
        model=asset.path.startswith("dbt/") and not asset.notebook,
    )


def _foreign(asset: Asset) -> Iterator[tuple[str, str, str]]:
    level = dict(asset.metadata).get("classification")
    if level and level not in LEVELS:
        yield "error", f"{name(asset.tag)} is classified {name(level)}, which is none.", f"Write {' or '.join(LEVELS)}."


def _falling(facts: Sequence[AssetFacts]) -> Iterator[Breach]:
    """Give what falls without a record, which no project needs a policy for."""
    return (one for one in judge(Policies(), facts, on="") if one.kind == "classification")


def _told(breach: Breach) -> tuple[str, str, str]:
    place = f", {name(breach.place)}" if breach.place else ""
    said = f"{clean(breach.said.removesuffix('.'))} (rule {name(breach.rule)}{place})."
    if breach.exemption is not None:
        until = f"Excepted until {breach.exemption.expires}; {clean(breach.exemption.owner)} answers for it."
        return "excepted", said, until
    return breach.severity, said, clean(breach.hint)


def _lowered(found: Classified) -> str:
    if found.downgrade is None:
        return ""
    return f"lowered to {found.downgrade.to} by {clean(found.downgrade.by)}: {clean(found.downgrade.reason)}"


def _row(one: Governed, *, judged: bool) -> tuple[Cell, ...]:
    stops = sum(severity == "error" for severity, _, _ in one.breaches)
    rest = len(one.breaches) - stops
    said = "nothing is missing" if judged else "not judged"
    if one.breaches:
        said = ", ".join([f"{stops} to mend"] * bool(stops) + [f"{rest} to look at"] * bool(rest))
    inherited = one.level and one.level != one.declared
    return (
        Cell(name(one.name)),
        Cell(f"{one.level}, from what it reads" if inherited else one.level or "none"),
        Cell(one.before or "none"),
        Cell(said, tone="bad" if stops else ""),
    )
