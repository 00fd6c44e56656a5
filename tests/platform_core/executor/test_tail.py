"""The end of a run's event log, whose events are not committed in the order of their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType
from dagster._core.events.log import EventLogEntry

from platform_core.executor.tail import _OVERLAP, EventTail

if TYPE_CHECKING:
    from pathlib import Path


def test_an_event_that_is_committed_late_is_found_by_a_look_through_the_whole_log(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:

        def write(step: str) -> None:
            event = DagsterEvent(DagsterEventType.STEP_START.value, "some", step_key=step)
            instance.store_event(EventLogEntry(None, 10, "", "run", 0.0, step, "some", event))

        tail = EventTail(instance, "run")
        write("first")
        assert [event.step_key for event in tail.new()] == ["first"]
        tail._last += _OVERLAP + 2  # so many of other runs' steps were committed meanwhile
        write("late")
        assert list(tail.new()) == []
        assert [event.step_key for event in tail.new(whole=True)] == ["late"]
        assert list(tail.new(whole=True)) == []
