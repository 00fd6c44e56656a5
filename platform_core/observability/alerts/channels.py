"""Sending a message: Slack, Teams, e-mail and webhooks by apprise, GOV.UK Notify by its own published API.

What a service answers is not shown beyond its status: address and answer may hold the secret that it was called with.
"""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from platform_core.config.alerts import ChannelConfig, Severity
from platform_core.errors import UserError, WorkbenchError
from platform_core.needed import needed
from platform_core.observability.alerts.alert import Message
from platform_core.observability.alerts.govuk_notify import send_by_notify
from platform_core.observability.alerts.posting import posted

SECONDS = 5.0  # to connect, and again for each answer
_KINDS: dict[Severity, str] = {"info": "INFO", "warning": "WARNING", "error": "FAILURE", "critical": "FAILURE"}
_STATUS = re.compile(r"error[=: ]+(\d{3})\b")
_CALLS = re.compile(r"(?<!\w)@(?=(?:all|channel|here)\b)", re.IGNORECASE)
_SLACK, _TEAMS = re.compile(r"hooks\.slack(-gov)?\.com"), re.compile(r"(.+\.)?(logic\.azure|(power|apps)platform)\..+")


def send(channel: ChannelConfig, message: Message) -> str | None:
    """Send a message, and give what went wrong, or None where the service took it.

    >>> from platform_core.config.alerts import ChannelConfig
    >>> lost = ChannelConfig.model_validate({"type": "slack", "url": {"env": "NOT_SET"}})
    >>> send(lost, Message("1", "a subject", "a body", "error"))
    'The environment variable NOT_SET is not set.'
    """
    try:
        if channel.type == "govuk_notify":
            return send_by_notify(channel, message, timeout=SECONDS)
        gateway = _for_gateway(channel, message)
        if gateway is not None:
            return posted(_address(channel), gateway, timeout=SECONDS)
        return _notify(_service(channel, message), message)
    except WorkbenchError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - a service may fail in any way, and none of them ends a run
        return f"It could not be sent ({type(error).__name__})."


class _Heard(logging.Handler):
    """Hears the status of an answer in what apprise logs, and lets nothing else through."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.status = ""

    def emit(self, record: logging.LogRecord) -> None:
        found = _STATUS.search(record.getMessage())
        self.status = found[1] if found else self.status


def _notify(service: Any, message: Message) -> str | None:
    apprise = needed("apprise", "alerts")
    kind = apprise.NotifyType.SUCCESS if message.recovery else getattr(apprise.NotifyType, _KINDS[message.severity])
    heard = _Heard()
    service.logger = logger = logging.Logger("workbench.alerts.apprise")
    logger.addHandler(heard)
    if service.notify(
        body=message.body, title=message.subject, notify_type=kind, body_format=apprise.NotifyFormat.TEXT
    ):
        return None
    return f"The service answered with the status {heard.status}." if heard.status else "The service does not answer."


def _service(channel: ChannelConfig, message: Message) -> Any:
    match channel.type:
        case "slack":
            return _slack(channel)
        case "teams":
            return _teams(channel)
        case "email":
            return _email(channel, message)
        case _:
            return _webhook(channel, message)


def _for_gateway(channel: ChannelConfig, message: Message) -> dict[str, Any] | None:
    """Give what a service takes that speaks as Slack or Teams do and is not theirs, such as Mattermost."""
    if channel.type == "slack" and channel.token is None and not _SLACK.fullmatch(_host(channel)):
        return {"text": f"*{_plain(message.subject)}*\n{_plain(message.body)}"}
    if channel.type == "teams" and not _TEAMS.fullmatch(_host(channel)):
        lines = [{"type": "TextBlock", "text": text, "wrap": True} for text in (message.subject, message.body)]
        card = {"type": "AdaptiveCard", "version": "1.4", "body": lines}
        attached = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        return {"type": "message", "attachments": [attached]}
    return None


def _plain(text: str) -> str:
    """Give a text that calls nobody and hides no address, where `<!channel>`, `<https://…|words>` and `@all` would."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CALLS.sub("@\N{ZERO WIDTH SPACE}", escaped)


def _host(channel: ChannelConfig) -> str:
    return urlsplit(_address(channel)).hostname or ""


def _address(channel: ChannelConfig) -> str:
    url = channel.url.value() if channel.url is not None else ""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UserError("The address of the channel is no web address.")
    return url


def _slack(channel: ChannelConfig) -> Any:
    slack = needed("apprise.plugins.slack", "alerts")
    common = {**_common(), "include_footer": False, "include_image": False}
    if channel.token is not None:
        return slack.NotifySlack(access_token=channel.token.value(), targets=list(channel.to) or None, **common)
    found = slack.NotifySlack.parse_native_url(_address(channel))
    if found is None:
        raise UserError("The address of the channel is no Slack webhook.")
    return slack.NotifySlack(**{**found, **common})


def _teams(channel: ChannelConfig) -> Any:
    workflows = needed("apprise.plugins.workflows", "alerts")
    found = workflows.NotifyWorkflows.parse_native_url(_address(channel))
    if found is None:
        raise UserError("The address of the channel is no workflow of Teams.")
    return workflows.NotifyWorkflows(**{**found, **_common()})


def _email(channel: ChannelConfig, message: Message) -> Any:
    email = needed("apprise.plugins.email", "alerts")
    login = {}
    if channel.username:
        login = {"user": channel.username, "password": channel.password.value() if channel.password else ""}
    host = channel.host or ""
    return email.NotifyEmail(
        host=host,
        smtp_host=host,
        port=channel.port,
        secure=channel.security != "insecure",
        secure_mode=channel.security,
        from_addr=channel.sender,
        targets=list(channel.to),
        # Not `Message-ID`: Apprise writes one too, and there are services that refuse a mail with two
        headers={"X-Workbench-Id": message.id},
        format="text",
        **login,
        **_common(),
    )


def _webhook(channel: ChannelConfig, message: Message) -> Any:
    json_ = needed("apprise.plugins.custom_json", "alerts")
    parts = urlsplit(_address(channel))
    token = channel.token.value() if channel.token is not None else ""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return json_.NotifyJSON(
        host=parts.hostname,
        port=parts.port,
        secure=parts.scheme == "https",
        fullpath=parts.path or "/",
        params=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=headers | {"Idempotency-Key": message.id},
        # Empty ones are left out of what apprise sends by itself
        payload={
            "version": "",
            "attachments": "",
            "severity": message.severity,
            "recovery": message.recovery,
            "id": message.id,
        },
        user=parts.username,
        password=parts.password,
        **_common(),
    )


def _common() -> dict[str, Any]:
    return {"cto": SECONDS, "rto": SECONDS}
