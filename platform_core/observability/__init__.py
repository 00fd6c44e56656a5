"""Watching the platform and what arrives at it: hooks, alerts, sensors, metrics, logs, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.observability.alerts import Alert, send_alert, send_slack_alert
    from platform_core.observability.attaching import with_hooks
    from platform_core.observability.failures import FailureData
    from platform_core.observability.hooks import AssetHookContext, failure_hook, success_hook

__all__ = [
    "Alert",
    "AssetHookContext",
    "FailureData",
    "failure_hook",
    "send_alert",
    "send_slack_alert",
    "success_hook",
    "with_hooks",
]

# Each brings what it needs: hooks Dagster, alerts a database's tables
__getattr__ = loader(
    __name__,
    {
        "Alert": "alerts",
        "AssetHookContext": "hooks",
        "FailureData": "failures",
        "failure_hook": "hooks",
        "send_alert": "alerts",
        "send_slack_alert": "alerts",
        "success_hook": "hooks",
        "with_hooks": "attaching",
    },
)
