"""Runs that crashed are tried again, whatever else dies meanwhile.

Dagster's own daemon for this reads each failure once: where the code server, the daemon or PostgreSQL is away at that
moment, the run stays failed for good. This one looks at what the runs table says, again and again, until each failed
run has the one that tries it again. It also tries again what two kinds of crash leave behind, which Dagster does not: a
run all of whose steps had succeeded, and a step that failed because PostgreSQL, where its events go, was away.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagster import DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.errors import DagsterInvalidSubsetError
from dagster._core.events import RunFailureReason
from dagster._core.execution.plan.resume_retry import ReexecutionStrategy
from dagster._core.execution.retries import auto_reexecution_should_retry_run
from dagster._core.storage.tags import (
    AUTO_RETRY_RUN_ID_TAG,
    RETRY_STRATEGY_TAG,
    RUN_FAILURE_REASON_TAG,
    WILL_RETRY_TAG,
)
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import retry_run, should_retry
from dagster._daemon.auto_run_reexecution.event_log_consumer import EventLogConsumerDaemon
from dagster._daemon.utils import DaemonErrorCapture
from dagster._time import get_current_datetime

if TYPE_CHECKING:
    from dagster._core.workspace.context import IWorkspaceProcessContext
    from dagster._daemon.daemon import DaemonIterator
    from dagster_shared.error import SerializableErrorInfo

PATIENCE = timedelta(hours=1)  # a failure that is older is nobody's to try again: people have seen it by then
_STORAGE = "/dagster_postgres/"  # a frame of an error that no code of the project can mend


class RetryDaemon(EventLogConsumerDaemon):
    """Tries failed runs again until each has its next try, or no tries left."""

    def __init__(self) -> None:
        """Remember nothing: PostgreSQL holds what has to last."""
        super().__init__()
        self._settled: set[str] = set()

    def run_iteration(self, workspace_process_context: IWorkspaceProcessContext[Any]) -> DaemonIterator:
        """Look at the runs that failed lately and have not been looked at to the end."""
        instance = workspace_process_context.instance
        lately = RunsFilter(statuses=[DagsterRunStatus.FAILURE], updated_after=get_current_datetime() - PATIENCE)
        failed = instance.get_runs(lately)
        self._settled &= {run.run_id for run in failed}
        for run in failed:
            if run.run_id in self._settled:
                continue
            try:
                if try_again(workspace_process_context, run):
                    self._settled.add(run.run_id)
            except Exception:  # noqa: BLE001 - whatever is away now, the next look may find it
                yield DaemonErrorCapture.process_exception(
                    sys.exc_info(), logger=self._logger, log_message=f"{run.run_id} cannot be tried again yet"
                )
            yield None


def try_again(context: IWorkspaceProcessContext[Any], run: DagsterRun) -> bool:
    """See to it that a failed run is tried again if it should be, and say whether nothing is left to do for it."""
    instance = context.instance
    if not wanted(instance, run):
        return True
    try:
        retry_run(run, context)  # one that has its next try already gets no other
    except DagsterInvalidSubsetError:  # every step had succeeded, and the run died before it said so
        instance.add_run_tags(run.run_id, {RETRY_STRATEGY_TAG: ReexecutionStrategy.ALL_STEPS.value})
        return False
    known = instance.get_run_by_id(run.run_id)
    following = known and instance.get_run_by_id(known.tags.get(AUTO_RETRY_RUN_ID_TAG, ""))
    if following is None:  # the reason stands in the run's log: its job is gone
        instance.add_run_tags(run.run_id, {WILL_RETRY_TAG: "false"})
        return True
    return bool(following.status is not DagsterRunStatus.NOT_STARTED)


def wanted(instance: DagsterInstance, run: DagsterRun) -> bool:
    """Say whether a failed run is to be tried again, and write that down."""
    if run.tags.get(WILL_RETRY_TAG) == "true":
        still = should_retry(run, instance)  # no where its backfill was cancelled
        if not still:
            instance.add_run_tags(run.run_id, {WILL_RETRY_TAG: "false"})
        return still
    reason = RunFailureReason(run.tags.get(RUN_FAILURE_REASON_TAG, RunFailureReason.UNKNOWN.value))
    if reason is RunFailureReason.STEP_FAILURE and lost_its_database(instance, run):
        reason = RunFailureReason.RUN_EXCEPTION
    elif WILL_RETRY_TAG in run.tags:
        return False
    wanted_now = bool(auto_reexecution_should_retry_run(instance, run, reason))
    instance.add_run_tags(run.run_id, {WILL_RETRY_TAG: str(wanted_now).lower()})
    return wanted_now


def lost_its_database(instance: DagsterInstance, run: DagsterRun) -> bool:
    """Say whether all steps that failed in a run did so in Dagster's own storage."""
    entries = instance.all_logs(run.run_id, of_type=DagsterEventType.STEP_FAILURE)
    errors = [entry.get_dagster_event().step_failure_data.error for entry in entries]
    return bool(errors) and all(error is not None and _in_storage(error) for error in errors)


def _in_storage(error: SerializableErrorInfo) -> bool:
    if any(_STORAGE in frame for frame in error.stack):
        return True
    return any(_in_storage(inner) for inner in (error.cause, error.context) if inner is not None)
