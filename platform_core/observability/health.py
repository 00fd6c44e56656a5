"""How the platform is: daemons, code locations, the queue, failing and overdue assets, alerts. Read, never guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import dagster as dg

from platform_core.observability.alerts.alerter import Alerter
from platform_core.observability.freshness import overdue
from platform_core.observability.looks_events import ended_well
from platform_core.observability.results import last_results
from platform_core.observability.telling import shown_time

STUCK_SECONDS = 900.0  # where the configuration says nothing
SILENT_SECONDS = 300.0  # a daemon tells that it lives every 30 seconds; Dagster itself waits for half an hour
_MOST_RUNS = 1_000
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Daemon:
    """A daemon of Dagster: whether it gives signs of life, and when the last was, in UTC; empty for never."""

    name: str
    healthy: bool
    seen: str


@dataclass(frozen=True, slots=True)
class Location:
    """A code location: how many assets it holds, or why it cannot be loaded."""

    name: str
    assets: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An asset in trouble: its owners, what is wrong, and since when in UTC."""

    asset: str
    what: str
    since: str
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that the page shows. `problems` are of the platform, `troubles` of the data on it."""

    at: str
    daemons: tuple[Daemon, ...]
    locations: tuple[Location, ...]
    queued: int
    running: int
    oldest_seconds: float
    failing: tuple[Trouble, ...]
    overdue: tuple[Trouble, ...]
    checks: tuple[Trouble, ...]
    messages: tuple[dict[str, Any], ...]
    problems: tuple[str, ...] = field(default=())

    @property
    def status(self) -> str:
        """`unhealthy` where the platform is, `degraded` where data on it is in trouble, else `healthy`."""
        return "unhealthy" if self.problems else "degraded" if self.troubles else "healthy"

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """Assets that fail, are overdue, or do not pass a check."""
        return (*self.failing, *self.overdue, *self.checks)

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {"version": 1, "status": self.status, **asdict(self)}


def read_health(
    instance: dg.DagsterInstance,
    locations: Sequence[Location],
    *,
    graph: Any = None,
    alerter: Alerter | None = None,
    now: float,
) -> Health:
    """Read how the platform is.

    Args:
        instance: Dagster's records.
        locations: The code locations, each loaded or not.
        graph: The asset graph of what was loaded.
        alerter: Whose messages are shown.
        now: The present moment, in seconds since 1970.
    """
    daemons = tuple(
        Daemon(name, is_alive(one, now), _moment(one.last_heartbeat.timestamp) if one.last_heartbeat else "")
        for name, one in sorted(instance.get_daemon_statuses().items())
        if one.required
    )
    going = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    records = instance.get_run_records(dg.RunsFilter(statuses=going), limit=_MOST_RUNS)
    queued = [one for one in records if one.dagster_run.status == dg.DagsterRunStatus.QUEUED]
    oldest = max((now - one.create_timestamp.timestamp() for one in queued), default=0.0)
    late = [
        Trouble(
            one.asset.to_user_string(),
            f"{shown_time(one.late_seconds)} older than it may be",
            _moment(now - one.late_seconds),
            _owners(graph, one.asset),
        )
        for one in overdue(instance, graph, now)
    ]
    messages = tuple(alerter.last_messages()) if alerter is not None else ()
    stuck = STUCK_SECONDS
    if alerter is not None and alerter.config.sensors is not None and alerter.config.sensors.queue_minutes:
        stuck = alerter.config.sensors.queue_minutes * 60
    problems = list(_silent(daemons))
    problems += [f"The code location {one.name} cannot be loaded: {one.problem}" for one in locations if one.problem]
    if oldest >= stuck:
        problems.append(f"A run waits in the queue for {shown_time(oldest)}.")
    lost = [one for one in messages if one["status"] == "given up"]
    problems += [f"An alert to {channel} could not be sent." for channel in sorted({one["channel"] for one in lost})]
    return Health(
        _moment(now),
        daemons,
        tuple(locations),
        len(queued),
        len(records) - len(queued),
        round(oldest, 1),
        tuple(_failing(instance, graph))[:_MOST_SHOWN],
        tuple(late)[:_MOST_SHOWN],
        tuple(_failed_checks(instance, graph))[:_MOST_SHOWN],
        tuple(one | {"at": _moment(one["at"])} for one in messages),
        tuple(problems),
    )


def is_alive(daemon: Any, now: float) -> bool:
    """Say whether a daemon of Dagster gave a sign of life in the last minutes, by what the instance tells of it."""
    seen = daemon.last_heartbeat.timestamp if daemon.last_heartbeat else 0.0
    return bool(daemon.healthy) and now - seen < SILENT_SECONDS


def _silent(daemons: Sequence[Daemon]) -> Iterator[str]:
    """Tell which daemons give no sign of life, and where none does, what starts them."""
    silent = [one.name for one in daemons if not one.healthy]
    if silent and len(silent) == len(daemons):
        yield "No daemon of Dagster gives a sign of life: `workbench dev` starts them, in a deployment a service does."
    else:
        yield from (f"The daemon {name} gives no sign of life." for name in silent)


def _failing(instance: dg.DagsterInstance, graph: Any) -> list[Trouble]:
    """Give the assets whose last run failed before it made them, or in the step that had stored them."""
    keys = sorted(graph.get_all_asset_keys() if graph is not None else instance.all_asset_keys())
    records = {one.asset_entry.asset_key: one.asset_entry for one in instance.get_asset_records(keys)} if keys else {}
    last = {key: one.last_run_id for key, one in records.items() if one.last_run_id}
    unmade = {
        key: run
        for key, run in last.items()
        if (made := records[key].last_materialization_record) is None or made.run_id != run
    }
    ids = sorted(set(last.values()))
    if not ids:
        return []
    failed = dg.RunsFilter(run_ids=ids, statuses=[dg.DagsterRunStatus.FAILURE])
    runs = {one.dagster_run.run_id: one for one in instance.get_run_records(failed)}
    return [
        Trouble(key.to_user_string(), "its last run failed", _moment(runs[run].end_time or 0.0), _owners(graph, key))
        for key, run in last.items()
        if run in runs and (key in unmade or not ended_well(instance, _made(records[key])))
    ]


def _made(entry: Any) -> dg.EventLogEntry:
    made: dg.EventLogEntry = entry.last_materialization_record.event_log_entry
    return made


def _failed_checks(instance: dg.DagsterInstance, graph: Any) -> list[Trouble]:
    keys = graph.asset_check_keys if graph is not None else ()
    return [
        Trouble(
            key.asset_key.to_user_string(),
            f"the check {key.name} did not pass",
            _moment(record.create_timestamp),
            _owners(graph, key.asset_key),
        )
        for key, record in last_results(instance, keys).items()
        if record.status.value != "SUCCEEDED"
    ]


def _owners(graph: Any, key: dg.AssetKey) -> tuple[str, ...]:
    return tuple(graph.get(key).owners) if graph is not None and graph.has(key) else ()


def _moment(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d %H:%M:%S}Z" if seconds else ""
