"""Jobs by layer and by domain, and how a job tries again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_core.automation.conditions import LAYERS
from platform_core.errors import UsageError
from platform_core.plain_numbers import is_whole
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

DOMAIN_TAG = "domain"


def retries(most: int = 3, *, first_delay_seconds: float = 30) -> dg.RetryPolicy:
    """Give the retries of a job: each waits twice as long as the one before, give or take a share at random.

    Any error is tried again, as nobody can tell which one passes; a failed check is not, as the data stays what it is.

    Args:
        most: How many times a failed step is tried again.
        first_delay_seconds: How long before the first one.

    Raises:
        UsageError: The numbers cannot be.

    >>> retries(3, first_delay_seconds=60).max_retries
    3
    """
    if not is_whole(most) or not 1 <= most <= 20:
        raise UsageError("A job is tried again 1 to 20 times.", hint="Write retries(3).")
    if not 0 < first_delay_seconds <= 3600:
        raise UsageError("A job waits more than 0 and at most 3600 seconds before it is tried again.")
    return dg.RetryPolicy(
        max_retries=most,
        delay=first_delay_seconds,
        backoff=dg.Backoff.EXPONENTIAL,
        jitter=dg.Jitter.PLUS_MINUS,
    )


def layer_job(
    layer: str, *, name: str | None = None, retry: dg.RetryPolicy | None = None
) -> UnresolvedAssetJobDefinition:
    """Give the job that makes all assets of a layer, called `bronze_job`, `silver_job` or `gold_job`.

    Raises:
        UsageError: There is no such layer.

    >>> layer_job("silver", retry=retries(2)).name
    'silver_job'
    """
    if layer not in LAYERS:
        raise UsageError(f"There is no layer {layer!r}.", hint=did_you_mean(layer, LAYERS))
    return asset_job(name or f"{layer}_job", dg.AssetSelection.groups(layer), retry=retry)


def domain_job(
    domain: str, *, name: str | None = None, retry: dg.RetryPolicy | None = None
) -> UnresolvedAssetJobDefinition:
    """Give the job that makes all assets of a domain: those with `tags={"domain": "planning"}`.

    Raises:
        UsageError: The domain is empty.

    >>> domain_job("planning").name
    'planning_job'
    """
    if not domain:
        raise UsageError("domain_job needs a domain.", hint='Write domain_job("planning").')
    plain = "".join(character if character.isalnum() else "_" for character in domain)
    return asset_job(name or f"{plain}_job", dg.AssetSelection.tag(DOMAIN_TAG, domain), retry=retry)


def asset_job(
    name: str,
    selection: Any,
    *,
    retry: dg.RetryPolicy | None = None,
    description: str | None = None,
    hooks: Collection[dg.HookDefinition] = (),
    run_config: Mapping[str, Any] | None = None,
) -> UnresolvedAssetJobDefinition:
    """Give a job that makes the assets of a selection, and tries again what fails.

    Args:
        name: The job's name.
        selection: As Dagster takes it: a text such as `group:silver`, names of assets, or an `AssetSelection`.
        retry: How it tries again; see `retries`. It stands on the job alone: no step has one of its own.
        description: What the job is for.
        hooks: What is called after each of its steps; see `platform_core.observability`.
        run_config: The configuration of its runs, where the one who starts them gives none.

    >>> asset_job("report", "+total", retry=retries()).name
    'report'
    """
    return dg.define_asset_job(
        name,
        selection=selection,
        description=description,
        op_retry_policy=retry,
        hooks=frozenset(hooks),
        config=run_config,
    )
