"""Alerts by hand: one call, from a hook, a notebook or a script."""

from __future__ import annotations

import hashlib

from platform_core.config.alerts import SLACK_VARIABLE, Severity
from platform_core.errors import UserError
from platform_core.observability.alerts.alert import LONGEST_LINE, Alert
from platform_core.observability.alerts.alerter import Sent
from platform_core.observability.alerts.current import alerter_for
from platform_core.observability.hooks import INSTANCE
from platform_core.observability.safe_text import scrubbed_text, without_personal
from platform_core.suggest import did_you_mean


def send_slack_alert(text: str, *, channel: str | None = None, severity: Severity = "error") -> list[Sent]:
    """Tell something in Slack, at once unless too much was told already or the hours are quiet.

    The target is the channel of the type `slack` under `alerts:` in the project's YAML, else the webhook whose address
    the environment variable `SLACK_WEBHOOK_URL` holds. The same text again within `grouping_seconds` is not sent again,
    and what is over the rate limit goes together in a later message.

    Args:
        text: What to tell, at most 400 characters. Secrets and what looks like personal data are taken out.
        channel: The name of the channel, where there are several.
        severity: `info`, `warning`, `error` or `critical`.

    Returns:
        What was sent now, and what became of it.

    Raises:
        UserError: There is no such channel, or no target at all.

    >>> send_slack_alert("The register is late")
    Traceback (most recent call last):
    ...
    platform_core.errors.UserError: There is nowhere to send an alert to Slack.
    hint: Set SLACK_WEBHOOK_URL, or add a channel of the type slack under `alerts:` in config/*.yaml.
    """
    alerter = alerter_for(INSTANCE.get())
    names = [name for name, one in alerter.config.channels.items() if one.type == "slack"]
    if not names:
        hint = f"Set {SLACK_VARIABLE}, or add a channel of the type slack under `alerts:` in config/*.yaml."
        raise UserError("There is nowhere to send an alert to Slack.", hint=hint)
    if channel is not None and channel not in names:
        raise UserError(f"There is no Slack channel {channel!r} under `alerts:`.", hint=did_you_mean(channel, names))
    return alerter.tell(notices=[_message(text, severity)], to=channel or names[0])


def send_alert(text: str, *, owners: tuple[str, ...] = (), severity: Severity = "error") -> list[Sent]:
    """Tell something to whom the routes of `alerts:` name for it.

    Args:
        text: What to tell; see `send_slack_alert`.
        owners: Whose it is, such as `("team:planning",)`; routes go by it.
        severity: `info`, `warning`, `error` or `critical`.

    Raises:
        UserError: No channel is configured.
    """
    alerter = alerter_for(INSTANCE.get())
    if not alerter.config.channels:
        raise UserError("There is nowhere to send an alert to.", hint="Add a channel under `alerts:` in config/*.yaml.")
    return alerter.tell(notices=[_message(text, severity, owners)])


def _message(text: str, severity: Severity, owners: tuple[str, ...] = ()) -> Alert:
    text = without_personal(scrubbed_text(text, longest=LONGEST_LINE))
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
    return Alert("message", f"message:{digest}", text, severity, owners=owners)
