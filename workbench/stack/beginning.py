"""Who has a run that is about to begin: the one that takes it out of its status, by one statement of the database.

Dagster stores an event, then writes the status that follows from it, whatever stood there. So a process could begin a
run that the monitor was giving up at that very moment, while its next try began elsewhere. Here the process that begins
a run and the monitor that fails it take the status first, and who comes second is told.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from dagster import DagsterError, DagsterEventType, DagsterInstance, DagsterRunStatus
from dagster._core.storage.runs.schema import RunsTable
from dagster._serdes import ConfigurableClassData

if TYPE_CHECKING:
    from dagster._core.events import DagsterEventBatchMetadata
    from dagster._core.events.log import EventLogEntry
    from dagster._core.instance.ref import InstanceRef

MAY_BEGIN = (DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING)


class NotToBeginError(DagsterError):
    """A process was about to begin a run that is no longer its own."""


def take(instance: DagsterInstance, run_id: str, before: Collection[DagsterRunStatus], after: DagsterRunStatus) -> bool:
    """Give a run another status if it has one of those before, and say whether it had; of two, one is told so."""
    ours = RunsTable.update().where(RunsTable.c.run_id == run_id, RunsTable.c.status.in_([one.value for one in before]))
    storage: Any = instance.run_storage  # Dagster's storages in SQL all have it
    with storage.connect() as connection:
        return bool(connection.execute(ours.values(status=after.value)).rowcount)


class BeginsOnce(DagsterInstance):
    """Dagster's instance in the process of a run, which begins the run only if nobody has begun or ended it."""

    def handle_new_event(
        self, event: EventLogEntry, *, batch_metadata: DagsterEventBatchMetadata | None = None
    ) -> None:
        """Store an event; the one that begins a run once the run is taken.

        Raises:
            NotToBeginError: It has begun, ended or been queued again. Nothing is stored.
        """
        begins = event.is_dagster_event and event.get_dagster_event().event_type is DagsterEventType.RUN_START
        if begins and not take(self, event.run_id, MAY_BEGIN, DagsterRunStatus.STARTED):
            run = self.get_run_by_id(event.run_id)
            if run is not None and run.status is DagsterRunStatus.CANCELING:
                self.report_run_canceled(run)  # else it would count as failed, and be tried again
            raise NotToBeginError(
                f"This process does not begin the run: it is {run.status.value if run else 'deleted'}."
            )
        super().handle_new_event(event, batch_metadata=batch_metadata)


def begins_once(instance: DagsterInstance) -> InstanceRef:
    """Give what the process of a run makes its instance from, so that it is `BeginsOnce`."""
    ours = ConfigurableClassData(__name__, BeginsOnce.__name__, "{}\n")
    return instance.get_ref()._replace(custom_instance_class_data=ours)
