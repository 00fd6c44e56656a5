"""Steps on a Dask cluster: one asset too large for a machine, whose function hands its work to all workers.

A step is one task of the cluster's own scheduler, under the step's name as its key. It keeps no worker from other work:
it only starts and watches the step's process (`platform_core.executor.entry.dask_task`), which is a client of the
cluster. Every call makes a client of its own, so nothing is held between two of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from platform_core.executor.entry import dask_task
from platform_core.executor.entry.payload import PAYLOAD, STEP_COMPUTE, STEP_NAME
from platform_core.executor.handler import Cause, Phase, RemoteState, StepLaunch, TransientError
from platform_core.executor.handlers.aws import compute_of
from platform_core.executor.handlers.causes import NOTHING_LEFT, read_cause
from platform_core.executor.handlers.settings import DaskSettings
from platform_core.needed import needed

_ANSWER_SECONDS = 10


class DaskHandler:
    """Submits, finds, watches and stops tasks of a Dask cluster.

    Args:
        settings: Where its scheduler is.
    """

    kind = "dask"

    def __init__(self, settings: DaskSettings) -> None:
        self._settings = settings

    def launch(self, step: StepLaunch) -> str:
        """Submit the step's task, or give the one that stands under its name."""
        told = {STEP_NAME: step.name, STEP_COMPUTE: compute_of(step), PAYLOAD: step.payload.decode("ascii")}
        order = dask_task.Order(
            name=step.name,
            command=tuple(self._settings.command),
            environment={**self._settings.environment, **told},
            workers=step.spec["workers"],
            seconds=step.spec["timeout_seconds"],
        )
        with self._asked() as client:
            if step.name not in client.list_datasets():
                # Dask has one task of a key; it is kept by being published, when this client has gone
                future = client.submit(dask_task.carry_out, order, key=step.name, pure=False, retries=0)
                client.publish_dataset(future, name=step.name, override=True)
        return step.name

    def find(self, step: StepLaunch) -> str | None:
        """Give the step's name where its task is known, running or done, as long as the scheduler lives."""
        with self._asked() as client:
            return step.name if step.name in client.list_datasets() else None

    def check(self, remote_id: str) -> RemoteState:
        """Look at a task."""
        with self._asked() as client:
            known = client.list_datasets()
            if remote_id not in known:
                return RemoteState(Phase.LOST, message=f"Dask no longer knows the task {remote_id}. {NOTHING_LEFT}")
            page = client.dashboard_link
            if dask_task.claim_of(remote_id) not in known and dask_task.end_of(remote_id) not in known:
                there = len(client.scheduler_info(n_workers=-1)["workers"])
                return RemoteState(Phase.STARTING, message=f"The cluster has {there} workers.", log_url=page)
            watched = any(remote_id in keys for keys in client.processing().values())
            if dask_task.end_of(remote_id) in client.list_datasets():  # it may have ended since
                return _ended(client.get_dataset(dask_task.end_of(remote_id)), page)
            return RemoteState(Phase.RUNNING, log_url=page) if watched else _lost(page)

    def stop(self, remote_id: str) -> None:
        """Let the task stop the step's process; one that has ended or is unknown is no error."""
        with self._asked() as client:
            needed("distributed", "dask").Event(dask_task.stop_of(remote_id), client=client).set()

    def last_lines(self, remote_id: str, count: int) -> tuple[str, ...]:
        """Give the last lines that the step's process wrote."""
        with self._asked() as client:
            return tuple(str(line) for _, line in client.get_events(dask_task.log_of(remote_id)))[-count:]

    @contextmanager
    def _asked(self) -> Iterator[Any]:
        """Give a client of the cluster."""
        distributed = needed("distributed", "dask")
        try:
            with distributed.Client(
                self._settings.scheduler, timeout=_ANSWER_SECONDS, set_as_default=False, name="notebook-workbench"
            ) as client:
                yield client
        except (OSError, TimeoutError) as error:  # Dask's own errors of connections are of these
            said = f"Dask's scheduler at {self._settings.scheduler} does not answer ({type(error).__name__})."
            raise TransientError(said) from error


def _ended(end: dask_task.End, page: str | None) -> RemoteState:
    match end.how:
        case "again":
            return _lost(page)
        case "stopped":
            return RemoteState(Phase.FAILED, Cause.CANCELLED, "The step was stopped.", page)
        case "late":
            return RemoteState(Phase.FAILED, Cause.TIME_OUT, "The step took longer than its time.", page)
    if end.code == 0:
        return RemoteState(Phase.SUCCEEDED, log_url=page)
    cause, message = read_cause((), "", "", end.code if end.code > 0 else 128 - end.code)
    return RemoteState(Phase.FAILED, cause, message, page)


def _lost(page: str | None) -> RemoteState:
    words = "The Dask worker that watched the step is gone, and the step with it."
    return RemoteState(Phase.LOST, message=words, log_url=page)
