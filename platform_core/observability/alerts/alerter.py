"""What decides over alerts: which channels they go to, and when they are sent."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from platform_core.config.alerts import SEVERITIES, AlertsConfig, ChannelConfig
from platform_core.observability.alerts import incidents, outbox
from platform_core.observability.alerts.alert import Alert, Message
from platform_core.observability.alerts.channels import send
from platform_core.observability.alerts.store import AlertStore

Send = Callable[[ChannelConfig, Message], str | None]
_LOG = logging.getLogger("workbench.alerts")


@dataclass(frozen=True, slots=True)
class Recovery:
    """The end of an incident: its key, since when it is over, and the line that tells it."""

    key: str
    at: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message: `sent`, `dry`, `failed` (it is tried again) or `given up`."""

    channel: str
    subject: str
    status: str
    problem: str = ""


class Alerter:
    """Tells people, as a configuration says.

    Args:
        config: The section `alerts:`.
        store: Where incidents and messages stand.
        place: The project and the environment, with which every subject begins.
        clock: Gives the present moment, in seconds since 1970.
        deliver_by: What sends a message and gives the problem where it cannot.
        log: Takes one line for each message.

    >>> ops = {"type": "webhook", "url": {"env": "OPS_ADDRESS"}}
    >>> config = AlertsConfig.model_validate({"dry": True, "channels": {"ops": ops}})
    >>> alerter = Alerter(config, AlertStore("sqlite://"), place="rents", clock=lambda: 1000.0)
    >>> for run in "12":
    ...     for sent in alerter.tell([Alert("failure", "failure:rents", "rents: KeyError", occurrence=run)]):
    ...         print(sent.channel, sent.status, sent.subject)
    ops dry rents: rents: KeyError
    """

    def __init__(
        self,
        config: AlertsConfig,
        store: AlertStore,
        *,
        place: str = "",
        clock: Callable[[], float] = time.time,
        deliver_by: Send = send,
        log: Callable[[str], object] = _LOG.warning,
    ) -> None:
        self.config, self.store, self.place = config, store, place
        self._clock, self._send, self._log = clock, deliver_by, log

    def logging_to(self, log: Callable[[str], object]) -> Alerter:
        """Give the same that writes its lines elsewhere, such as to a run's log."""
        return Alerter(self.config, self.store, place=self.place, clock=self._clock, deliver_by=self._send, log=log)

    @property
    def now(self) -> float:
        """The present moment."""
        return self._clock()

    def channels_for(self, alert: Alert) -> tuple[str, ...]:
        """Give the channels that an alert goes to."""
        if not self.config.routes:
            return tuple(self.config.channels)
        chosen: dict[str, None] = {}
        for route in self.config.routes:
            owned = not route.owners or not set(route.owners).isdisjoint(alert.owners)
            grave = SEVERITIES.index(alert.severity) >= SEVERITIES.index(route.severity)
            if owned and grave and (not route.kinds or alert.kind in route.kinds):
                chosen.update(dict.fromkeys(route.channels))
                if not route.go_on:
                    break
        return tuple(chosen)

    def tell(
        self,
        alerts: Iterable[Alert] = (),
        *,
        over: Iterable[Recovery] = (),
        notices: Iterable[Alert] = (),
        to: str = "",
    ) -> list[Sent]:
        """Note what happened and what is over, and send what is due now, which may be older.

        Args:
            alerts: Problems; each opens an incident or adds to it.
            over: Incidents that have ended.
            notices: What is told once and has no end.
            to: The one channel that notices go to, past the routes.

        Returns:
            What was tried to send. What waits for others, for quiet hours or a rate limit is not among it.
        """
        now = self.now
        with self.store.transaction() as connection:
            for alert in alerts:
                repeat = self.config.repeat_hours * 3600
                incidents.opened(connection, alert, self.channels_for(alert), now, repeat)
            for one in over:
                incidents.closed(connection, one.key, one.at, one.text, now)
            for alert in notices:
                channels = (to,) if to else self.channels_for(alert)
                incidents.noticed(connection, replace(alert, at=now), channels, now, self.config.grouping_seconds)
            due = outbox.take_due(connection, self.config, now, self.place)
        return [self._deliver(one) for one in due]

    def open_incidents(self, *kinds: str) -> list[Mapping[str, Any]]:
        """Give the incidents of some kinds that are open: `key`, `seen_at`, `alert` as JSON, and more."""
        with self.store.transaction() as connection:
            return incidents.open_incidents(connection, kinds)

    def counts(self) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
        """Give how many incidents of each kind are open, and how many messages of each channel became what."""
        with self.store.transaction() as connection:
            return incidents.counted(connection), outbox.counted(connection)

    def last_messages(self, most: int = 20) -> list[dict[str, Any]]:
        """Give the newest messages."""
        with self.store.transaction() as connection:
            return outbox.last_messages(connection, most)

    def _deliver(self, due: outbox.Due) -> Sent:
        problem = None
        if not self.config.dry:
            problem = self._send(self.config.channels[due.channel], due.message)
        with self.store.transaction() as connection:
            status = outbox.mark(connection, due, self.now, problem, dry=self.config.dry)
        said = f": {problem}" if problem else ""
        self._log(f"Alert to {due.channel} ({status}{said}): {due.message.subject}")
        return Sent(due.channel, due.message.subject, status, problem or "")
