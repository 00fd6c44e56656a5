"""The last result of each check, also where the last run did not come as far as the check."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

if TYPE_CHECKING:
    import dagster as dg

_RESULTS = {
    AssetCheckExecutionRecordStatus.SUCCEEDED,
    AssetCheckExecutionRecordStatus.FAILED,
}


def last_results(instance: dg.DagsterInstance, keys: Iterable[dg.AssetCheckKey]) -> dict[dg.AssetCheckKey, Any]:
    """Give Dagster's record of the last result of each check that has one, in the order of their names."""
    storage, wanted = instance.event_log_storage, sorted(keys, key=str)
    found: dict[dg.AssetCheckKey, Any] = {}
    for key, record in (storage.get_latest_asset_check_execution_by_key(wanted) if wanted else {}).items():
        last = [record]
        if record.status not in _RESULTS:  # planned, or passed over
            last = list(storage.get_asset_check_execution_history(key, limit=1, status=_RESULTS))
        if last:
            found[key] = last[0]
    return {key: found[key] for key in wanted if key in found}
