"""Messages as they arrive: at real SMTP and HTTP servers, which refuse, break off and hold back."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_core.config.alerts import ChannelConfig
from platform_core.observability.alerts import channels as sending
from platform_core.observability.alerts.alert import Message
from platform_core.observability.alerts.channels import send
from platform_core.observability.alerts.govuk_notify import token
from tests.servers.http import Asked, HTTPServer, Reply, new_certificate, running_http, running_proxy
from tests.servers.smtp import SMTPServer, running_smtp

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
MESSAGE = Message(
    "c0ffee", "rents (prod): rents failed", "[error] rents failed: KeyError\nrun: https://d/runs/1", "error"
)


@pytest.fixture
def http() -> Iterator[HTTPServer]:
    with running_http() as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[SMTPServer]:
    with running_smtp() as server:
        yield server


def channel(monkeypatch: pytest.MonkeyPatch, kind: str, url: str = "", **more: Any) -> ChannelConfig:
    if url:
        monkeypatch.setenv("CHANNEL_URL", url)
        more["url"] = {"env": "CHANNEL_URL"}
    return ChannelConfig.model_validate({"type": kind} | more)


def taken(*_: object) -> Reply:
    return Reply("ok")


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    """Slack and Microsoft, by their own names, over TLS: the proxy of the environment leads there."""
    certificate = new_certificate("hooks.slack.com", tmp_path)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with running_http(certificate) as server, running_proxy(int(server.url.rpartition(":")[2])) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield server


def test_slack_takes_a_message_by_its_webhook(services: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"
    services.paths[path] = lambda *_: Reply(b"ok")
    assert send(channel(monkeypatch, "slack", f"https://hooks.slack.com{path}"), MESSAGE) is None
    (asked,) = services.asked
    assert "rents failed: KeyError" in json.dumps(asked.body)
    assert "https://d/runs/1" in json.dumps(asked.body)


def test_what_speaks_as_slack_takes_its_text(http: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    http.paths["/hooks/abc"] = taken
    assert send(channel(monkeypatch, "slack", f"{http.url}/hooks/abc"), MESSAGE) is None
    assert http.asked[0].body == {"text": f"*{MESSAGE.subject}*\n{MESSAGE.body}"}
    # The name of a file that somebody sent may stand in it, as the key of a partition
    hostile = Message("1", "rents <!channel> failed", "<https://x.example|the run> @all, ana@all.gov.uk & co", "error")
    assert send(channel(monkeypatch, "slack", f"{http.url}/hooks/abc"), hostile) is None
    assert http.asked[1].body["text"].splitlines() == [
        "*rents &lt;!channel&gt; failed*",
        "&lt;https://x.example|the run&gt; @\N{ZERO WIDTH SPACE}all, ana@all.gov.uk &amp; co",
    ]


def test_teams_takes_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = "prod-12.uksouth.logic.azure.com"
    certificate = new_certificate(host, tmp_path)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    path = "/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke"
    query = "api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=planted-signature-22"
    with running_http(certificate) as server, running_proxy(int(server.url.rpartition(":")[2])) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        server.paths[path] = lambda *_: Reply({}, 202)
        assert send(channel(monkeypatch, "teams", f"https://{host}:443{path}?{query}"), MESSAGE) is None
    (asked,) = server.asked
    assert asked.params["sig"] == "planted-signature-22"
    assert "rents failed: KeyError" in json.dumps(asked.body)
    assert asked.body["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"


def test_a_webhook_takes_json_with_what_can_be_sorted_by(http: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    http.paths["/alerts"] = taken
    monkeypatch.setenv("OPS_TOKEN", "planted-ops-token")
    target = channel(monkeypatch, "webhook", f"{http.url}/alerts?team=data", token={"env": "OPS_TOKEN"})
    assert send(target, MESSAGE) is None
    (asked,) = http.asked
    assert asked.params == {"team": "data"}
    assert asked.headers["authorization"] == "Bearer planted-ops-token"
    assert asked.headers["idempotency-key"] == "c0ffee"
    wanted = {"title": MESSAGE.subject, "message": MESSAGE.body, "severity": "error", "recovery": False, "id": "c0ffee"}
    assert {key: asked.body[key] for key in wanted} == wanted


def test_mail_arrives_at_each_address(smtp: SMTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    target = channel(
        monkeypatch,
        "email",
        host=smtp.host,
        port=smtp.port,
        security="insecure",
        sender="platform@planning.gov.uk",
        to=["data@planning.gov.uk", "ops@planning.gov.uk"],
    )
    assert send(target, MESSAGE) is None
    assert sorted(mail["X-Receivers"] for mail in smtp.received) == ["data@planning.gov.uk", "ops@planning.gov.uk"]
    mail = smtp.received[0]
    assert len(mail.get_all("Message-ID") or []) == 1, "services refuse a mail with two"
    assert mail["X-Workbench-Id"] == MESSAGE.id
    assert mail["Subject"] == MESSAGE.subject
    assert mail["From"].addresses[0].addr_spec == "platform@planning.gov.uk"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip().replace("\r\n", "\n") == MESSAGE.body
    smtp.refusals = ["452 no room", "550 no"]
    assert send(target, MESSAGE) == "The service does not answer."


def test_notify_takes_mail_and_text_messages_with_a_token_that_its_key_signed(
    http: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import jwt

    monkeypatch.setenv("NOTIFY_KEY", f"platform-{SERVICE}-{SECRET}")
    for kind in ("email", "sms"):
        http.paths[f"/v2/notifications/{kind}"] = lambda *_: Reply({"id": "1"}, 201)
    target = channel(
        monkeypatch,
        "govuk_notify",
        http.url,
        api_key={"env": "NOTIFY_KEY"},
        template=TEMPLATE,
        to=["data@planning.gov.uk", "+447700900123"],
    )
    assert send(target, MESSAGE) is None
    mail, text = http.asked
    claims = jwt.decode(mail.headers["authorization"].removeprefix("Bearer "), SECRET, algorithms=["HS256"])
    assert claims["iss"] == SERVICE
    assert mail.body == {
        "template_id": TEMPLATE,
        "email_address": "data@planning.gov.uk",
        "personalisation": {"subject": MESSAGE.subject, "body": MESSAGE.body},
        "reference": "c0ffee",
    }
    assert text.body["phone_number"] == "+447700900123"
    http.paths["/v2/notifications/sms"] = lambda *_: Reply({"errors": [{"error": "AuthError"}]}, 403)
    assert send(target, MESSAGE) == "GOV.UK Notify answered with the status 403."
    monkeypatch.setenv("NOTIFY_KEY", "no key")
    assert send(target, MESSAGE) == "The key of GOV.UK Notify has not the form of one."


def test_a_token_is_made_as_the_standard_says() -> None:
    header, claims, _ = token(f"k-{SERVICE}-{SECRET}", now=1568818578).split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"typ": "JWT", "alg": "HS256"}
    assert json.loads(base64.urlsafe_b64decode(claims + "==")) == {"iss": SERVICE, "iat": 1568818578}


@pytest.mark.parametrize("kind", ["slack", "teams", "webhook"])
def test_a_refusal_is_said_by_its_status_and_no_secret(
    kind: str, http: HTTPServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "planted-path-7731"  # noqa: S105 - planted, and looked for
    http.paths[f"/{secret}"] = lambda *_: Reply({"error": secret}, 429)
    target = channel(monkeypatch, kind, f"{http.url}/{secret}")
    assert send(target, MESSAGE) == "The service answered with the status 429."
    http.paths[f"/{secret}"] = lambda *_: Reply(b"x" * 100, cut=True)
    assert send(target, MESSAGE) in {None, "The service does not answer."}  # it took the message, and broke off after
    monkeypatch.setenv("CHANNEL_URL", "http://127.0.0.1:9/" + secret)
    assert send(target, MESSAGE) == "The service does not answer."
    monkeypatch.setenv("CHANNEL_URL", "file:///" + secret)
    assert send(target, MESSAGE) == "The address of the channel is no web address."
    assert secret not in caplog.text


def test_a_service_that_holds_back_is_not_waited_for(http: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    release = threading.Event()

    def held(asked: Asked, _: int) -> Reply:
        return Reply("late", hold=release)

    http.paths["/late"] = held
    assert send(channel(monkeypatch, "webhook", f"{http.url}/late"), MESSAGE) == "The service does not answer."
    release.set()
