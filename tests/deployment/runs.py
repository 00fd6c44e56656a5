"""Runs as a stack makes them, without one: an instance with its settings, a job, and what the daemon does to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType, JobFailureData, RunFailureReason
from dagster._core.instance import DagsterInstance
from dagster._core.storage.dagster_run import DagsterRun, DagsterRunStatus
from dagster._core.storage.tags import PARENT_RUN_ID_TAG

from workbench.stack.retrying import RetryDaemon

if TYPE_CHECKING:
    from dagster._core.workspace.context import WorkspaceProcessContext

PROJECT = """
import dagster as dg

@dg.op
def first(): return 1

@dg.op
def second(one): return one

@dg.job(executor_def=dg.in_process_executor)
def chain(): second(first())

defs = dg.Definitions(jobs=[chain])
"""
OVERRIDES = {
    "run_coordinator": {"module": "dagster.core.run_coordinator", "class": "QueuedRunCoordinator",
                        "config": {"max_user_code_failure_retries": 10, "user_code_failure_retry_delay": 15}},
    "run_launcher": {"module": "workbench.stack.launcher", "class": "CheckedRunLauncher"},
    "run_monitoring": {"enabled": True, "start_timeout_seconds": 3600},
    "run_retries": {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False},
}  # fmt: skip


@contextmanager
def instance_in(folder: Path) -> Iterator[DagsterInstance]:
    """Give an instance with the settings of the stack, on SQLite, and write the project's code beside it."""
    (folder / "project.py").write_text(PROJECT, encoding="utf-8")
    # One file for the events of all runs, which would cost a tenth of a second each
    events = {"module": "dagster._core.storage.event_log", "class": "ConsolidatedSqliteEventLogStorage",
              "config": {"base_dir": str(folder)}}  # fmt: skip
    with DagsterInstance.local_temp(str(folder), overrides={**OVERRIDES, "event_log_storage": events}) as instance:
        yield instance


def queued_run(context: WorkspaceProcessContext, **tags: str) -> DagsterRun:
    """Make a run of the job, queued as a person's."""
    location = context.create_request_context().get_code_location("page")
    job = location.get_repository("__repository__").get_full_job("chain")
    instance = context.instance
    plan = location.get_execution_plan(job, {}, None, None)
    made = instance.create_run(
        job_name="chain", run_id=None, run_config={}, status=DagsterRunStatus.NOT_STARTED, tags=tags,
        root_run_id=None, parent_run_id=None, step_keys_to_execute=None, job_snapshot=job.job_snapshot,
        execution_plan_snapshot=plan.execution_plan_snapshot, parent_job_snapshot=None, asset_selection=None,
        asset_check_selection=None,
        resolved_op_selection=None, op_selection=None, remote_job_origin=job.get_remote_origin(),
        job_code_origin=job.get_python_origin(), asset_graph=location.get_repository("__repository__").asset_graph,
    )  # fmt: skip
    return reported(context, made, DagsterEventType.PIPELINE_ENQUEUED)


def new_run(context: WorkspaceProcessContext, *events: DagsterEventType, **tags: str) -> DagsterRun:
    """Make a run that was about to be launched, and the events that it had before something died."""
    return reported(context, queued_run(context, **tags), DagsterEventType.PIPELINE_STARTING, *events)


def reported(context: WorkspaceProcessContext, run: DagsterRun, *events: DagsterEventType) -> DagsterRun:
    """Report events of a run and give it as it is then."""
    for kind in events:
        context.instance.report_dagster_event(DagsterEvent(kind.value, "chain"), run.run_id)
    return known(context, run)


def known(context: WorkspaceProcessContext, run: DagsterRun) -> DagsterRun:
    found = context.instance.get_run_by_id(run.run_id)
    assert found is not None
    return found


def next_tries(context: WorkspaceProcessContext, run: DagsterRun) -> list[DagsterRun]:
    return [*context.instance.get_runs(dg.RunsFilter(tags={PARENT_RUN_ID_TAG: run.run_id}))]


def fail(context: WorkspaceProcessContext, run: DagsterRun, reason: RunFailureReason) -> DagsterRun:
    context.instance.report_run_failed(run, "it crashed", JobFailureData(error=None, failure_reason=reason))
    return known(context, run)


def retry(context: WorkspaceProcessContext, daemon: RetryDaemon | None = None) -> None:
    for _ in (daemon or RetryDaemon()).run_iteration(context):
        pass
