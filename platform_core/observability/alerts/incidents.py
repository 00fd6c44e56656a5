"""How an incident opens, goes on and ends, and what of that waits to be told: changes to the tables of `store`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from platform_core.config.alerts import SEVERITIES
from platform_core.observability.alerts.alert import Alert
from platform_core.observability.alerts.store import INCIDENTS, TOLD, WAITING, rows

LONGEST_KEY = 300

# Made once: SQLAlchemy takes longer to make a statement than SQLite to run it
_FIND = sa.select(INCIDENTS).where(INCIDENTS.c.key == sa.bindparam("of"))
_ADD = INCIDENTS.insert()
_CHANGE = INCIDENTS.update().where(INCIDENTS.c.key == sa.bindparam("of"))
_FORGET = INCIDENTS.delete().where(INCIDENTS.c.key == sa.bindparam("of"))
_COUNT_WAITING = WAITING.update().where(WAITING.c.key == sa.bindparam("of"), WAITING.c.what == "problem")
_FORGET_WAITING = WAITING.delete().where(WAITING.c.key == sa.bindparam("of"))
_FORGET_ONE = WAITING.delete().where(
    WAITING.c.channel == sa.bindparam("to"), WAITING.c.key == sa.bindparam("of"), WAITING.c.what == sa.bindparam("why")
)
_WAIT = WAITING.insert()
_TOLD = sa.select(TOLD.c.channel).where(TOLD.c.key == sa.bindparam("of"))
_FORGET_TOLD = TOLD.delete().where(TOLD.c.key == sa.bindparam("of"))


def opened(connection: sa.Connection, alert: Alert, channels: Sequence[str], now: float, repeat_seconds: float) -> bool:
    """Note an alert: open an incident or add to one that is open. Say whether it is one that was not seen before.

    What is older than the end of its incident is passed over: a sensor may come after the run that put it right.
    """
    key, at, occurrence = alert.key[:LONGEST_KEY], alert.at or now, alert.occurrence[:LONGEST_KEY]
    row = _incident(connection, key)
    severity = SEVERITIES.index(alert.severity)
    if row is None:
        values: dict[str, Any] = {"opened_at": at, "seen_at": at, "told_at": 0.0, "count": 1, "closed_at": None}
        connection.execute(_ADD, {"key": key, **_seen(alert, severity, occurrence), **values})
        _wait(connection, alert, channels, "problem", now)
        return True
    again = bool(occurrence) and row["occurrence"] == occurrence
    if row["closed_at"] is not None:
        if again or at <= row["closed_at"]:
            return False
        values = {"opened_at": at, "seen_at": at, "count": 1, "closed_at": None}
        connection.execute(_CHANGE, {"of": key, **_seen(alert, severity, occurrence), **values})
        _wait(connection, alert, _without_recovery(connection, key, channels), "problem", now)
        return True
    if not again:
        values = {"seen_at": max(at, row["seen_at"]), "count": row["count"] + 1, "occurrence": occurrence}
        connection.execute(_CHANGE, {"of": key, **values})
        connection.execute(_COUNT_WAITING, {"of": key, "count": row["count"] + 1})
    if severity > row["severity"]:
        connection.execute(_CHANGE, {"of": key, "severity": severity, "alert": alert.to_json()})
        _wait(connection, alert, channels, "problem", now)
    elif row["told_at"] and now - row["told_at"] >= repeat_seconds:
        _wait(connection, alert, channels, "reminder", now, row["count"])
    return not again


def closed(connection: sa.Connection, key: str, at: float, text: str, now: float) -> bool:
    """End an incident that is open and was last seen before a moment; say whether there was one.

    The channels that were told of it are told of its end. What ended before it was told is not told.
    """
    key = key[:LONGEST_KEY]
    row = _incident(connection, key)
    if row is None or row["closed_at"] is not None or at < row["seen_at"]:
        return False
    connection.execute(_CHANGE, {"of": key, "closed_at": at})
    connection.execute(_FORGET_WAITING, {"of": key})
    told = connection.execute(_TOLD, {"of": key}).scalars().all()
    connection.execute(_FORGET_TOLD, {"of": key})
    was = Alert.from_json(row["alert"])
    over = replace(was, text=text or was.text, at=at, occurrence="")
    _wait(connection, over, told, "recovery", now)
    return True


def noticed(connection: sa.Connection, alert: Alert, channels: Sequence[str], now: float, silence: float) -> bool:
    """Let something be told that is no incident; the same again within some seconds is only counted."""
    key = alert.key[:LONGEST_KEY]
    row = _incident(connection, key)
    if row is not None and now - row["seen_at"] < silence:
        connection.execute(_CHANGE, {"of": key, "count": row["count"] + 1})
        return False
    connection.execute(_FORGET, {"of": key})
    values = {"opened_at": now, "seen_at": now, "told_at": now, "closed_at": now, "count": 1}
    severity = SEVERITIES.index(alert.severity)
    connection.execute(_ADD, {"key": key, **_seen(alert, severity, alert.occurrence), **values})
    _wait(connection, alert, channels, "notice", now)
    return True


def open_incidents(connection: sa.Connection, kinds: Iterable[str]) -> list[Mapping[str, Any]]:
    """Give the incidents of some kinds that are open."""
    return rows(connection, sa.select(INCIDENTS).where(INCIDENTS.c.closed_at.is_(None), INCIDENTS.c.kind.in_(kinds)))


def counted(connection: sa.Connection) -> dict[str, int]:
    """Give how many incidents of each kind are open."""
    query = sa.select(INCIDENTS.c.kind, sa.func.count()).where(INCIDENTS.c.closed_at.is_(None))
    return {str(row[0]): int(row[1]) for row in connection.execute(query.group_by(INCIDENTS.c.kind))}


def _incident(connection: sa.Connection, key: str) -> Mapping[str, Any] | None:
    return next(iter(rows(connection, _FIND, {"of": key})), None)


def _seen(alert: Alert, severity: int, occurrence: str) -> dict[str, Any]:
    return {"kind": alert.kind, "occurrence": occurrence, "severity": severity, "alert": alert.to_json()}


def _without_recovery(connection: sa.Connection, key: str, channels: Sequence[str]) -> list[str]:
    """Take back the recoveries that wait: those channels believe that it still fails, and now it does."""
    waiting = WAITING.c.key == key, WAITING.c.what == "recovery"
    believing = set(connection.execute(sa.select(WAITING.c.channel).where(*waiting)).scalars())
    connection.execute(WAITING.delete().where(*waiting))
    for channel in sorted(believing):
        connection.execute(TOLD.insert().values(key=key, channel=channel))
    return [channel for channel in channels if channel not in believing]


def _wait(
    connection: sa.Connection, alert: Alert, channels: Iterable[str], what: str, now: float, count: int = 1
) -> None:
    severity = SEVERITIES.index(alert.severity)
    urgent = alert.severity == "critical" or alert.kind == "message"
    key, text = alert.key[:LONGEST_KEY], alert.to_json()
    for channel in channels:
        values = {"channel": channel, "key": key, "what": what, "severity": severity, "at": now, "count": count}
        connection.execute(_FORGET_ONE, {"to": channel, "of": key, "why": what})
        connection.execute(_WAIT, {"urgent": urgent and what != "recovery", "alert": text, **values})
