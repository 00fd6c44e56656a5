"""What a step cost that failed: it is paid for, though no materialisation tells of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import dagster as dg

from platform_core.metadata.running import Running, failed_metadata


def tell_failed(context: dg.AssetExecutionContext | dg.OutputContext, running: Running) -> None:
    """Note in the event log what a step that fails right now has cost, as an observation of its asset.

    The step's own error is what counts: one while noting is passed over.
    """
    with suppress(Exception):
        partition = context.partition_key if _has_partition(context) else None
        observed = dg.AssetObservation(context.asset_key, partition=partition, metadata=failed_metadata(running))
        context.log_event(observed)


def _has_partition(context: Any) -> bool:
    if isinstance(context, dg.OutputContext):
        return bool(context.has_asset_partitions) and len(context.asset_partition_keys) == 1
    return bool(context.has_partition_key)
