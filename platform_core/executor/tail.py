"""Reading the events that remote steps write to a run's event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster._core.event_api import EventLogCursor
from dagster._core.events import STEP_EVENTS, DagsterEvent, DagsterEventType

if TYPE_CHECKING:
    from collections.abc import Iterator

    import dagster as dg

_PAGE = 1000
_OVERLAP = 200  # ids read again: a transaction with a lower id may be committed after one with a higher
_TYPES = {*STEP_EVENTS, DagsterEventType.RESOURCE_INIT_FAILURE, DagsterEventType.STEP_WORKER_STARTING}


class EventTail:
    """The end of a run's event log: each look gives the step events that came since the one before, each one once."""

    def __init__(self, instance: dg.DagsterInstance, run_id: str) -> None:
        self._instance = instance
        self._run_id = run_id
        self._last = 0
        self._given: set[int] = set()

    def new(self, *, whole: bool = False) -> Iterator[DagsterEvent]:
        """Give the events of steps that came since the last look.

        Args:
            whole: Whether to look through the whole log: where many write at once, one whose process was held up
                between its id and its commit stands further back than is read again otherwise.
        """
        start = 0 if whole else max(0, self._last - _OVERLAP)
        cursor = EventLogCursor.from_storage_id(start).to_string()
        while True:
            page = self._instance.get_records_for_run(self._run_id, cursor, of_type=_TYPES, limit=_PAGE)
            for record in page.records:
                event = record.event_log_entry.dagster_event
                if record.storage_id not in self._given and event is not None:
                    self._given.add(record.storage_id)
                    yield event
                self._last = max(self._last, record.storage_id)
            if not page.has_more:
                return
            cursor = page.cursor
