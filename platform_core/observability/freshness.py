"""Which assets are older than their freshness policies allow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dagster._core.definitions.freshness import CronFreshnessPolicy, TimeWindowFreshnessPolicy
from dagster._utils.schedules import get_latest_completed_cron_tick

if TYPE_CHECKING:
    import dagster as dg


@dataclass(frozen=True, slots=True)
class Overdue:
    """An asset that is older than it may be: since when it was last made, and by how much it is late."""

    asset: dg.AssetKey
    made_at: float
    late_seconds: float
    warning: bool


def overdue(instance: dg.DagsterInstance, graph: Any, now: float) -> Iterator[Overdue]:
    """Give the assets of a graph that are older than their freshness policy allows, in the order of their keys.

    Policies are read here and not asked of Dagster's freshness daemon, which may not run.
    """
    policies: dict[dg.AssetKey, Any] = {
        key: policy
        for key in (graph.get_all_asset_keys() if graph is not None else ())
        if (policy := graph.get(key).freshness_policy_or_from_metadata) is not None
    }
    for record in sorted(instance.get_asset_records(list(policies)) if policies else (), key=_key_of_record):
        event = record.asset_entry.last_materialization
        if event is None:
            continue
        key, made = record.asset_entry.asset_key, event.timestamp
        fail, warn = _deadlines(policies[key], made, now)
        if now >= fail:
            yield Overdue(key, made, now - fail, warning=False)
        elif warn is not None and now >= warn:
            yield Overdue(key, made, now - warn, warning=True)


def _key_of_record(record: dg.AssetRecord) -> str:
    return str(record.asset_entry.asset_key.to_user_string())


def _deadlines(policy: Any, made: float, now: float) -> tuple[float, float | None]:
    """Give the moments from which an asset that was made at a moment is overdue, and from which that is a warning."""
    if isinstance(policy, TimeWindowFreshnessPolicy):
        warn = policy.warn_window.to_timedelta().total_seconds() if policy.warn_window else None
        fail = policy.fail_window.to_timedelta().total_seconds()
        return made + fail, made + warn if warn is not None else None
    if isinstance(policy, CronFreshnessPolicy):
        moment = dt.datetime.fromtimestamp(now, ZoneInfo(policy.timezone))
        tick = get_latest_completed_cron_tick(policy.deadline_cron, moment, policy.timezone)
        if tick is not None and made < tick.timestamp() - policy.lower_bound_delta.total_seconds():
            return tick.timestamp(), None
    return float("inf"), None
