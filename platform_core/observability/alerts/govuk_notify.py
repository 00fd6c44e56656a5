"""GOV.UK Notify, by its published REST API: e-mail and text messages from a template of two fields.

Each request carries a JSON web token signed with the secret of the API key (HS256), valid for some seconds. The key is
`NAME-SERVICE_ID-SECRET`, the last two being UUIDs. The template holds `((subject))` and `((body))`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time

from platform_core.config.alerts import ChannelConfig
from platform_core.errors import UserError
from platform_core.observability.alerts.alert import Message
from platform_core.observability.alerts.posting import posted

ADDRESS = "https://api.notifications.service.gov.uk"
_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KEY = re.compile(rf"(?:.*-)?({_UUID})-({_UUID})")
_LONGEST_TEXT_MESSAGE = 600


def send_by_notify(channel: ChannelConfig, message: Message, *, timeout: float) -> str | None:
    """Send a message to each address and number of a channel; give what went wrong, or None.

    Raises:
        UserError: The key has not the form of one, or is not there.
    """
    key = channel.api_key.value() if channel.api_key is not None else ""
    base = (channel.url.value() if channel.url is not None else ADDRESS).rstrip("/")
    problems = []
    for receiver in channel.to:
        kind, content = _content(receiver, channel.template or "", message)
        headers = {"Authorization": f"Bearer {token(key)}"}  # one each: it is valid for some seconds
        address = f"{base}/v2/notifications/{kind}"
        problems.append(posted(address, content, timeout=timeout, headers=headers, service="GOV.UK Notify"))
    return next(filter(None, problems), None)


def token(key: str, *, now: float | None = None) -> str:
    """Give the token that a request is signed with.

    Args:
        key: The API key.
        now: The present moment; Notify refuses a token that is older than 30 seconds.

    Raises:
        UserError: The key has not the form of one.

    >>> service, secret = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
    >>> token(f"my_key-{service}-{secret}", now=1568818578).count(".")
    2
    """
    found = _KEY.fullmatch(key)
    if found is None:
        raise UserError("The key of GOV.UK Notify has not the form of one.", hint="It is NAME-SERVICE_ID-SECRET.")
    service, secret = found.groups()
    claims = {"iss": service, "iat": int(time.time() if now is None else now)}
    signed = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (_HEADER, claims))
    return f"{signed}.{_encoded(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


_HEADER = {"typ": "JWT", "alg": "HS256"}


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _content(receiver: str, template: str, message: Message) -> tuple[str, dict[str, object]]:
    mail = "@" in receiver
    body = message.body if mail else message.body[:_LONGEST_TEXT_MESSAGE]
    content: dict[str, object] = {
        "template_id": template,
        "personalisation": {"subject": message.subject, "body": body},
        "reference": message.id,
    }
    return ("email", content | {"email_address": receiver}) if mail else ("sms", content | {"phone_number": receiver})
