"""What of the policies themselves is out of date: exceptions that expired, and records that are of nothing.

A column counts as absent only where the columns of every asset that could hold it are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from platform_core.governance.policies.engine import Breach
from platform_core.governance.policies.lacks import matches
from platform_core.governance.policies.model import AssetFacts, Policies
from platform_core.governance.policies.rule import Severity
from platform_core.governance.retention import astray
from platform_core.suggest import meant

_Told: TypeAlias = tuple[int | str, Severity, str, str, str]  # place in the policies, severity, sentence, hint, rule
_NAME, _COLUMN = "Correct the name, or take it out.", "Correct the column, or take it out."


def stale(policies: Policies, assets: Sequence[AssetFacts], *, on: str) -> tuple[Breach, ...]:
    """Tell what of the policies themselves is out of date.

    Args:
        policies: The policies.
        assets: All assets of the project, with the columns that are known of each.
        on: The day.

    >>> from platform_core.governance.policies.model import Activity
    >>> rents = Activity(assets=("rents",), purpose="Rents.", columns=("payee",))
    >>> facts = [AssetFacts(name="rents", columns=("tenant",))]
    >>> [one.said for one in stale(Policies(processing={"rents": rents}), facts, on="2026-11-29")]
    ['The activity rents is of the column payee, and no asset that it is of has one.']
    """
    return tuple(
        Breach(
            rule=rule or section,
            kind="classification" if section == "downgrades" else "exception",
            asset="",
            severity=severity,
            said=said,
            hint=hint,
            place=policies.places.get((section, key), ""),
        )
        for section, of in _SECTIONS
        for key, severity, said, hint, rule in of(policies, assets, on)
    )


def _exceptions(policies: Policies, assets: Sequence[AssetFacts], on: str) -> Iterator[_Told]:
    for position, one in enumerate(policies.exceptions):
        of = ", ".join(one.assets)
        held = [asset for asset in assets if matches(one.assets, asset.name)]
        if one.expires < on:
            said = (
                f"The exception of {of} from the rule {one.rule} expired on {one.expires}; {one.owner} answers for it."
            )
            yield position, "error", said, "Keep the rule, or agree a new date with a reason.", one.rule
        elif not held:
            said = f"The exception from the rule {one.rule} is of {of}, and there is no such asset."
            yield position, "warning", said, _NAME, one.rule
        else:
            for column in _absent(one.columns, held):
                said = f"The exception from the rule {one.rule} is of the column {column}, and {of} has none such."
                yield position, "warning", said, _COLUMN, one.rule


def _downgrades(policies: Policies, assets: Sequence[AssetFacts], on: str) -> Iterator[_Told]:
    inputs = {asset.name: set(asset.inputs) for asset in assets}
    for position, record in enumerate(policies.downgrades):
        lost = sorted(set(record.inputs) - inputs.get(record.asset, set()))
        if not record.holds(on):
            early = on < record.on
            when = f"counts from {record.on} on" if early else f"expired on {record.expires}"
            said = f"The downgrade of {record.asset} {when}; {record.by} decided it."
            yield position, "error", said, "Take it out, or decide anew with a reason.", ""
        elif record.asset not in inputs:
            yield position, "warning", f"A downgrade is of {record.asset}, and there is no such asset.", _NAME, ""
        elif lost:
            said = f"The downgrade of {record.asset} covers {lost[0]}, which the asset does not read."
            yield position, "warning", said, "Take the input out of the record.", ""


def _holds(policies: Policies, assets: Sequence[AssetFacts], on: str) -> Iterator[_Told]:
    for hold, pattern, near in astray(policies, [asset.name for asset in assets], on):
        said = f"The legal hold {hold.id} is of {pattern}, and there is no such asset."
        hint = _NAME if near is None else f"{meant(near)} {_NAME}"
        yield policies.holds.index(hold), "warning" if near is None else "error", said, hint, ""


def _rules(policies: Policies, assets: Sequence[AssetFacts], _: str) -> Iterator[_Told]:
    for key, rule in policies.rules.items():
        if rule.assets and not any(matches(rule.assets, asset.name) for asset in assets):
            said = f"The rule {key} is of {', '.join(rule.assets)}, and there is no such asset."
            yield key, "warning", said, _NAME, key


def _activities(policies: Policies, assets: Sequence[AssetFacts], _: str) -> Iterator[_Told]:
    known = {asset.name: asset for asset in assets}
    for name, activity in policies.processing.items():
        held = [asset for asset in assets if matches(activity.assets, asset.name)]
        if not held:
            said = f"The activity {name} is of {', '.join(activity.assets)}, and there is no such asset."
            yield name, "warning", said, _NAME, ""
        keys = [activity.subject_key] if activity.subject_key and not activity.subject_keys else []
        for column in _absent([*activity.columns, *keys], _below(held, assets)):
            said = f"The activity {name} is of the column {column}, and no asset that it is of has one."
            yield name, "warning", said, _COLUMN, ""
        for asset, column in activity.subject_keys.items():
            if asset not in known:
                said = f"The activity {name} names a subject key of {asset}, and there is no such asset."
                yield name, "warning", said, _NAME, ""
            elif any(_absent([column], [known[asset]])):
                said = f"The activity {name} names the subject key {column} of {asset}, which has no such column."
                yield name, "warning", said, _COLUMN, ""


def _absent(columns: Iterable[str], assets: Sequence[AssetFacts]) -> Iterator[str]:
    """Give the patterns of columns that no asset has; none where the columns of one of them are not known."""
    known = [asset.columns for asset in assets]
    if known and None not in known:
        yield from (one for one in columns if not any(matches([one], name) for of in known for name in of or ()))


def _below(origins: Sequence[AssetFacts], assets: Sequence[AssetFacts]) -> list[AssetFacts]:
    """Give some assets with all that is made from them."""
    reached = {one.name for one in origins}
    size = 0
    while len(reached) > size:
        size = len(reached)
        reached |= {one.name for one in assets if not reached.isdisjoint(one.inputs)}
    return [one for one in assets if one.name in reached]


_SECTIONS = (
    ("rules", _rules),
    ("exceptions", _exceptions),
    ("downgrades", _downgrades),
    ("holds", _holds),
    ("processing", _activities),
)
