"""What policies say of each asset of a code location, put on the asset, and a step that refuses to run by it.

The code location is judged once, when it is loaded. What stands in an asset's way travels with the asset as metadata,
so that a step refuses wherever it runs; exceptions are held against the day of the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from platform_core.errors import UserError
from platform_core.governance.classification import CLASSIFICATION, TAG, Classified
from platform_core.governance.policies.engine import Breach, activities_of, classes_of, judge
from platform_core.governance.policies.facts import BY_POLICY, DECLARED, facts_of_assets
from platform_core.governance.policies.holding import rules_metadata
from platform_core.governance.policies.model import AssetFacts, Policies

REFUSALS = "workbench/policies"
DOWNGRADE = "workbench/downgrade"


def governed(
    assets: Sequence[Any], checks: Iterable[dg.AssetsDefinition], policies: Policies | None, *, on: str
) -> list[Any]:
    """Give the assets of a code location with how each is classified, and with what stands in its way.

    Args:
        assets: What Dagster takes as assets.
        checks: The checks that stand beside them.
        policies: The project's policies; without them assets are classified all the same.
        on: The day.

    Raises:
        UserError: Assets read one another in a circle.
    """
    known = [one for one in assets if isinstance(one, dg.AssetsDefinition | dg.AssetSpec)]
    facts = facts_of_assets(known, checks)
    classes = classes_of(policies, facts, on=on)
    breaches: dict[str, list[Breach]] = {}
    held = policies or Policies()
    for one in judge(held, facts, on=on):
        if one.severity == "error":
            breaches.setdefault(one.asset, []).append(one)
    told: dict[str, dict[str, Any]] = {name: attributes(classes[name], breaches.get(name, [])) for name in classes}
    activities = activities_of(held, facts)
    for fact in facts:
        told[fact.name] |= _personal(held, fact, activities[fact.name])

    def with_told(spec: dg.AssetSpec) -> dg.AssetSpec:
        metadata = told.get(spec.key.to_user_string(), {})
        tags = {TAG: metadata[CLASSIFICATION]} if CLASSIFICATION in metadata else {}
        return spec.merge_attributes(metadata=metadata, tags=tags) if metadata else spec

    found: list[Any] = []
    for asset in assets:
        changed = isinstance(asset, dg.AssetsDefinition) and any(told.get(key.to_user_string()) for key in asset.keys)
        found += dg.map_asset_specs(with_told, [asset]) if changed else [asset]
    return found


def _personal(policies: Policies, asset: AssetFacts, activities: Sequence[str]) -> dict[str, Any]:
    """Give the personal columns that an asset's activities declare, and the rules about others."""
    declared = {column for key in activities for column in policies.processing[key].declares(asset.name)}
    return {**({BY_POLICY: sorted(declared)} if declared else {}), **rules_metadata(policies, asset)}


def attributes(level: Classified, breaches: Sequence[Breach]) -> dict[str, str]:
    """Give the metadata that says how an asset is classified, why, and what stands in its way."""
    told: dict[str, str] = {}
    if level.level is not None:
        told[CLASSIFICATION] = level.level
        if level.declared != level.level:
            told[DECLARED] = level.declared or ""
    if level.downgrade is not None:
        told[DOWNGRADE] = f"{level.downgrade.reason} ({level.downgrade.by}, {level.downgrade.on})"
    refusals = [
        {"said": one.said, "hint": one.hint, "until": one.exemption.expires if one.exemption else ""}
        for one in breaches
    ]
    if level.downgrade is not None and level.downgrade.expires is not None:  # a code location may stay loaded for long
        said = f"The downgrade of {level.downgrade.asset} expired on {level.downgrade.expires}."
        hint = "Load the code location again, once somebody has decided anew or the asset says what it is made of."
        refusals.append({"said": said, "hint": hint, "until": level.downgrade.expires})
    if refusals:
        told[REFUSALS] = json.dumps(refusals)
    return told


def refuse(metadata: Mapping[str, Any], asset: str, *, on: str) -> None:
    """Refuse to run an asset that a policy stands in the way of.

    Args:
        metadata: The asset's own metadata.
        asset: Its name.
        on: The day of the run: an exception counts to its last day.

    Raises:
        UserError: A policy stands in the way; it says which, and what to do.

    >>> refuse({REFUSALS: '[{"said": "rents has no owner.", "hint": "Name one.", "until": ""}]'}, "rents",
    ...        on="2026-11-29")
    Traceback (most recent call last):
    platform_core.errors.UserError: rents was not run: a policy of the project stands in the way. rents has no owner.
    hint: Name one.
    """
    if found := standing(metadata, on=on):
        said = " ".join(one["said"] for one in found)
        raise UserError(
            f"{asset} was not run: a policy of the project stands in the way. {said}", hint=found[0]["hint"] or None
        )


def standing(metadata: Mapping[str, Any], *, on: str) -> list[dict[str, str]]:
    """Give what stands in an asset's way on a day, each with what is said and a hint."""
    text = getattr(metadata.get(REFUSALS), "value", metadata.get(REFUSALS))
    return [one for one in json.loads(text or "[]") if one["until"] < on]


def decided_of(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give what the policies decided of an asset that its code does not say; nothing where that is all the same.

    >>> decided_of({CLASSIFICATION: "OFFICIAL"}), decided_of({CLASSIFICATION: "OFFICIAL", DOWNGRADE: "Only counts."})
    ([], [('workbench/classification', 'OFFICIAL'), ('workbench/downgrade', 'Only counts.')])
    """
    found = [(name, metadata[name]) for name in (BY_POLICY, DECLARED, DOWNGRADE, REFUSALS) if name in metadata]
    found += [(CLASSIFICATION, metadata[CLASSIFICATION])] if found and CLASSIFICATION in metadata else []
    return sorted((name, str(getattr(value, "value", value))) for name, value in found)
