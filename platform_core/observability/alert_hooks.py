"""The hooks that tell failures at once, from the run itself, and their end; the sensors tell what no hook sees."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from platform_core.config.alerts import AlertsConfig
from platform_core.observability.alerts.alert import Alert
from platform_core.observability.alerts.alerter import Alerter, Recovery
from platform_core.observability.alerts.current import alerter_for
from platform_core.observability.hooks import AssetHookContext, either_hook, success_hook
from platform_core.observability.telling import About, about, failure_alert, failure_key, links

if TYPE_CHECKING:
    import dagster as dg


def alert_hooks(config: AlertsConfig) -> list[dg.HookDefinition]:
    """Give the hooks that a configuration asks for; each says which assets it is for.

    >>> [hook.name for hook in alert_hooks(AlertsConfig(success="group:gold"))]
    ['tell', 'tell_success']
    """
    found = [either_hook("tell", success=_tell_recovery, failure=_tell_failure, assets="*")] if config.hooks else []
    if config.success:
        found.append(success_hook(name="tell_success", assets=config.success)(_tell_success))
    return found


def _tell_failure(context: AssetHookContext) -> None:
    """Tell that an asset could not be made."""
    if context.failure_data is None:
        return
    alerter = _alerter(context)
    alert = failure_alert(
        context.failure_data,
        asset=_asset(context),
        job=context.job_name,
        run_id=context.run_id,
        at=time.time(),
        known=_about(context),
        dashboard=alerter.config.dashboard,
    )
    alerter.tell([alert])


def _tell_recovery(context: AssetHookContext) -> None:
    """Tell that an asset was made which failed before."""
    asset = _asset(context)
    key = failure_key(asset, context.step_key, context.job_name, context.partition_key or "")
    _alerter(context).tell(over=[Recovery(key, time.time(), f"{asset or context.step_key} was made again")])


def _tell_success(context: AssetHookContext) -> None:
    """Tell that an asset was made."""
    alerter, asset, known = _alerter(context), _asset(context), _about(context)
    found = links(alerter.config.dashboard, run_id=context.run_id, notebook=known.notebook)
    key = f"success:{asset}:{context.run_id}"
    notice = Alert("success", key, f"{asset} was made", "info", owners=known.owners, asset=asset, links=found)
    alerter.tell(notices=[notice])


def _alerter(context: AssetHookContext) -> Alerter:
    return alerter_for(context.instance).logging_to(context.log.info)


def _asset(context: AssetHookContext) -> str:
    return context.asset_key.to_user_string() if context.asset_key is not None else ""


def _about(context: AssetHookContext) -> About:
    step = context._context._step_execution_context
    return about(step.job_def.asset_layer.asset_graph, context.asset_key)
