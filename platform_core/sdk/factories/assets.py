"""The two forms of a factory: with names it is an asset, with the things themselves it is done at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

import dagster as dg

from platform_core.canonical import digest
from platform_core.errors import UserError
from platform_core.governance.audit.running import record_run
from platform_core.governance.classification import CLASSIFICATION, classification_of
from platform_core.governance.days import today
from platform_core.governance.policies.enforcing import refuse
from platform_core.resources.base import PlatformResource
from platform_core.sdk.layers import bronze_asset
from platform_core.suggest import did_you_mean

OUTPUTS = "outputs"  # the group of what leaves the platform


class OutputOptions(TypedDict, total=False):
    """What an output asset takes; every one may be left out.

    Attributes:
        name: The asset's name; made from what it publishes where it is left out.
        description: What the output is and whom it is for.
        owners: E-mail addresses or `team:name`.
        tags: Dagster's tags.
        partitions_def: The partitions of the published asset, where each is an output of its own.
        deps: Assets that must be there first.
        automation_condition: Dagster's automation.
    """

    name: str
    description: str
    owners: Sequence[str]
    tags: Mapping[str, str]
    partitions_def: dg.PartitionsDefinition[Any] | None
    deps: Iterable[Any]
    automation_condition: dg.AutomationCondition[Any] | None


def source_asset(
    source: str,
    name: str,
    said: Mapping[str, Any],
    read: Callable[[Any], Any],
    options: Mapping[str, Any],
) -> dg.AssetsDefinition:
    """Make a bronze asset that reads a resource.

    Args:
        source: The resource's name in the project.
        name: The asset's name.
        said: What the factory was told: its code version changes exactly when this does.
        read: Gives the frame from the resource.
        options: Of `@bronze_asset`.
    """
    if options.get("partitions_def") is not None:
        raise UserError(f"{said['factory']} makes no partitions: it adds to one asset.", hint="Leave them out.")
    resource = _resource_name(source, said)

    def ingest(**given: Any) -> Any:
        return read(given[resource])

    ingest.__name__ = name
    ingest.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what inspect.signature looks for
        [inspect.Parameter(resource, inspect.Parameter.KEYWORD_ONLY, annotation=PlatformResource)]
    )
    told: dict[str, Any] = {"name": name, "code_version": version(said), **options}
    told.setdefault("description", f"{said['factory']} of {source}.")
    made: dg.AssetsDefinition = bronze_asset(**told)(ingest)
    return made


def output_asset(
    asset: str,
    to: str,
    said: Mapping[str, Any],
    publish: Callable[[Any, Any, str | None], Mapping[str, Any]],
    **options: Unpack[OutputOptions],
) -> dg.AssetsDefinition:
    """Make an asset that gives another one out and stores nothing in the lake.

    Args:
        asset: What is published.
        to: The name of the resource that takes it.
        said: What the factory was told, `name` the default of its name.
        publish: Takes the frame, the resource and the partition's key, and gives the metadata.
        **options: See `OutputOptions`.
    """
    known = OutputOptions.__annotations__
    for option in options:
        if option not in known:
            raise UserError(f"{said['factory']} takes no {option!r}.", hint=did_you_mean(option, known))
    resource = _resource_name(to, said)
    if not asset.isidentifier():
        raise UserError(f"{said['factory']}: {asset!r} is no asset.", hint="Give an asset's name, or a frame.")

    def output(context: Any, frame: Any) -> Any:
        name = context.asset_key.to_user_string()
        about = context.assets_def.specs_by_key[context.asset_key].metadata
        refuse(about, name, on=today())
        key = context.partition_key if context.has_partition_key else None
        told = publish(frame, getattr(context.resources, resource), key)
        record_run(context, f"{OUTPUTS}:{name}", None)
        level = classification_of(about)
        return dg.MaterializeResult(metadata=told if level is None else {**told, CLASSIFICATION: level})

    # Dagster reads these, and does not resolve text
    output.__annotations__ = {"context": dg.AssetExecutionContext, "frame": Any, "return": dg.MaterializeResult}
    return dg.asset(
        name=options.get("name") or said["name"],
        description=options.get("description") or f"{said['factory']} of {asset} to {to}.",
        group_name=OUTPUTS,
        ins={"frame": dg.AssetIn(asset, metadata={"workbench/kind": "lazy"})},
        required_resource_keys={resource},
        owners=list(options.get("owners") or ()) or None,
        tags=dict(options.get("tags") or {}),
        partitions_def=options.get("partitions_def"),
        deps=list(options.get("deps") or ()),
        automation_condition=options.get("automation_condition"),
        kinds={str(said["kind"])},
        code_version=version(said),
    )(output)


def version(said: Mapping[str, Any]) -> str:
    """Give the code version of an asset that a factory makes: it changes exactly when what it was told does."""
    return digest(*(f"{key}={_plain(said[key])}" for key in sorted(said) if said[key] is not None))


def _plain(value: Any) -> str:
    if callable(value):
        from platform_core.sdk.logic import logic_version  # noqa: PLC0415 - few factories are given a function

        return logic_version(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key!r}:{_plain(item)}" for key, item in sorted(value.items())) + "}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_plain, value))}]"
    return repr(value)


def _resource_name(name: str, said: Mapping[str, Any]) -> str:
    if not name.isidentifier():
        raise UserError(
            f"{said['factory']}: {name!r} is no resource.", hint='Give a resource\'s name, or resource("NAME") itself.'
        )
    return name
