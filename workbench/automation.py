"""Jobs and schedules that stand in a project's `config/*.yaml`."""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import dagster as dg

from platform_core.config import ProjectConfig
from platform_core.errors import UserError

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
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", dg.BetaWarning)  # Dagster's own use of its own parameter
                parts = [dg.AssetSelection.from_string(text) for text in job.selection]
        except dg.DagsterError as error:
            hint = "Dagster's selection syntax is wanted, such as `gold_report`, `+gold_report` or `group:silver`."
            place = config.place("jobs", name, "selection")
            raise UserError(f"The selection of the job {name!r} cannot be read.", hint=hint, location=place) from error
        selection = functools.reduce(operator.or_, parts)
        jobs.append(dg.define_asset_job(name, selection=selection, description=job.description or None))
    return jobs


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
            execution_fn=_requests_for(schedule.job),
        )
        for name, schedule in config.schedules.items()
    ]


def _requests_for(name: str) -> Callable[[dg.ScheduleEvaluationContext], Iterator[dg.RunRequest]]:
    """Give a function that asks for one run of a job, or for one of each of its partitions."""

    def requests(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        repository = context.repository_def
        partitions = repository.get_job(name).partitions_def if repository is not None else None
        if partitions is None:
            yield dg.RunRequest()
            return
        # Dagster launches a run key once for ever, so each tick needs keys of its own
        tick = context.scheduled_execution_time.isoformat()
        for key in partitions.get_partition_keys(dynamic_partitions_store=context.instance):
            yield dg.RunRequest(run_key=f"{tick} {key}", partition_key=key)

    return requests
