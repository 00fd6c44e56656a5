"""The assets of a code location as the rules look at them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import dagster as dg

from platform_core.compute_kinds import COMPUTE_TAG
from platform_core.dbt.declared import CHECK, described
from platform_core.governance.classification import CLASSIFICATION, classification_of
from platform_core.governance.policies.model import AssetFacts

PERSONAL = "workbench/personal"
MASKING = "workbench/masking"  # how columns are masked before they are stored
BY_POLICY = "workbench/personal_by_policy"  # columns that processing activities of the policies declare
FOUND = "workbench/personal_found"
DECLARED = "workbench/declared_classification"

_IO = {"io_manager"}
_OUTPUTS = "outputs"
_MODEL = "dagster_dbt/"  # what begins the metadata of a model of dbt


def facts_of(definitions: dg.Definitions, modules: Mapping[str, str] | None = None) -> tuple[AssetFacts, ...]:
    """Give what the rules look at of every asset that a code location makes, by name.

    Args:
        definitions: Of the code location.
        modules: The modules that define assets, by asset, where they are known.

    >>> @dg.asset(group_name="gold", owners=["team:housing"], metadata={"workbench/retention_days": 30})
    ... def rents(): ...
    >>> found = facts_of(dg.Definitions([rents]))[0]
    >>> found.shown, found.owners, found.retention_days
    ('gold:rents', ('team:housing',), 30)
    """
    assets = [one for one in definitions.assets or () if isinstance(one, dg.AssetsDefinition | dg.AssetSpec)]
    checks = [one for one in definitions.asset_checks or () if isinstance(one, dg.AssetsDefinition)]
    found = facts_of_assets(assets, checks)
    return tuple(replace(one, module=(modules or {}).get(one.name, "")) for one in found)


def facts_of_assets(
    assets: Iterable[dg.AssetsDefinition | dg.AssetSpec], checks: Iterable[dg.AssetsDefinition] = ()
) -> tuple[AssetFacts, ...]:
    """Give the same of assets and checks that stand in no `Definitions` yet.

    What is only read here, a spec or a source, is no asset of this code location: its classification alone counts.
    """
    every = list(assets)
    listed = [one for one in every if isinstance(one, dg.AssetsDefinition)]
    beyond = dict(_beyond(every))
    named: dict[dg.AssetKey, list[str]] = {}
    for one in (*listed, *checks):
        for spec in one.check_specs:
            also = (spec.metadata or {}).get(CHECK)
            named.setdefault(spec.asset_key, []).extend([spec.name, *([str(also)] if also else [])])
    found = [
        _facts(one, key, sorted({*named.get(key, ())}), beyond)
        for one in listed
        if not isinstance(one, dg.AssetChecksDefinition) and one.is_materializable
        for key in one.keys
    ]
    return tuple(sorted(found, key=lambda one: one.name))


def declared_of(metadata: Mapping[str, Any]) -> frozenset[str]:
    """Give the personal columns that an asset's metadata declares: its own, and those of its processing activities.

    >>> sorted(declared_of({PERSONAL: ["name"], BY_POLICY: ["email", "name"]}))
    ['email', 'name']
    """
    told = (metadata.get(key) for key in (PERSONAL, BY_POLICY))
    return frozenset(column for one in told for column in _texts(getattr(one, "value", one)))


def _beyond(assets: Iterable[dg.AssetsDefinition | dg.AssetSpec]) -> Iterator[tuple[str, str]]:
    """Give how assets are classified that nobody makes here."""
    for one in assets:
        if isinstance(one, dg.AssetSpec) or not one.is_materializable:
            for spec in (one,) if isinstance(one, dg.AssetSpec) else one.specs:
                if (level := classification_of(spec.metadata)) is not None:
                    yield spec.key.to_user_string(), level


def _facts(
    definition: dg.AssetsDefinition, key: dg.AssetKey, checks: list[str], beyond: Mapping[str, str]
) -> AssetFacts:
    spec = definition.specs_by_key[key]
    metadata = {name: getattr(value, "value", value) for name, value in spec.metadata.items()}
    outside = spec.group_name == _OUTPUTS
    cost, days = metadata.get("workbench/estimated_cost_per_run"), metadata.get("workbench/retention_days")
    level = metadata.get(DECLARED, metadata.get(CLASSIFICATION))
    notebook = str(metadata.get("workbench/notebook") or "")
    inputs = sorted(one.to_user_string() for one in definition.asset_deps[key] if one != key)
    return AssetFacts(
        name=key.to_user_string(),
        layer=str(metadata.get("workbench/layer") or spec.group_name or ""),
        inputs=tuple(inputs),
        beyond={name: beyond[name] for name in inputs if name in beyond},
        sources=() if outside else tuple(sorted(definition.required_resource_keys - _IO)),
        owners=tuple(spec.owners),
        description=described(spec.description),
        classification=str(level) if level else None,
        retention_days=days if isinstance(days, int) else None,
        key=_texts(metadata.get("workbench/key")),
        checks=tuple(checks),
        personal=_texts(metadata.get(PERSONAL)),
        compute=_compute(definition),
        cost=float(cost) if isinstance(cost, int | float) else None,
        partitioned=definition.partitions_def is not None,
        notebook=notebook,
        outside=outside,
        model=any(name.startswith(_MODEL) for name in metadata) and not notebook,
    )


def _compute(definition: dg.AssetsDefinition) -> dict[str, Any] | None:
    text = definition.op.tags.get(COMPUTE_TAG) if definition.is_executable else None
    return dict(json.loads(text)) if text else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()
