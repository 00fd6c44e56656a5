"""Alerts: what is told, to whom, and never more than people can read.

An alert opens an incident, or adds to one that is open; an incident is told once to each channel that its route names,
again only after a day, and once more when it is over. What follows a message within some minutes goes together in the
next one, and a channel takes no more than so many messages. All of it stands in a table (`store`), so that it survives
a restart and many processes share it. `alerter` decides, `channels` sends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.observability.alerts.alert import Alert
    from platform_core.observability.alerts.alerter import Alerter
    from platform_core.observability.alerts.current import alerter_for, use_alerts
    from platform_core.observability.alerts.sending import send_alert, send_slack_alert

__all__ = ["Alert", "Alerter", "alerter_for", "send_alert", "send_slack_alert", "use_alerts"]

# What decides brings a database's library, which a code location that is loaded has no use for
__getattr__ = loader(
    __name__,
    {
        "Alert": "alert",
        "Alerter": "alerter",
        "alerter_for": "current",
        "send_alert": "sending",
        "send_slack_alert": "sending",
        "use_alerts": "current",
    },
)
