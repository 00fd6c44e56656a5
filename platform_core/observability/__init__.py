"""Watching the platform and what arrives at it: hooks, alerts, sensors, metrics, logs, health."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

_MODULES = {
    "Alert": "alerts",
    "AssetHookContext": "hooks",
    "FailureData": "failures",
    "failure_hook": "hooks",
    "send_alert": "alerts",
    "send_slack_alert": "alerts",
    "success_hook": "hooks",
    "with_hooks": "attaching",
}


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for: each brings what it needs."""
    if name in _MODULES:
        return getattr(import_module(f"platform_core.observability.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
