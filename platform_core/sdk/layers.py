"""The layer decorators: a function of frames becomes a Dagster asset of the bronze, silver or gold layer.

The asset's key is its name alone and its group is the layer. What the decorators under it said of compute and cost is
read here; `sdk.step` is what runs.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, Unpack, cast, overload
from weakref import WeakKeyDictionary

import dagster as dg

from platform_core.automation.loaded_code import loaded_code
from platform_core.code_references import reference_metadata
from platform_core.compute_kinds import COMPUTE_TAG, KINDS, ComputeSpec, Kind
from platform_core.errors import UserError
from platform_core.frames import FrameKind, annotation_kind
from platform_core.governance.classification import checked_level
from platform_core.governance.policies.facts import MASKING, PERSONAL
from platform_core.metadata.declared import Declared, checked_profile, declared_columns
from platform_core.plain_numbers import is_number, is_whole
from platform_core.sdk.compute import compute_of, hints_of
from platform_core.sdk.logic import logic_version
from platform_core.sdk.parameters import read_parameters
from platform_core.sdk.step import step_function
from platform_core.sdk.types import AssetOptions
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    from platform_core.asset_checks import Check

Layer = Literal["bronze", "silver", "gold"]
AssetFunction = Callable[..., Any]
AssetDecorator = Callable[[AssetFunction | dg.AssetsDefinition], dg.AssetsDefinition]

LAYER_KEY = "workbench/layer"
CACHE_KEY = "workbench/cache"  # false where every run has to make the asset
COST_KEY = "workbench/estimated_cost_per_run"

_MOST_KINDS = 3
_NAME = re.compile(r"[A-Za-z0-9_]+")
# What @cost_tracked_asset made, for a layer decorator that stands over it
_TRACKED: WeakKeyDictionary[dg.AssetsDefinition, tuple[AssetFunction, ComputeSpec, float]] = WeakKeyDictionary()


@overload
def bronze_asset(function: AssetFunction | dg.AssetsDefinition, /) -> dg.AssetsDefinition: ...
@overload
def bronze_asset(**options: Unpack[AssetOptions]) -> AssetDecorator: ...
def bronze_asset(
    function: AssetFunction | dg.AssetsDefinition | None = None, /, **options: Unpack[AssetOptions]
) -> dg.AssetsDefinition | AssetDecorator:
    """Make a bronze asset: data as its source holds it. Bronze alone reads sources.

    Args:
        function: The function, where the decorator stands without parentheses.
        **options: See `sdk.types.AssetOptions`.

    Raises:
        UserError: An option, a parameter or a check is wrong; the message says which.

    >>> import polars as pl
    >>> @bronze_asset(name="rents", description="Rents as published", business_owner="housing")
    ... def rents(context):
    ...     return pl.LazyFrame({"rent": [900]})
    >>> rents.key.to_user_string(), rents.specs_by_key[rents.key].group_name
    ('rents', 'bronze')
    """
    return _layer("bronze", function, options)


@overload
def silver_asset(function: AssetFunction | dg.AssetsDefinition, /) -> dg.AssetsDefinition: ...
@overload
def silver_asset(**options: Unpack[AssetOptions]) -> AssetDecorator: ...
def silver_asset(
    function: AssetFunction | dg.AssetsDefinition | None = None, /, **options: Unpack[AssetOptions]
) -> dg.AssetsDefinition | AssetDecorator:
    """Make a silver asset: cleaned, typed and checked data, from other assets only.

    Args:
        function: The function, where the decorator stands without parentheses.
        **options: See `sdk.types.AssetOptions`.

    Raises:
        UserError: An option, a parameter or a check is wrong; the message says which.

    >>> import polars as pl
    >>> @silver_asset(data_quality_checks=["no_nulls"], key=["permit_id"])
    ... def clean_permits(context, raw_permits: pl.LazyFrame):
    ...     return raw_permits.unique("permit_id")
    >>> [key.to_user_string() for key in clean_permits.keys_by_input_name.values()]
    ['raw_permits']
    """
    return _layer("silver", function, options)


@overload
def gold_asset(function: AssetFunction | dg.AssetsDefinition, /) -> dg.AssetsDefinition: ...
@overload
def gold_asset(**options: Unpack[AssetOptions]) -> AssetDecorator: ...
def gold_asset(
    function: AssetFunction | dg.AssetsDefinition | None = None, /, **options: Unpack[AssetOptions]
) -> dg.AssetsDefinition | AssetDecorator:
    """Make a gold asset: data that answers a question of the business, from other assets only.

    Args:
        function: The function, where the decorator stands without parentheses.
        **options: See `sdk.types.AssetOptions`.

    Raises:
        UserError: An option, a parameter or a check is wrong; the message says which.

    >>> import polars as pl
    >>> @gold_asset(business_owner="planning_team")
    ... def fees_by_authority(context, clean_permits: pl.LazyFrame):
    ...     return clean_permits.group_by("authority").agg(pl.col("fee").sum())
    >>> list(fees_by_authority.specs_by_key[fees_by_authority.key].owners)
    ['team:planning_team']
    """
    return _layer("gold", function, options)


def cost_tracked_asset(
    *, compute_kind: Kind, estimated_cost_per_run: float
) -> Callable[[AssetFunction], dg.AssetsDefinition]:
    """Make an asset whose cost is tracked, alone or under a layer decorator.

    Args:
        compute_kind: `lambda`, `fargate`, `eks` or `batch`; a compute decorator under it says more.
        estimated_cost_per_run: What one run is expected to cost, in US dollars.

    Raises:
        UserError: There is no such kind, the cost is no amount, or a compute decorator says another kind.

    >>> @cost_tracked_asset(compute_kind="eks", estimated_cost_per_run=2.5)
    ... def costly(context, clean_permits): ...
    >>> costly.key.to_user_string()
    'costly'
    """
    if compute_kind not in KINDS:
        raise UserError(
            f"@cost_tracked_asset: compute_kind={compute_kind!r} is no kind of compute.",
            hint=did_you_mean(str(compute_kind), KINDS),
        )
    cost = _cost(estimated_cost_per_run, "@cost_tracked_asset: estimated_cost_per_run")

    def decorate(function: AssetFunction) -> dg.AssetsDefinition:
        if isinstance(function, dg.AssetsDefinition):
            raise UserError(
                "@cost_tracked_asset stands over an asset.", hint="Put the layer decorator above @cost_tracked_asset."
            )
        spec = compute_of(function) or ComputeSpec(compute_kind)
        if spec.kind != compute_kind:
            raise UserError(
                f"@cost_tracked_asset says {compute_kind!r}, but the compute decorator of {function.__name__!r} says "
                f"{spec.kind!r}.",
                hint="Give both the same kind.",
            )
        asset = _build(None, function, {"cost": cost}, spec)
        _TRACKED[asset] = (function, spec, cost)
        return asset

    return decorate


def _layer(
    layer: Layer, function: AssetFunction | dg.AssetsDefinition | None, options: AssetOptions
) -> dg.AssetsDefinition | AssetDecorator:
    unknown = sorted(set(options) - set(AssetOptions.__annotations__))
    if unknown:
        raise UserError(
            f"@{layer}_asset takes no {unknown[0]!r}.", hint=did_you_mean(unknown[0], AssetOptions.__annotations__)
        )

    def decorate(target: AssetFunction | dg.AssetsDefinition) -> dg.AssetsDefinition:
        if isinstance(target, dg.AssetsDefinition):
            tracked = _TRACKED.get(target)
            if tracked is None:
                raise UserError(f"@{layer}_asset stands over an asset.", hint="Give a function one layer decorator.")
            plain, spec, cost = tracked
            return _build(layer, plain, {"cost": cost, **options}, spec)
        return _build(layer, target, options, compute_of(target))

    return decorate if function is None else decorate(function)


def _promised(function: AssetFunction) -> FrameKind | None:
    """Give the kind of frame that a promoted function was seen to give, which its annotation says."""
    said = inspect.signature(function).return_annotation
    return None if said in {Any, "Any"} else annotation_kind(said)


def _build(
    layer: Layer | None, function: AssetFunction, options: AssetOptions, spec: ComputeSpec | None
) -> dg.AssetsDefinition:
    decorator = f"@{layer}_asset" if layer else "@cost_tracked_asset"
    if (
        not inspect.isfunction(function)
        or inspect.iscoroutinefunction(function)
        or inspect.isgeneratorfunction(function)
    ):
        raise UserError(f"{decorator} needs a plain function that returns a frame.")
    name = options.get("name") or function.__name__
    if not _NAME.fullmatch(name):
        raise UserError(f"{decorator}: {name!r} is no asset name.", hint="Use letters, digits and underscores.")
    severity = options.get("severity", "error")
    if severity not in {"error", "warn"}:
        raise UserError(f"{decorator} {name!r}: severity={severity!r} is not allowed.", hint="Use 'error' or 'warn'.")
    if len(set(options.get("kinds") or ())) > _MOST_KINDS:
        raise UserError(f"{decorator} {name!r}: kinds= holds more than {_MOST_KINDS}.", hint="Dagster shows no more.")
    parameters = read_parameters(function, options.get("inputs"))
    checks, contracted = _checks(options, f"{decorator} {name!r}")
    declared = _declared(options, f"{decorator} {name!r}")
    compute = step_function(
        function,
        parameters,
        name=name,
        layer=layer,
        # A bronze step reads its source again whenever it is asked to
        loaded=loaded_code(function) if options.get("cache", True) and layer != "bronze" else None,
        promised=_promised(function) if options.get("notebook") else None,
        declared=declared,
        checks=checks,
        severity=severity,
    )
    passed_on: dict[str, Any] = {
        key: options.get(key) for key in ("partitions_def", "freshness_policy", "automation_condition")
    }
    try:
        asset = dg.asset(
            name=name,
            description=options.get("description") or _first_paragraph(function),
            group_name=layer,
            ins={
                load.slot: dg.AssetIn(
                    load.asset, metadata={"workbench/kind": load.kind, "workbench/by_partition": load.by_partition}
                )
                for load in parameters.loads
            },
            deps=_deps(options, checks, name, [load.asset for load in parameters.loads]),
            metadata={
                **_metadata(layer, options, declared.personal | contracted, f"{decorator} {name!r}"),
                **reference_metadata(function, options.get("notebook")),
                **({} if options.get("cache", True) else {CACHE_KEY: False}),
            },
            tags={**(options.get("tags") or {}), **({COMPUTE_TAG: spec.kind} if spec else {})},
            kinds=set(options.get("kinds") or ()),
            owners=_owners(options),
            op_tags=_op_tags(function, spec),
            code_version=options.get("code_version") or _version(function, declared.masking),
            check_specs=[
                dg.AssetCheckSpec(check.name, asset=name, description=check.description, blocking=severity == "error")
                for check in checks
            ],
            io_manager_key=options.get("io_manager_key"),
            pool=options.get("pool"),
            **passed_on,
        )(compute)
    except (dg.DagsterError, dg._check.CheckError) as error:
        raise UserError(f"{decorator} {name!r}: {str(error).splitlines()[0]}") from error
    return cast("dg.AssetsDefinition", asset)


def _op_tags(function: AssetFunction, spec: ComputeSpec | None) -> dict[str, str] | None:
    """Give where the step runs, and what `@auto_compute` was told, for the choice to be made again at launch."""
    if spec is None:
        return None
    told = {COMPUTE_TAG: spec.to_json()}
    if (hints := hints_of(function)) is None:
        return told
    from platform_core.compute_kinds import AUTO_TAG  # noqa: PLC0415 - with all that chooses a kind

    return {**told, AUTO_TAG: hints.to_json()}


def _checks(options: AssetOptions, where: str) -> tuple[tuple[Check, ...], frozenset[str]]:
    """Resolve the checks, and name the personal columns of their contracts; a schema that is declared is checked."""
    key, schema, named = _key(options), options.get("schema"), options.get("data_quality_checks")
    if schema is None and not named:
        return (), frozenset()
    from platform_core.asset_checks import resolve_checks  # noqa: PLC0415 - its import costs more than most steps
    from platform_core.asset_checks.masks import personal  # noqa: PLC0415 - as above
    from platform_core.partitions.inside import with_partitions  # noqa: PLC0415 - as above

    checks = tuple(resolve_checks(named or (), key=key, schema=schema))
    if schema is not None:
        (contract,) = resolve_checks(["schema_validation"], key=key, schema=schema)
        checks = checks if any(check.name == contract.name for check in checks) else (*checks, contract)
    return with_partitions(checks, options.get("partitions_def"), where), personal(checks)


def _key(options: AssetOptions) -> tuple[str, ...]:
    key = options.get("key") or ()
    return (key,) if isinstance(key, str) else tuple(key)


def _deps(options: AssetOptions, checks: tuple[Check, ...], name: str, inputs: list[str]) -> list[Any]:
    """Give the assets that must be there first: those declared, and those that a check reads."""
    declared = list(options.get("deps") or ())
    needed = sorted({asset for check in checks for asset in check.needs} - {name} - set(inputs))
    return declared + [asset for asset in needed if asset not in declared]


def _owners(options: AssetOptions) -> list[str] | None:
    """Give the owners as Dagster takes them: the business owner is a team, unless it is an address already."""
    owners = list(options.get("owners") or ())
    business = options.get("business_owner")
    if business:
        owners.insert(0, business if "@" in business or business.startswith("team:") else f"team:{business}")
    return list(dict.fromkeys(owners)) or None


def _metadata(layer: Layer | None, options: AssetOptions, personal: Iterable[str], where: str) -> dict[str, Any]:
    metadata = dict(options.get("metadata") or {})
    if layer:
        metadata[LAYER_KEY] = layer
    if (cost := options.get("cost")) is not None:
        metadata[COST_KEY] = _cost(cost, f"{where}: cost")
    if (days := options.get("retention_days")) is not None:
        if not is_whole(days) or days < 1:
            raise UserError(f"{where}: retention_days={days!r} is no number of days.", hint="Give a whole number.")
        metadata["workbench/retention_days"] = days
    for key in ("classification", "notebook"):
        if options.get(key) is not None:
            metadata[f"workbench/{key}"] = cast("Mapping[str, Any]", options)[key]
    if key_columns := _key(options):
        metadata["workbench/key"] = list(key_columns)
    if declared := {*personal, *(options.get("masking") or ())}:
        metadata[PERSONAL] = sorted(declared)
    if options.get("masking"):
        from platform_core.governance.masking.policy import checked_policy  # noqa: PLC0415 - few assets are masked

        ways = checked_policy(options["masking"], f"{where}: masking")
        metadata[MASKING] = {column: {"method": method, **settings} for column, (method, settings) in ways.items()}
    return metadata


def _declared(options: AssetOptions, where: str) -> Declared:
    descriptions, personal = declared_columns(
        options.get("schema"), options.get("columns"), options.get("personal"), where
    )
    return Declared(
        classification=_classification(options, where),
        personal=personal,
        descriptions=descriptions,
        charts=tuple(options.get("charts") or ()),
        profile=checked_profile(options.get("profile") or "footer", where),
        masking=_masking(options, where),
    )


def _masking(options: AssetOptions, where: str) -> Mapping[str, Any]:
    masking = options.get("masking")
    if not masking:
        return {}
    from platform_core.governance.masking.policy import checked_policy  # noqa: PLC0415 - few assets are masked

    checked_policy(masking, f"{where}: masking")
    return masking


def _version(function: AssetFunction, masking: Mapping[str, Any]) -> str:
    logic = logic_version(function)
    if not masking:
        return logic
    from platform_core.governance.masking.policy import masked_version  # noqa: PLC0415 - as above

    return masked_version(logic, masking)


def _classification(options: AssetOptions, where: str) -> str | None:
    classification = options.get("classification")
    return None if classification is None else checked_level(classification, where)


def _cost(cost: object, where: str) -> float:
    if not is_number(cost) or not isfinite(cost) or cost < 0:
        raise UserError(f"{where}={cost!r} is no cost.", hint="Give an amount in US dollars, from 0 on.")
    return float(cost)


def _first_paragraph(function: AssetFunction) -> str | None:
    text = inspect.getdoc(function)
    return text.split("\n\n", 1)[0] if text else None
