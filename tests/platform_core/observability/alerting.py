"""What the tests of alerts share: a clock that is set by hand, and what was sent in place of sending."""

from __future__ import annotations

from typing import Any

from platform_core.config.alerts import AlertsConfig, ChannelConfig
from platform_core.observability.alerts import Alert, Alerter
from platform_core.observability.alerts.alert import Message
from platform_core.observability.alerts.store import AlertStore

HOOK = {"type": "webhook", "url": {"env": "ALERT_ADDRESS"}}


class Outside:
    """The world beyond the platform: its time, and the services that take messages or do not."""

    def __init__(self, store: AlertStore | None = None) -> None:
        self.time = 1_000_000.0
        self.sent: list[Message] = []
        self.answers: list[str | None] = []
        self.store = store or AlertStore("sqlite://")

    def send(self, channel: ChannelConfig, message: Message) -> str | None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is None:
            self.sent.append(message)
        return answer

    def alerter(self, **config: Any) -> Alerter:
        settings = AlertsConfig.model_validate({"channels": {"ops": HOOK}} | config)
        return Alerter(settings, self.store, clock=lambda: self.time, deliver_by=self.send, log=lambda _: None)

    @property
    def subjects(self) -> list[str]:
        return [message.subject for message in self.sent]


def failed(name: str, run: str = "1", at: float = 0.0, **more: Any) -> Alert:
    """Give the alert of an asset that failed in a run."""
    return Alert("failure", f"failure:{name}", f"{name} failed", at=at, occurrence=run, asset=name, **more)
