"""Sensors that watch the platform: runs and steps that fail, checks, freshness, long runs, a queue that stands still.

What happened once (a failure, a check's result) is read from Dagster's event log behind a cursor; what is so now (an
asset overdue, a run too long, a queue) is looked at anew. Either way the incident's key and occurrence make sure that
it is told once, also where a tick is killed before its cursor is kept.
"""

from __future__ import annotations

import time

import dagster as dg

from platform_core.config import ProjectConfig
from platform_core.observability.alerts.current import alerter_for
from platform_core.observability.looking import Look, Seen, Tick
from platform_core.observability.looks_events import checks, failures
from platform_core.observability.looks_levels import freshness, long_running, queue

clock = time.time  # a name of this module, so that a test need not wait


def operational_sensors(config: ProjectConfig) -> list[dg.SensorDefinition]:
    """Give the sensors that a project's configuration asks for under `alerts: sensors:`; none without `alerts:`.

    >>> from pathlib import Path
    >>> from platform_core.config.alerts import AlertsConfig
    >>> alerts = AlertsConfig.model_validate({"sensors": {"long_running_minutes": 60, "freshness": False}})
    >>> project = ProjectConfig(project=Path("rents"), environment="prod", lake=Path("lake"), alerts=alerts)
    >>> [sensor.name for sensor in operational_sensors(project)]
    ['alerts_failures', 'alerts_checks', 'alerts_long_running', 'alerts_queue', 'alerts_outbox']
    """
    if config.alerts is None or config.alerts.sensors is None:
        return []
    watched = config.alerts.sensors
    looks: list[tuple[str, str, Look]] = []
    if watched.failures:
        looks.append(("failures", "Tells runs that fail, and their end.", failures))
    if watched.checks:
        looks.append(("checks", "Tells checks of assets that do not pass, and their end.", checks))
    if watched.freshness:
        looks.append(("freshness", "Tells assets that are older than their policy allows.", freshness))
    if watched.long_running_minutes is not None or watched.long_running:
        looks.append(("long_running", "Tells runs that take longer than they should.", long_running))
    if watched.queue_minutes is not None:
        looks.append(("queue", "Tells a queue of runs that stands still.", queue))
    looks.append(("outbox", "Sends what waited: for others, for the morning, for a service to answer.", _nothing))
    return [_sensor(config, name, about_it, look) for name, about_it, look in looks]


def _sensor(config: ProjectConfig, name: str, description: str, look: Look) -> dg.SensorDefinition:
    watched = config.alerts.sensors if config.alerts is not None else None
    assert watched is not None  # noqa: S101 - `operational_sensors` looked

    def evaluate(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        alerter = alerter_for(context.instance, config).logging_to(context.log.info)
        graph = context.repository_def.asset_graph if context.repository_def is not None else None
        kept = context.cursor or ""
        cursor = int(kept) if kept.isdigit() else None
        seen = look(Tick(context.instance, graph, alerter, cursor, clock()))
        sent = alerter.tell(seen.alerts, over=seen.over)
        if seen.cursor is not None:  # only now: a tick that dies before reads the same again, which is told once
            context.update_cursor(str(seen.cursor))
        return dg.SkipReason(f"{len(seen.alerts)} problems, {len(seen.over)} ends; sent {len(sent)} messages.")

    return dg.SensorDefinition(
        name=f"alerts_{name}",
        evaluation_fn=evaluate,
        minimum_interval_seconds=watched.interval_seconds,
        default_status=dg.DefaultSensorStatus[watched.status.upper()],
        description=description,
    )


def _nothing(_: Tick) -> Seen:
    return Seen()
