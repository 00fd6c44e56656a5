"""Jobs, schedules and sensors that stand in a project's `config/*.yaml`."""

from __future__ import annotations

import functools
import operator
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_core.automation import asset_job, retries
from platform_core.automation.conditions import LAYERS
from platform_core.config import ProjectConfig
from platform_core.config.load import DEFAULT_SENSOR_RESOURCES
from platform_core.errors import UserError
from platform_core.observability.sensors import file_sensor, s3_file_sensor
from platform_core.suggest import did_you_mean

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition


def build_jobs(config: ProjectConfig) -> list[UnresolvedAssetJobDefinition]:
    """Make the jobs of the configuration.

    Raises:
        UserError: A selection cannot be read; it names file and line.
    """
    jobs = []
    for name, job in config.jobs.items():
        try:
            selection = _selected(job.selection)
        except dg.DagsterError as error:
            hint = "Dagster's selection syntax is wanted, such as `gold_report`, `+gold_report` or `group:silver`."
            place = config.place("jobs", name, "selection")
            raise UserError(f"The selection of the job {name!r} cannot be read.", hint=hint, location=place) from error
        retry = None
        if job.retry is not None:
            retry = retries(job.retry.most, first_delay_seconds=job.retry.first_delay_seconds)
        description = job.description or None
        jobs.append(asset_job(name, selection, retry=retry, description=description, run_config=_run_config(config)))
    return jobs


def build_sensors(config: ProjectConfig) -> list[dg.SensorDefinition]:
    """Make the sensors of the configuration: those of files that arrive, and those that watch the platform."""
    made = _operational_sensors(config)
    for name, sensor in config.sensors.items():
        shared: dict[str, Any] = {
            "name": name,
            "job": sensor.job,
            "resource": sensor.resource or DEFAULT_SENSOR_RESOURCES[sensor.type],
            "pattern": sensor.pattern,
            "most_runs": sensor.most_runs,
            "interval_seconds": sensor.interval_seconds,
            "running": sensor.status == "running",
        }
        made.append(
            s3_file_sensor(prefix=sensor.prefix, **shared) if sensor.type == "s3_file" else file_sensor(**shared)
        )
    return made + _cost_sensors(config)


# What watches brings a database's library and more, a fifth of a second that a location without alerts need not spend


def _operational_sensors(config: ProjectConfig) -> list[dg.SensorDefinition]:
    if config.alerts is None:
        return []
    from platform_core.observability.operational import operational_sensors  # noqa: PLC0415 - as said above

    return operational_sensors(config)


def _cost_sensors(config: ProjectConfig) -> list[dg.SensorDefinition]:
    """Make the sensors that `costs:` asks for: nothing is looked at that nobody named."""
    idle, budgets = config.costs.idle, config.costs.budgets
    watches_idle = bool(idle.clusters or idle.queues or idle.eks_clusters)
    holds_back = any(budget.policy == "stop" for budget in budgets.values()) and config.environment != "dev"
    if not watches_idle and not holds_back:
        return []
    from platform_core.costs.sensors import budget_sensor, idle_sensor  # noqa: PLC0415 - as said above

    return [*([idle_sensor(idle)] if watches_idle else []), *([budget_sensor(budgets)] if holds_back else [])]


def build_schedules(config: ProjectConfig) -> list[dg.ScheduleDefinition]:
    """Make the schedules of the configuration; one for a job over partitions asks for a run of each partition."""
    status = {"running": dg.DefaultScheduleStatus.RUNNING, "stopped": dg.DefaultScheduleStatus.STOPPED}
    return [
        dg.ScheduleDefinition(
            name=name,
            job_name=schedule.job,
            cron_schedule=schedule.cron,
            execution_timezone=schedule.timezone,
            default_status=status[schedule.status],
            execution_fn=_requests_for(schedule.job, _run_config(config) if schedule.job in config.jobs else None),
        )
        for name, schedule in config.schedules.items()
    ]


