"""What an executor asks before it starts a step: where it is to run, by what its runs took until now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from platform_core.compute_kinds import Decision, Prices, decide, prices_in_use
from platform_core.costs.facts import history_of, read_tags
from platform_core.costs.records import read_records

if TYPE_CHECKING:
    import dagster as dg

_MOST_RUNS = 200  # of the newest: what a step took long ago says little of the next run


def decide_at_launch(
    instance: dg.DagsterInstance,
    tags: Mapping[str, str],
    asset: str,
    partition: str | None = None,
    *,
    prices: Prices | None = None,
    rules: Mapping[str, Any] | None = None,
) -> Decision | None:
    """Decide anew where a step of `@auto_compute` runs; None for a step whose compute was said outright.

    One query of the event log for the asset.

    Args:
        instance: Dagster's instance, which knows the runs.
        tags: The tags of the step's op.
        asset: The asset that it makes.
        partition: The partition that it makes.
        prices: The prices; those in use by default.
        rules: The rules of placement; those of `placement.json` by default.

    Raises:
        UserError: No kind of compute is large enough for what runs took.
    """
    _, hints = read_tags(tags)
    if hints is None:
        return None
    history = history_of(read_records(instance, asset=asset, most=_MOST_RUNS), partition)
    return decide(hints, history, prices or prices_in_use(), rules)
