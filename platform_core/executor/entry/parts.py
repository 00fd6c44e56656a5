"""One part of a step that makes a range of partitions: its own partitions, and one voice for all the parts.

Each part carries out the same step for its share of the range. To Dagster they are one step: the first to begin says
so, and the last to end gives the step's output and success, which every part keeps to itself until then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.definitions.partitions.partition_key_range import PartitionKeyRange
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from platform_core.errors import UserError
from platform_core.executor.entry.marks import Marks
from platform_core.executor.entry.payload import INDEXES, MARKS_AT, PARTS
from platform_core.needed import needed

if TYPE_CHECKING:
    from dagster import DagsterInstance
    from dagster._core.definitions.partitions.definition import PartitionsDefinition
    from dagster._core.storage.dagster_run import DagsterRun

_BEGINS = {"STEP_WORKER_STARTING", "STEP_WORKER_STARTED", "STEP_START"}
_ENDS = {"STEP_OUTPUT", "STEP_SUCCESS"}


@dataclass
class Part:
    """One part of a step.

    Args:
        index: Its number, from 0 on.
        count: How many there are.
        marks: Where the parts learn of each other.
    """

    index: int
    count: int
    marks: Marks
    failed: bool = False
    _kept: list[Any] = field(default_factory=list)

    def narrowed(
        self, run: DagsterRun, partitions: PartitionsDefinition[Any] | None, instance: DagsterInstance
    ) -> DagsterRun:
        """Give the run with the part's own share of its range.

        Raises:
            UserError: The run has no range of partitions.
        """
        first, last = (run.tags.get(tag) for tag in (ASSET_PARTITION_RANGE_START_TAG, ASSET_PARTITION_RANGE_END_TAG))
        if partitions is None or first is None or last is None:
            raise UserError("This part's run has no range of partitions.", hint="Leave parts to the executor.")
        span = PartitionKeyRange(first, last)
        with partition_loading_context(dynamic_partitions_store=instance):
            own = share(list(partitions.get_partition_keys_in_range(span)), self.index, self.count)
        ends = {ASSET_PARTITION_RANGE_START_TAG: own[0], ASSET_PARTITION_RANGE_END_TAG: own[-1]}
        return run.with_tags({**run.tags, **ends})

    @contextmanager
    def speaking(self, instance: Any) -> Iterator[None]:
        """Let this part's events through but those that only one part may say, and say them where it is its turn."""
        handle = instance.handle_new_event

        def heard(event: Any, **more: Any) -> None:
            kind = event.dagster_event.event_type_value if event.dagster_event is not None else ""
            if kind in _ENDS:
                self._kept.append((event, more))
            elif kind == "STEP_FAILURE":
                self.failed = True
                if self.marks.claim({"part": self.index}, "failed"):
                    handle(event, **more)
            elif kind not in _BEGINS or self.marks.claim({"part": self.index}, kind.lower()):
                handle(event, **more)

        instance.handle_new_event = heard
        try:
            yield
        finally:
            del instance.handle_new_event
        if self.failed or not self._kept:
            return
        self.marks.put(f"part-{self.index}", {"done": True})
        if self.marks.count("part-") == self.count and self.marks.claim({"part": self.index}, "done"):
            for event, more in self._kept:
                handle(event, **more)


def part_of(environment: Mapping[str, str]) -> Part | None:
    """Give the part that this process is, or None where it is the whole step."""
    count = int(environment.get(PARTS, "1"))
    if count < 2:
        return None
    index = next(int(environment[name]) for name in INDEXES if name in environment)
    bucket, _, prefix = environment[MARKS_AT].removeprefix("s3://").partition("/")
    return Part(index, count, Marks(needed("boto3", "aws").client("s3"), bucket, prefix))


def share(keys: list[str], index: int, count: int) -> list[str]:
    """Give the share of one part: neighbours, and as many as another part has, or one more.

    >>> [share(list("abcde"), index, 2) for index in range(2)]
    [['a', 'b', 'c'], ['d', 'e']]
    """
    least, more = divmod(len(keys), count)
    begin = index * least + min(index, more)
    return keys[begin : begin + least + (index < more)]