def check_jobs(config: ProjectConfig, written: Iterable[str]) -> None:
    """See that schedules and sensors of the configuration are for jobs that there are.

    Args:
        config: The configuration.
        written: The names of the jobs that modules define.

    Raises:
        UserError: One is for a job that neither the configuration nor a module defines; it names file and line.
    """
    jobs = sorted({*config.jobs, *written})
    for what, entries in (("schedule", config.schedules), ("sensor", config.sensors)):
        for name, entry in entries.items():
            if entry.job not in jobs:
                hint = (
                    did_you_mean(entry.job, jobs) if jobs else "Add it under `jobs:`, or as a job in a module of defs/."
                )
                place = config.place(f"{what}s", name, "job")
                raise UserError(f"The {what} {name!r} is for a job that is not defined.", hint=hint, location=place)


def check_groups(config: ProjectConfig, assets: Iterable[dg.AssetsDefinition | dg.AssetSpec]) -> None:
    """See that jobs of the configuration select groups that there are: of another one nothing would ever be made.

    Raises:
        UserError: One selects a group that is no layer and that no asset is in; it names file and line.
    """
    known = set(LAYERS)
    for asset in assets:
        groups = asset.group_names_by_key.values() if isinstance(asset, dg.AssetsDefinition) else [asset.group_name]
        known.update(group for group in groups if group)
    for name, job in config.jobs.items():
        for group in re.findall(r"group:\s*[\"']?([\w-]+)", " ".join(job.selection)):
            if group not in known:
                raise UserError(
                    f"The job {name!r} selects the group {group!r}, in which there is no asset.",
                    hint=did_you_mean(group, known),
                    location=config.place("jobs", name, "selection"),
                )


def check_partitions(config: ProjectConfig, assets: Sequence[dg.AssetsDefinition | dg.AssetSpec]) -> None:
    """See that no job of the configuration takes assets of different partitions, which no run of Dagster can.

    Raises:
        UserError: One does; it names the assets, and file and line of the job.
    """
    defined = [asset for asset in assets if isinstance(asset, dg.AssetsDefinition)]
    made = [asset for asset in defined if asset.partitions_def is not None]
    if len({asset.partitions_def for asset in made}) < 2:
        return
    for name, job in config.jobs.items():
        taken = _selected(job.selection).resolve(defined, allow_missing=True)
        apart: dict[dg.PartitionsDefinition[str] | None, list[str]] = {}
        for asset in made:
            for key in taken & asset.keys:
                apart.setdefault(asset.partitions_def, []).append(key.to_user_string())
        if len(apart) > 1:
            first, *others = sorted(sorted(names) for names in apart.values())
            left = sorted(key.to_user_string() for key in taken - {key for asset in made for key in asset.keys})
            added = ", ".join(f"`{name}_{names[0]}: {{selection: [{', '.join(names)}]}}`" for names in others)
            raise UserError(
                f"The job {name!r} takes assets of different partitions, which no run can.",
                hint=f"Let it select [{', '.join([*left, *first])}], and add {added}.",
                location=config.place("jobs", name, "selection"),
            )


def _selected(texts: Iterable[str]) -> dg.AssetSelection:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # Dagster's own use of its own parameter
        return functools.reduce(operator.or_, map(dg.AssetSelection.from_string, texts))


def _run_config(config: ProjectConfig) -> dict[str, Any] | None:
    """Give the configuration of a run of a job of the YAML."""
    return {"loggers": {"json": {}}} if config.logs == "json" else None


def _requests_for(
    name: str, run_config: dict[str, Any] | None
) -> Callable[[dg.ScheduleEvaluationContext], Iterator[dg.RunRequest]]:
    """Give a function that asks for one run of a job, or for one of each of its partitions."""

    def requests(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        repository = context.repository_def
        partitions = repository.get_job(name).partitions_def if repository is not None else None
        if partitions is None:
            yield dg.RunRequest(run_config=run_config)
            return
        # Dagster launches a run key once for ever, so each tick needs keys of its own; and the configuration of a
        # partition's run is asked for here, not of the job
        tick = context.scheduled_execution_time.isoformat()
        for key in partitions.get_partition_keys(dynamic_partitions_store=context.instance):
            yield dg.RunRequest(run_key=f"{tick} {key}", partition_key=key, run_config=run_config)

    return requests
