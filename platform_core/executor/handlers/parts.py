"""A step that makes several partitions, run as parts side by side.

The provider starts the parts (an array job, an indexed Job) and gives each its number;
`platform_core.executor.entry.parts` makes one step of them.
"""

from __future__ import annotations

from platform_core.executor.handler import StepLaunch


def parts_of(step: StepLaunch, most: int) -> int:
    """Give the number of parts: one for each partition of the step's range, and not more than the bounds.

    A step without a range, or one whose number of partitions nobody counted (`labels["partitions"]`), is one part.

    Args:
        step: The step.
        most: The bound of the kind; the executor's own is `step.most_parts`.

    >>> from platform_core.compute_kinds import ComputeSpec
    >>> def step(count): return StepLaunch(
    ...     "r", "s", 1, 0, ComputeSpec("batch"), b"", "j", {"partitions": count}, ("a", "z"))
    >>> parts_of(step("30"), most=10), parts_of(step("3"), most=10), parts_of(step(""), most=10)
    (10, 3, 1)
    """
    counted = step.labels.get("partitions", "")
    if step.partition_range is None or not counted.isdigit():
        return 1
    return max(1, min(int(counted), most, step.most_parts or most))
