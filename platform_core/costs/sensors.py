"""Sensors that watch the money: capacity that stands idle, and backfills that would overspend a budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.execution.backfill import BulkActionStatus

from platform_core.compute_kinds import prices_in_use
from platform_core.config.costs import BudgetConfig, IdleConfig
from platform_core.costs.budgets import budget_verdicts, stopping
from platform_core.costs.estimates import Part, estimate
from platform_core.costs.facts import Facts, facts_of_graph
from platform_core.costs.idle import Client, Finished, Pods, find_idle, stop_idle
from platform_core.costs.kubernetes import count_pods, jobs_of_runs, stop_job
from platform_core.costs.records import read_records

if TYPE_CHECKING:
    from dagster._core.execution.backfill import PartitionBackfill

_IDLE_SECONDS = 900
_BACKFILL_SECONDS = 30


def idle_sensor(
    config: IdleConfig, *, name: str = "idle_capacity", client: Client | None = None, pods: Pods | None = None
) -> dg.SensorDefinition:
    """Make a sensor that reports what costs money and does nothing, and stops it where the policy says so.

    It starts no run: what it found and did stands in its ticks and its log.

    Args:
        config: What is looked at, and what is done about it: `costs: idle:` of the configuration.
        name: The sensor's name.
        client: Gives a client of AWS by the name of the service; boto3's own by default.
        pods: Counts the pods of a node group; asks the cluster's own API by default.
    """

    def look(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        made = client or _clients()
        found = find_idle(
            made,
            clusters=config.clusters,
            queues=config.queues,
            eks_clusters=config.eks_clusters,
            namespaces=config.namespaces,
            after=timedelta(minutes=config.after_minutes),
            now=datetime.now(UTC),
            finished=_finished(context.instance),
            pods=pods or count_pods,
            jobs=jobs_of_runs,
        )
        told = [f"{one.kind} {one.name} in {one.place} {one.why}" for one in found]
        if config.policy == "stop":
            told += stop_idle(made, found, dry_run=config.dry_run, stop_job=stop_job)
        for line in told:
            context.log.warning(line)
        return dg.SkipReason("; ".join(told) + "." if told else "Nothing stands idle.")

    status = dg.DefaultSensorStatus.RUNNING if config.status == "running" else dg.DefaultSensorStatus.STOPPED
    return dg.SensorDefinition(
        name=name,
        evaluation_fn=look,
        minimum_interval_seconds=_IDLE_SECONDS,
        default_status=status,
        asset_selection=dg.AssetSelection.all(),
        description="Reports services, tasks, jobs and node groups that cost money and do nothing for anybody.",
    )


def budget_sensor(budgets: Mapping[str, BudgetConfig], *, name: str = "budgets") -> dg.SensorDefinition:
    """Make a sensor that cancels a backfill that is asked for, where a budget with the policy `stop` stands against it.

    Backfills that are started elsewhere than by `workbench materialize` begin within the time between two ticks: one
    that has begun is cancelled with its runs.

    Args:
        budgets: The budgets by name: `costs: budgets:` of the configuration.
        name: The sensor's name.
    """

    def look(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        asked = context.instance.get_backfills(status=BulkActionStatus.REQUESTED)
        repository = context.repository_def
        if not asked or repository is None:
            return dg.SkipReason("No backfill is asked for.")
        told = list(_judged(context, asked, facts_of_graph(repository.asset_graph), budgets))
        return dg.SkipReason(" ".join(told) or "No budget stands against the backfills that are asked for.")

    return dg.SensorDefinition(
        name=name,
        evaluation_fn=look,
        minimum_interval_seconds=_BACKFILL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        asset_selection=dg.AssetSelection.all(),
        description="Cancels backfills that would overspend a budget whose policy is to stop them.",
    )


def _judged(
    context: dg.SensorEvaluationContext,
    asked: Sequence[PartitionBackfill],
    facts: Mapping[str, Facts],
    budgets: Mapping[str, BudgetConfig],
) -> Iterator[str]:
    records = read_records(context.instance)
    for backfill in asked:
        plan, job = _plan(context, backfill)
        found = estimate(plan, records, facts, prices_in_use())
        against = stopping(budget_verdicts(budgets, records, facts, datetime.now(UTC), found, job))
        if against:
            cancelled = backfill.with_status(BulkActionStatus.CANCELING)  # type: ignore[no-untyped-call]  # Dagster's own
            context.instance.update_backfill(cancelled)
            said = " ".join(verdict.said for verdict in against)
            line = f"The backfill {backfill.backfill_id} is cancelled. {said}"
            context.log.warning(line)
            yield line


def _plan(context: dg.SensorEvaluationContext, backfill: PartitionBackfill) -> tuple[list[Part], str | None]:
    """Give the assets and partitions that a backfill is to make, and the job that it is of."""
    data = backfill.asset_backfill_data
    if data is not None:
        parts = [
            (one.asset_key.to_user_string(), one.partition_key) for one in data.target_subset.iterate_asset_partitions()
        ]
        return parts, None
    repository, job = context.repository_def, backfill.job_name
    if repository is None or job is None or not repository.has_job(job):
        return [], job
    keys = repository.get_job(job).asset_layer.selected_asset_keys
    names = backfill.partition_names or ()
    return [(key.to_user_string(), partition) for partition in names for key in sorted(keys)], job


def _finished(instance: dg.DagsterInstance) -> Finished:
    def finished(run_id: str) -> bool:
        run = instance.get_run_by_id(run_id)
        return run is not None and run.is_finished

    return finished


def _clients() -> Client:
    import boto3  # noqa: PLC0415 - an extra, of deployments on AWS

    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = boto3.client(service)
        return made[service]

    return client
