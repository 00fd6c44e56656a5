"""What a run says of the personal columns that it found: the rule of promotion and CI, which travels with the asset."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import dagster as dg

from platform_core.errors import UserError
from platform_core.governance.policies.engine import Breach, judge
from platform_core.governance.policies.facts import FOUND, declared_of
from platform_core.governance.policies.found import Found, unpacked
from platform_core.governance.policies.lacks import matches
from platform_core.governance.policies.model import AssetFacts, Exemption, Policies
from platform_core.governance.policies.reading import built, shaped
from platform_core.governance.policies.rule import Rule
from platform_core.governance.policies.undeclared import RULE, rules_of
from platform_core.metadata.text import cell

RULES = "workbench/personal_rules"
WARNINGS = "workbench/policy_warnings"
_WIDTH = 500  # of what is told of a column


class HeldBackError(UserError):
    """An asset was made, and holds what looks personal and is declared nowhere: nothing may be made of it."""


def rules_metadata(policies: Policies, asset: AssetFacts) -> dict[str, str]:
    """Give the metadata by which a run knows what the policies say of an asset's personal columns; none by default."""
    rules = {key: one for key, one in rules_of(policies).items() if one.rule == RULE}
    own = {
        key: {"severity": one.severity, "hint": one.hint}
        for key, one in rules.items()
        if (not one.layers or asset.layer in one.layers) and (not one.assets or matches(one.assets, asset.name))
    }
    excepted = [asdict(one) for one in policies.exceptions if one.rule in rules and matches(one.assets, asset.name)]
    said = not rules.keys().isdisjoint(policies.rules)
    return {RULES: json.dumps({"rules": own, "exceptions": excepted})} if said or excepted else {}


def found_of(metadata: Mapping[str, Any]) -> tuple[Found, ...]:
    """Give what a materialisation told that it found."""
    told = metadata.get(FOUND)
    return () if told is None else unpacked(getattr(told, "data", told))


def warnings_of(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give what an observation of a run warns of: sentences, each with what to do.

    >>> warnings_of({"rows": 3})
    []
    """
    return [(said, hint) for said, hint in getattr(metadata.get(WARNINGS), "data", ())]


def held_back(metadata: Mapping[str, Any], asset: AssetFacts, found: Iterable[Found], *, on: str) -> tuple[Breach, ...]:
    """Hold what a run found against the policies that travel with its asset.

    Args:
        metadata: The asset's own metadata.
        asset: Its name and layer.
        found: The columns that look personal in what was stored.
        on: The day of the run: an exception counts to its last day.

    >>> people = AssetFacts(name="people")
    >>> found = [Found("mail", "email", 1.0), Found("tel", "phone")]
    >>> [one.said for one in held_back({"workbench/personal": ["mail"]}, people, found, on="2026-11-29")]
    ['people has a column that looks personal (phone) and is declared nowhere: tel.']
    """
    facts = replace(asset, personal=tuple(declared_of(metadata)), found=tuple(found))
    text = metadata.get(RULES)
    policies = Policies()
    if text is not None:
        told = json.loads(getattr(text, "value", text))
        if not told["rules"]:
            return ()
        policies = Policies(
            rules={key: Rule(rule=RULE, **one) for key, one in told["rules"].items()},
            exceptions=tuple(built(Exemption, shaped(Exemption, one)) for one in told["exceptions"]),
        )
    return tuple(one for one in judge(policies, [facts], on=on) if one.kind == "personal_columns")


def tell_found(
    context: dg.AssetExecutionContext,
    asset: AssetFacts,
    found: Iterable[Found],
    *,
    on: str,
    key: dg.AssetKey | None = None,
) -> Iterator[dg.AssetObservation]:
    """Tell what stands against the personal columns of an asset that was just stored, and refuse to go on from it.

    A warning is logged and noted as an observation of the asset; what stands in the way ends the step, so that nothing
    is made of the asset.

    Raises:
        HeldBackError: A rule says so.
    """
    key = key or context.asset_key  # a step that makes several names the one
    breaches = held_back(context.assets_def.specs_by_key[key].metadata, asset, found, on=on)
    open_ones = [one for one in breaches if one.exemption is None]
    if not open_ones:
        return
    partition = context.partition_key if context.has_partition_key else None
    told = [f"{one.said} {one.hint}" for one in open_ones]
    warnings = [[one.said, one.hint] for one in open_ones if not one.stops]
    metadata = {
        "workbench/policy": dg.MetadataValue.md("\n".join(f"* {cell(line, _WIDTH)}" for line in told)),
        WARNINGS: dg.MetadataValue.json(warnings),
    }
    yield dg.AssetObservation(key, partition=partition, metadata=metadata)
    for line in told:
        context.log.warning(line)
    if stops := [one for one in open_ones if one.stops]:
        said = " ".join(one.said for one in stops)
        raise HeldBackError(
            f"{asset.name} was made, and nothing is made of it: a policy of the project stands in the way. {said}",
            hint=stops[0].hint,
        )
