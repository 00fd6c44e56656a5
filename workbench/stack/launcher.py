"""Runs on a code server: each is sent there once, and its process is looked after.

Dagster's own launcher takes a server that is slow to answer for one that is away: the run is queued again, and begun a
second time while its first process is on its way. And it never asks for a run again: where the server dies, its runs
would stand as started for good. This one sends a run only to a server that answers, and never again. Whether a run
that was sent has arrived is left to the monitor, which asks the server (`workbench.stack.monitoring`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dagster._core.errors import DagsterLaunchFailedError, DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, LaunchRunContext, WorkerStatus
from dagster._core.remote_representation.code_location import GrpcServerCodeLocation
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DEFAULT_GRPC_TIMEOUT
from dagster._grpc.types import (
    CanCancelExecutionRequest,
    CanCancelExecutionResult,
    ExecuteExternalJobArgs,
    StartRunResult,
)
from dagster._serdes import deserialize_value

from workbench.stack.beginning import begins_once

if TYPE_CHECKING:
    from dagster import DagsterRun
    from dagster._core.remote_origin import RemoteJobOrigin
    from dagster._grpc.client import DagsterGrpcClient
    from dagster._serdes import ConfigurableClassData

WAIT_SECONDS = 10  # for an answer about a run that was sent; the question before has as long as the server may take


class CheckedRunLauncher(DefaultRunLauncher):
    """Dagster's launcher on code servers, which sends a run once and knows when its process is gone."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        """Take what Dagster's takes."""
        super().__init__(inst_data)
        self._sending: set[str] = set()

    def launch_run(self, context: LaunchRunContext) -> None:
        """Send a run to the code server that serves its location.

        A server that does not answer then may have begun it or not, and may yet: the run stays as it is.

        Raises:
            DagsterUserCodeUnreachableError: The server did not answer before the run was sent; it may be sent later.
            DagsterLaunchFailedError: The server says that it could not begin the run, and will not.
        """
        run = context.dagster_run
        origin = run.remote_job_origin
        assert context.workspace is not None  # noqa: S101 - Dagster's daemon has one, and the next where its run is from
        assert origin is not None  # noqa: S101
        self._sending.add(run.run_id)
        try:
            location = context.workspace.get_code_location(origin.location_name)
            assert isinstance(location, GrpcServerCodeLocation)  # noqa: S101 - no other starts runs
            if not _knows(location.client, run.run_id, DEFAULT_GRPC_TIMEOUT):
                self._send(location.client, run, origin)
        finally:
            self._sending.discard(run.run_id)

    def is_sending(self, run: DagsterRun) -> bool:
        """Say whether a thread of this process is at sending a run."""
        return run.run_id in self._sending

    def _send(self, client: DagsterGrpcClient, run: DagsterRun, origin: RemoteJobOrigin) -> None:
        where: dict[str, Any] = {"host": client.host}
        where |= {"port": client.port} if client.port else {"socket": client.socket}
        where |= {"use_ssl": True} if client.use_ssl else {}
        self._instance.add_run_tags(run.run_id, {GRPC_INFO_TAG: json.dumps(where)})
        what = ExecuteExternalJobArgs(job_origin=origin, run_id=run.run_id, instance_ref=begins_once(self._instance))
        try:
            result = deserialize_value(client.start_run(what), StartRunResult)
        except DagsterUserCodeUnreachableError:
            # Its client has written the error into the run's log
            told = "Whether the code server began this run is not known. It is not sent again; the monitor asks later."
            self._instance.report_engine_event(told, run, cls=type(self))
            return
        if not result.success:
            error = result.serializable_error_info
            raise DagsterLaunchFailedError(result.message, serializable_error_info=error)  # type: ignore[no-untyped-call] # Dagster's own

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
            known = _knows(client, run.run_id, WAIT_SECONDS)
        except DagsterUserCodeUnreachableError:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "the code server does not answer")
        if known:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, "the code server has no process of this run")


def _knows(client: DagsterGrpcClient, run_id: str, seconds: int) -> bool:
    """Ask a code server whether it has the process of a run."""
    reply = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run_id), timeout=seconds)
    return deserialize_value(reply, CanCancelExecutionResult).can_cancel
