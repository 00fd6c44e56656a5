"""What of that which waits is due: messages are written down, given to be sent, and marked with what became of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from platform_core.config.alerts import SEVERITIES, SLACK_VARIABLE, AlertsConfig
from platform_core.observability.alerts.alert import MOST_LINES, Alert, Message, Told, message_of
from platform_core.observability.alerts.store import INCIDENTS, MESSAGES, TOLD, WAITING, rows

LEASE_SECONDS = 120.0  # how long a process may take to send, before another sends in its place
MOST_ATTEMPTS = 6
FIRST_RETRY_SECONDS = 30.0
KEPT_SECONDS = 30 * 86_400.0


# Made once: SQLAlchemy takes longer to make a statement than SQLite to run it
_WAITS = sa.select(WAITING.c.id).where(WAITING.c.channel == sa.bindparam("to")).limit(1)
_URGENT = (
    sa.select(WAITING.c.id)
    .where(WAITING.c.channel == sa.bindparam("to"), WAITING.c.urgent)
    .where(WAITING.c.severity.in_(sa.bindparam("loud", expanding=True)))
    .limit(1)
)
_AGAIN = sa.select(MESSAGES).where(
    MESSAGES.c.status.in_(["failed", "sending"]), MESSAGES.c.next_at <= sa.bindparam("now")
)
_LAST = sa.select(sa.func.max(MESSAGES.c.at)).where(MESSAGES.c.channel == sa.bindparam("to"))
_SENT = sa.select(sa.func.count()).where(
    MESSAGES.c.channel == sa.bindparam("to"), MESSAGES.c.at > sa.bindparam("since")
)


@dataclass(frozen=True, slots=True)
class Due:
    """A message to send now, to which channel, and which attempt this is."""

    channel: str
    message: Message
    attempt: int


def take_due(connection: sa.Connection, config: AlertsConfig, now: float, place: str) -> list[Due]:
    """Write down what is due for each channel, and give it. What is given belongs to the caller for some time."""
    due = _take_failed(connection, config, now)
    for channel in config.channels:
        waits = connection.execute(_WAITS, {"to": channel}).first() is not None
        message = _take(connection, config, channel, now, place) if waits else None
        if message is not None:
            due.append(Due(channel, message, 1))
    return due


def mark(connection: sa.Connection, due: Due, now: float, problem: str | None, *, dry: bool = False) -> str:
    """Note what became of a message, and give its status: `sent`, `dry`, `failed` (it is tried again) or `given up`."""
    over = due.attempt >= MOST_ATTEMPTS
    status = "dry" if dry else "sent" if problem is None else "given up" if over else "failed"
    again = now + FIRST_RETRY_SECONDS * 4 ** (due.attempt - 1)
    values = {"status": status, "attempts": due.attempt, "next_at": again, "problem": problem or ""}
    connection.execute(MESSAGES.update().where(MESSAGES.c.id == due.message.id).values(**values))
    return status


def last_messages(connection: sa.Connection, most: int) -> list[dict[str, Any]]:
    """Give the newest messages: when, to which channel, what became of them, and their subject."""
    query = sa.select(MESSAGES).order_by(MESSAGES.c.at.desc(), MESSAGES.c.id).limit(most)
    names = ("id", "channel", "at", "status", "attempts", "problem")
    return [
        {name: row[name] for name in names} | {"subject": json.loads(row["message"])["subject"]}
        for row in rows(connection, query)
    ]


def counted(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """Give how many messages of each channel became what."""
    query = sa.select(MESSAGES.c.channel, MESSAGES.c.status, sa.func.count())
    grouped = query.group_by(MESSAGES.c.channel, MESSAGES.c.status)
    return {(channel, status): number for channel, status, number in connection.execute(grouped)}


def _take_failed(connection: sa.Connection, config: AlertsConfig, now: float) -> list[Due]:
    """Take the messages that failed, or whose sender died, and are to be tried again."""
    taken = []
    for row in rows(connection, _AGAIN, {"now": now}):
        message = Message(**json.loads(row["message"]))
        if config.quiet_hours is not None and config.quiet_hours.quiet(now, message.severity):
            continue
        attempt = row["attempts"] + 1
        if row["channel"] == SLACK_VARIABLE and SLACK_VARIABLE not in config.channels:  # another process has it
            continue
        gone = row["channel"] not in config.channels or attempt > MOST_ATTEMPTS
        values: dict[str, Any] = {"status": "given up"} if gone else {"attempts": attempt, "status": "sending"}
        update = MESSAGES.update().where(MESSAGES.c.id == row["id"])
        connection.execute(update.values(next_at=now + LEASE_SECONDS, **values))
        if not gone:
            taken.append(Due(row["channel"], message, attempt))
    return taken


def _take(connection: sa.Connection, config: AlertsConfig, channel: str, now: float, place: str) -> Message | None:
    """Make the message of a channel, where one may be sent now."""
    since = now - config.rate_limit.minutes * 60
    if (connection.execute(_SENT, {"to": channel, "since": since}).scalar() or 0) >= config.rate_limit.messages:
        return None
    last = connection.execute(_LAST, {"to": channel}).scalar()
    quiet = config.quiet_hours
    loud = [n for n, severity in enumerate(SEVERITIES) if quiet is None or not quiet.quiet(now, severity)]
    grouped = last is not None and now - last < config.grouping_seconds
    if grouped and connection.execute(_URGENT, {"to": channel, "loud": loud}).first() is None:
        return None
    mine = [WAITING.c.channel == channel, WAITING.c.severity.in_(loud)]
    total = connection.execute(sa.select(sa.func.count()).select_from(WAITING).where(*mine)).scalar() or 0
    if not total:
        return None
    order = (WAITING.c.what == "recovery", WAITING.c.severity.desc(), WAITING.c.id)
    first = rows(connection, sa.select(WAITING).where(*mine).order_by(*order).limit(MOST_LINES))
    lines = [Told(Alert.from_json(row["alert"]), row["what"], row["count"]) for row in first]
    message = message_of(_id(channel, [row["id"] for row in first]), lines, place=place, held=total - len(lines))
    _told(connection, mine, now)
    connection.execute(WAITING.delete().where(*mine))
    # Beside: what belongs to channels that are gone, and what is old
    connection.execute(WAITING.delete().where(WAITING.c.channel.not_in([*config.channels, SLACK_VARIABLE])))
    connection.execute(MESSAGES.delete().where(MESSAGES.c.at < now - KEPT_SECONDS))
    connection.execute(INCIDENTS.delete().where(INCIDENTS.c.closed_at < now - KEPT_SECONDS))
    values = {"status": "sending", "attempts": 1, "next_at": now + LEASE_SECONDS, "problem": ""}
    written = json.dumps(asdict(message), ensure_ascii=False)
    connection.execute(MESSAGES.insert().values(id=message.id, channel=channel, at=now, message=written, **values))
    return message


def _told(connection: sa.Connection, mine: Sequence[Any], now: float) -> None:
    """Note that a channel is told of the incidents that wait for it: their end is told to it too."""
    news = [*mine, WAITING.c.what.in_(["problem", "reminder"])]
    known = sa.exists().where(TOLD.c.key == WAITING.c.key, TOLD.c.channel == WAITING.c.channel)
    new = sa.select(WAITING.c.key, WAITING.c.channel).distinct().where(*news, ~known)
    connection.execute(TOLD.insert().from_select(["key", "channel"], new))
    keys = sa.select(WAITING.c.key).where(*news)
    connection.execute(INCIDENTS.update().where(INCIDENTS.c.key.in_(keys)).values(told_at=now))


def _id(channel: str, ids: Sequence[int]) -> str:
    """Give the id of a message of lines whose numbers are never given again."""
    return hashlib.sha256(f"{channel}\0{ids}".encode()).hexdigest()[:32]
