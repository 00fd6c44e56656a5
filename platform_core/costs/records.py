"""What each run of a step cost, as Dagster's event log has it: one query for those that made something, one for failed.

Dagster's own functions for reading materialisations take one asset at a time; its storage takes all at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster._core.event_api import EventLogRecord, EventRecordsFilter
from dagster._core.events import DagsterEventType

from platform_core.compute_kinds import Cost, Use
from platform_core.plain_numbers import is_number

_MB = 1024 * 1024
_AD_HOC = ("__ASSET_JOB", "__ephemeral_asset_job__", "")
_UNCHANGED = "workbench/unchanged"


@dataclass(frozen=True, slots=True)
class Record:
    """One run of one step.

    Args:
        asset: The asset.
        partition: Its partition, or None.
        run_id: Dagster's run.
        job: The job; empty where assets were made without one.
        at: When, as seconds since 1970.
        kind: The kind of compute that it ran on, `local` included; empty where nobody noted it.
        size: Its size in words.
        spot: Whether on Spot; None where nobody knows.
        use: Seconds, CPU seconds and peak memory; None where nobody measured.
        cost: What it cost; None where nobody knows.
        unknown: Why nobody knows, where the step said.
        failed: Whether the step failed and made nothing.
        unchanged: Whether nothing had to be made, so what it took says nothing of the step's work.
    """

    asset: str
    partition: str | None
    run_id: str
    job: str
    at: float
    kind: str
    size: str
    spot: bool | None
    use: Use | None
    cost: Cost | None
    unknown: str = ""
    failed: bool = False
    unchanged: bool = False

    @property
    def month(self) -> str:
        """The calendar month in UTC, such as 2026-11."""
        return f"{datetime.fromtimestamp(self.at, UTC):%Y-%m}"


def read_records(
    instance: dg.DagsterInstance,
    *,
    asset: str | None = None,
    since: float | None = None,
    until: float | None = None,
    most: int | None = None,
) -> tuple[Record, ...]:
    """Read what runs of steps cost, the oldest first.

    Args:
        instance: Dagster's instance.
        asset: One asset alone.
        since: Seconds since 1970; only what came later.
        until: Only what came before.
        most: How many are read at most, of those that made something and of those that failed: the newest.
    """
    key = None if asset is None else dg.AssetKey.from_user_string(asset)
    storage = instance.event_log_storage
    found = [
        record
        for kind in (DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_OBSERVATION)
        for event in storage.get_event_records(
            EventRecordsFilter(kind, key, after_timestamp=since, before_timestamp=until), limit=most
        )
        if (record := _record(event)) is not None
    ]
    return tuple(sorted(found, key=lambda record: record.at))


def _record(found: EventLogRecord) -> Record | None:
    entry = found.event_log_entry
    event = entry.dagster_event
    if event is None:
        return None
    observed = event.event_type == DagsterEventType.ASSET_OBSERVATION
    told = (
        event.asset_observation_data.asset_observation if observed else event.step_materialization_data.materialization
    )
    metadata = told.metadata
    failed = _value(metadata, "workbench/failed") is True
    if observed and not failed:
        return None  # somebody's own observation
    return Record(
        asset=told.asset_key.to_user_string(),
        partition=told.partition,
        run_id=entry.run_id,
        job="" if entry.job_name in _AD_HOC else entry.job_name or "",
        at=entry.timestamp,
        kind=_text(metadata, "workbench/compute_kind"),
        size=_text(metadata, "workbench/compute_size"),
        spot=found_spot if isinstance(found_spot := _value(metadata, "workbench/spot"), bool) else None,
        use=_use(metadata),
        cost=_cost(metadata),
        unknown=_text(metadata, "workbench/cost_unknown"),
        failed=failed,
        unchanged=_UNCHANGED in metadata,
    )


def _use(metadata: Mapping[str, Any]) -> Use | None:
    amounts = [_number(metadata, f"workbench/{name}") for name in ("seconds", "cpu_seconds", "peak_memory_bytes")]
    seconds, cpu, memory = amounts
    if seconds is None or cpu is None or memory is None:
        return None
    return Use(seconds, cpu, memory / _MB)


def _cost(metadata: Mapping[str, Any]) -> Cost | None:
    usd = _number(metadata, "workbench/cost_usd")
    if usd is None:
        return None
    low, high = (_number(metadata, f"workbench/cost_usd_{name}") for name in ("low", "high"))
    return Cost(usd, usd if low is None else low, usd if high is None else high)


def _value(metadata: Mapping[str, Any], key: str) -> Any:
    found = metadata.get(key)
    return getattr(found, "value", None)


def _number(metadata: Mapping[str, Any], key: str) -> float | None:
    found = _value(metadata, key)
    return float(found) if is_number(found) else None


def _text(metadata: Mapping[str, Any], key: str) -> str:
    found = _value(metadata, key)
    return found if isinstance(found, str) else ""
