"""What is so now: an asset overdue, a run that takes too long, a queue that stands still. Looked at anew each tick."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import dagster as dg

from platform_core.observability.alerts.alert import Alert
from platform_core.observability.alerts.alerter import Recovery
from platform_core.observability.freshness import overdue
from platform_core.observability.looking import Seen, Tick
from platform_core.observability.telling import (
    about,
    freshness_alert,
    long_key,
    long_running_alert,
    queue_alert,
    run_name,
)

_MOST_RUNS = 1_000


def freshness(tick: Tick) -> Seen:
    """Look which assets are older than their policy allows. One that was never made is not overdue yet."""
    late = list(overdue(tick.instance, tick.graph, tick.now))
    alerts = [
        freshness_alert(
            one.asset.to_user_string(),
            late_seconds=one.late_seconds,
            warning=one.warning,
            made_at=one.made_at,
            at=tick.now,
            known=about(tick.graph, one.asset),
            dashboard=tick.config.dashboard,
        )
        for one in late
    ]
    return _levels(tick, "freshness", alerts, "is fresh again")


def long_running(tick: Tick) -> Seen:
    """Look which runs take longer than they should."""
    watched = tick.config.sensors
    assert watched is not None  # noqa: S101 - this sensor is of it
    alerts, going = [], set()
    wanted = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    for record in tick.instance.get_run_records(wanted, limit=_MOST_RUNS):
        run = record.dagster_run
        going.add(long_key(run.run_id))
        minutes = watched.long_running.get(run.job_name, watched.long_running_minutes)
        seconds = tick.now - (record.start_time or record.create_timestamp.timestamp())
        if minutes is not None and seconds >= minutes * 60:
            name = run_name(run.job_name, run.asset_selection)
            alerts.append(long_running_alert(name, run.run_id, seconds, tick.now, tick.config.dashboard))
    # A run that took long to start counts anew from its start: that is no end
    return _levels(tick, "long_running", alerts, "has ended", going)


def queue(tick: Tick) -> Seen:
    """Look whether runs wait in the queue for too long."""
    watched = tick.config.sensors
    assert watched is not None  # noqa: S101 - this sensor is of it
    assert watched.queue_minutes is not None  # noqa: S101 - as above
    waiting = tick.instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]), limit=_MOST_RUNS)
    ages = sorted((tick.now - one.create_timestamp.timestamp(), one.dagster_run.run_id) for one in waiting)
    alerts = []
    if ages and ages[-1][0] >= watched.queue_minutes * 60:
        seconds, first = ages[-1]
        alerts.append(queue_alert(len(ages), first, seconds, tick.now, tick.config.dashboard))
    return _levels(tick, "queue", alerts, "The queue moves again")


def _levels(tick: Tick, kind: str, alerts: Sequence[Alert], over: str, lasting: AbstractSet[str] = frozenset()) -> Seen:
    """Give what is so now, and as over what was so and is so no longer; what lasts is not over."""
    still = {alert.key for alert in alerts} | lasting
    ended = []
    for row in tick.alerter.open_incidents(kind):
        if row["key"] not in still:
            was = Alert.from_json(row["alert"])
            name = was.asset or (f"The run of {was.job}" if was.job else "")
            ended.append(Recovery(row["key"], max(tick.now, row["seen_at"]), f"{name} {over}".strip()))
    return Seen(alerts, ended)
