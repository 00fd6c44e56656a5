"""Where a step of `@auto_compute` runs in this run: decided again by what its runs took until now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.compute_kinds import AUTO_TAG
from platform_core.executor.routing import Placement, on_spec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagster import DagsterInstance

    from platform_core.executor.settings import ExecutorSettings


def redecided(
    placement: Placement,
    instance: DagsterInstance,
    tags: Mapping[str, str],
    assets: Sequence[str],
    partition: str | None,
    settings: ExecutorSettings,
) -> tuple[Placement, str]:
    """Give where a step runs and why, in words; nothing is decided for a step that runs here or makes no one asset.

    Args:
        placement: Where its tag says.
        instance: Dagster's instance, whose event log knows the runs.
        tags: The tags of the step's op.
        assets: The assets that it makes.
        partition: The partition of this run.
        settings: Which kinds run remotely.

    Raises:
        UserError: No kind of compute is large enough for what runs took.
    """
    if AUTO_TAG not in tags or placement.where != "remote" or len(assets) != 1:
        return placement, ""
    from platform_core.costs.launching import decide_at_launch  # noqa: PLC0415 - only for a step that asks for it

    decision = decide_at_launch(instance, tags, assets[0], partition)
    if decision is None:
        return placement, ""
    return on_spec(decision.spec, settings), decision.why
