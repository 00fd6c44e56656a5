"""An alert as a value, and the messages that are made of several. Every text in one is safe to send."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from platform_core.config.alerts import SEVERITIES, Kind, Severity
from platform_core.observability.safe_text import scrubbed_text

MOST_LINES = 20
LONGEST_LINE = 400
LONGEST_SUBJECT = 120
LONGEST_BODY = 6_000

_SIGNS = {"problem": "", "reminder": "Still: ", "recovery": "Recovered: ", "notice": ""}


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell people.

    Attributes:
        kind: What sort of thing happened; routes go by it.
        key: What it happened to, such as `failure:rents`. Alerts of one key are one incident.
        text: One line that says what happened. Secrets in it are taken out here.
        severity: `info`, `warning`, `error` or `critical`.
        at: When it happened, in seconds since 1970.
        occurrence: What makes it this one and no other, such as the run's id; the same one counts once.
        owners: Who owns the asset, as Dagster has it (`team:planning`, an e-mail address).
        asset: The asset, empty for none.
        links: Labels and addresses: the run, the logs, the notebook.
        job: The job, empty where it is not about one.
        partition: The asset's partition, empty for none.
    """

    kind: Kind
    key: str
    text: str
    severity: Severity = "error"
    at: float = 0.0
    occurrence: str = ""
    owners: tuple[str, ...] = ()
    asset: str = ""
    links: tuple[tuple[str, str], ...] = ()
    job: str = ""
    partition: str = ""

    def __post_init__(self) -> None:
        """Let no secret in."""
        object.__setattr__(self, "text", scrubbed_text(self.text, longest=LONGEST_LINE).replace("\n", " "))
        object.__setattr__(self, "links", tuple((label, scrubbed_text(url)) for label, url in self.links if url))

    def to_json(self) -> str:
        """Give it as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Alert:
        """Read what `to_json` gave."""
        values: dict[str, Any] = json.loads(text)
        values["owners"] = tuple(values["owners"])
        values["links"] = tuple((label, url) for label, url in values["links"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a message: the alert, and why it is told: `problem`, `reminder`, `recovery` or `notice`."""

    alert: Alert
    what: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel is sent.

    Attributes:
        id: The same however often it is sent, so that a receiver can tell.
        subject: One line.
        body: Lines of plain text, with links.
        severity: The highest in it.
        recovery: Whether it tells of recoveries alone.
    """

    id: str
    subject: str
    body: str
    severity: Severity
    recovery: bool = False


def message_of(id: str, lines: Sequence[Told], *, place: str = "", held: int = 0) -> Message:  # noqa: A002 - as in Message
    """Make one message of what there is to tell, of bounded size.

    Args:
        id: The message's id.
        lines: What to tell; the gravest come first.
        place: The project and the environment.
        held: How many more are left out of `lines` already.

    >>> told = [Told(Alert("failure", f"failure:{n}", f"asset_{n}: KeyError"), "problem") for n in range(3)]
    >>> message_of("1", told, place="rents (prod)").subject
    'rents (prod): 3 alerts, first asset_0: KeyError'
    """
    ordered = sorted(lines, key=lambda one: (one.what == "recovery", -SEVERITIES.index(one.alert.severity)))
    first, more = ordered[0], len(ordered) + held - 1
    worst = max((one.alert.severity for one in ordered), key=SEVERITIES.index)
    recovery = all(one.what == "recovery" for one in ordered)
    lead = f"{place}: " if place else ""
    opening = _SIGNS[first.what] + first.alert.text
    several = f"{more + 1:,} {'recoveries' if recovery else 'alerts'}, first " if more else ""
    subject = f"{lead}{several}{opening}"
    shown = [_line(one) for one in ordered[:MOST_LINES]]
    left = len(ordered) + held - len(shown)
    body = "\n\n".join([*shown, *([f"and {left:,} more"] if left else [])])
    if len(body) > LONGEST_BODY:
        body = body[: LONGEST_BODY - 1] + "…"
    return Message(id, _cut(subject, LONGEST_SUBJECT), body, worst, recovery)


def _line(told: Told) -> str:
    alert = told.alert
    times = f" ({told.count:,} times)" if told.count > 1 else ""
    severity = "" if told.what in {"recovery", "notice"} else f"[{alert.severity}] "
    owners = f"\nowner: {_cut(', '.join(alert.owners), 120)}" if alert.owners else ""
    links = "".join(f"\n{label}: {url}" for label, url in alert.links)
    return f"{severity}{_SIGNS[told.what]}{alert.text}{times}{owners}{links}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
