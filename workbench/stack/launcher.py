"""Runs on a code server, whose processes are looked after.

Dagster's own launcher starts a run as a child of the code server and never asks for it again: where the server dies,
its runs would stand as started for good. This one asks the server for each run that the monitor is in doubt about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._serdes import deserialize_value

if TYPE_CHECKING:
    from dagster import DagsterRun

WAIT_SECONDS = 10


class CheckedRunLauncher(DefaultRunLauncher):
    """Dagster's launcher on code servers, which knows when the process of a run is gone."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Say that the run monitor may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Ask the code server that started a run whether it still has its process.

        A server that does not answer may be restarting or cut off: the run counts as running until one answers. The one
        that answers then is the same that started it, or its successor, which does not know the run.
        """
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call] # Dagster's own
        if client is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        try:
            reply = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=WAIT_SECONDS)
        except DagsterUserCodeUnreachableError:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "the code server does not answer")
        if deserialize_value(reply, CanCancelExecutionResult).can_cancel:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, "the code server has no process of this run")
