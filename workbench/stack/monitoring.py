"""Runs whose process is gone, found soon and judged by their log.

Dagster's monitor asks for the process of a run only once the run has begun; one whose server died before that stood for
`start_timeout_seconds`. And a run that wrote its last event, but not its status, counted as crashed and was done again.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from dagster import DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.events import JobFailureData, RunFailureReason
from dagster._core.launcher import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._daemon.daemon import MonitoringDaemon
from dagster._daemon.utils import DaemonErrorCapture
from dagster._time import datetime_from_timestamp

from workbench.stack.beginning import take
from workbench.stack.launcher import CheckedRunLauncher

if TYPE_CHECKING:
    from dagster._core.workspace.context import IWorkspaceProcessContext
    from dagster._daemon.daemon import DaemonIterator

# Seconds from the launch of a run until its server must know it. One that is failed too soon does no harm: the process
# that starts after all does not begin it (`workbench.stack.beginning`)
GRACE = 30.0
_ENDS = {DagsterEventType.RUN_SUCCESS, DagsterEventType.RUN_FAILURE, DagsterEventType.RUN_CANCELED}


class RunMonitor(MonitoringDaemon):
    """Dagster's monitor, which also sees what was lost before it began and what ended without saying so."""

    def run_iteration(self, workspace_process_context: IWorkspaceProcessContext[Any]) -> DaemonIterator:
        """Look at every run that is under way, then do what Dagster's monitor does."""
        instance = workspace_process_context.instance
        launcher = instance.run_launcher
        if isinstance(launcher, CheckedRunLauncher):
            under_way = RunsFilter(statuses=[DagsterRunStatus.STARTING, DagsterRunStatus.STARTED])
            for run in instance.get_runs(under_way):
                try:
                    look_after(instance, launcher, run)
                except Exception:  # noqa: BLE001 - what is wrong with one run must not hide the others
                    yield DaemonErrorCapture.process_exception(
                        sys.exc_info(), logger=self._logger, log_message=f"The run {run.run_id} cannot be looked after"
                    )
                yield None
        yield from super().run_iteration(workspace_process_context)


def look_after(instance: DagsterInstance, launcher: CheckedRunLauncher, run: DagsterRun) -> None:
    """Write the status of a run that ended without it, and fail one that was lost or took too long before it began.

    One that was lost later is left to Dagster's monitor. That one fails what took too long too, even if it begins at
    that very moment; so ours comes first.
    """
    starting, overdue = run.status is DagsterRunStatus.STARTING, False
    if starting:
        waited = time.time() - (instance.get_run_stats(run.run_id).launch_time or 0)
        overdue = 0 < instance.run_monitoring_start_timeout_seconds - GRACE <= waited
        if (waited < GRACE or launcher.is_sending(run)) and not overdue:
            return
    launched = GRPC_INFO_TAG in run.tags
    if launched and launcher.check_run_worker_health(run).status is not WorkerStatus.FAILED and not overdue:
        return
    known = instance.get_run_by_id(run.run_id)
    if known is None or known.status is not run.status:
        return  # it went on meanwhile
    ends = instance.event_log_storage.get_logs_for_run(run.run_id, of_type=_ENDS, limit=1, ascending=False)
    if ends:
        instance.run_storage.handle_run_event(
            run.run_id, ends[0].get_dagster_event(), datetime_from_timestamp(ends[0].timestamp)
        )
    elif starting and take(instance, run.run_id, [DagsterRunStatus.STARTING], DagsterRunStatus.FAILURE):
        why = "the code server has no process of it" if launched else "the daemon ended as it launched it"
        told, reason = f"This run was lost before it began: {why}.", RunFailureReason.UNEXPECTED_TERMINATION
        if overdue:
            told, reason = "This run took too long to begin (`start_timeout_seconds`).", RunFailureReason.START_TIMEOUT
        instance.report_run_failed(run, told, JobFailureData(error=None, failure_reason=reason))
