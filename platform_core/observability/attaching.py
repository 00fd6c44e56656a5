"""Attaching hooks: to some assets, to what a selection names, to all of a code location."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg

from platform_core.errors import UserError
from platform_core.observability.hooks import assets_of


def with_hooks(
    assets: Sequence[Any], hooks: Iterable[dg.HookDefinition], selection: str | dg.AssetSelection = "*"
) -> list[Any]:
    """Give assets with hooks attached to those that a selection names; the others come back as they are.

    Args:
        assets: Assets and whatever else a code location holds; only what is computed takes hooks.
        hooks: The hooks.
        selection: Dagster's selection syntax, such as `group:gold`; all without it.

    Raises:
        UserError: The selection cannot be read.

    >>> import dagster as dg
    >>> from platform_core.observability import success_hook
    >>> @success_hook
    ... def tell(context): ...
    >>> @dg.asset(group_name="gold")
    ... def fees(): ...
    >>> @dg.asset(group_name="bronze")
    ... def register(): ...
    >>> [len(asset.hook_defs) for asset in with_hooks([fees, register], [tell], "group:gold")]
    [1, 0]
    """
    wanted = frozenset(hooks)
    if not wanted:
        return list(assets)
    chosen = _chosen(assets, selection)
    return [_hooked(asset, wanted, chosen) for asset in assets]


def with_declared_hooks(assets: Sequence[Any], hooks: Iterable[dg.HookDefinition]) -> list[Any]:
    """Give assets with each hook attached to the assets that it says it is for.

    Raises:
        UserError: A hook's selection cannot be read.
    """
    given = list(assets)
    for hook in hooks:
        selection = assets_of(hook)
        if selection is not None:
            given = with_hooks(given, [hook], selection)
    return given


def _chosen(assets: Sequence[Any], selection: str | dg.AssetSelection) -> set[dg.AssetKey] | None:
    """Give the keys of a selection; None where all are chosen."""
    if selection == "*":
        return None
    definitions: list[Any] = [
        dg.AssetsDefinition(specs=[asset]) if isinstance(asset, dg.AssetSpec) else asset
        for asset in assets
        if isinstance(asset, dg.AssetsDefinition | dg.AssetSpec)
    ]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.BetaWarning)  # Dagster's own use of its own parameter
            parsed = dg.AssetSelection.from_string(selection) if isinstance(selection, str) else selection
            return set(parsed.resolve(definitions))
    except dg.DagsterError as error:
        raise UserError(
            f"The assets {selection!s} of a hook cannot be read.",
            hint="Dagster's selection syntax is wanted, such as `fees`, `+fees` or `group:gold`.",
        ) from error


def _hooked(asset: Any, hooks: frozenset[dg.HookDefinition], chosen: set[dg.AssetKey] | None) -> Any:
    if not isinstance(asset, dg.AssetsDefinition) or not asset.is_executable or not asset.keys:
        return asset
    return asset.with_hooks(hooks) if chosen is None or chosen & set(asset.keys) else asset
