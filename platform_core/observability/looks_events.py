"""What happened once: a run or a step that failed, the result of a check. Read from the event log behind a cursor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg

from platform_core.observability.alerts.alert import Alert
from platform_core.observability.alerts.alerter import Recovery
from platform_core.observability.failures import failure_of_stored
from platform_core.observability.looking import FIRST_LOOK, MOST_EVENTS, Seen, Tick
from platform_core.observability.safe_text import masked_error
from platform_core.observability.telling import (
    about,
    check_alert,
    check_key,
    failure_alert,
    is_ad_hoc,
    run_alert,
    unmade_alert,
)

_MOST_STEPS = 100  # of one run that are told one by one
_MOST_RESULTS = 200  # of one check that one tick reads
_OVERLAP = 60.0  # seconds
_WILL_RETRY = "dagster/will_retry"


def failures(tick: Tick) -> Seen:
    """Read the runs that failed since the cursor, and look which of the failures known are over."""
    since = {"after_storage_id": tick.cursor} if tick.cursor is not None else {"after_timestamp": tick.now - FIRST_LOOK}
    wanted = dg.RunStatusChangeRecordsFilter(event_type=dg.DagsterEventType.RUN_FAILURE, **since)
    records = tick.instance.fetch_run_status_changes(wanted, limit=MOST_EVENTS, ascending=True).records
    alerts = [alert for record in records for alert in _failed_run(tick, record.event_log_entry)]
    return Seen(alerts, list(_over(tick)), records[-1].storage_id if records else tick.cursor)


def _failed_run(tick: Tick, entry: dg.EventLogEntry) -> Iterator[Alert]:
    run = tick.instance.get_run_by_id(entry.run_id)
    if run is None or run.tags.get(_WILL_RETRY) == "true":  # the one that tries it again tells
        return
    failed = tick.instance.get_records_for_run(
        entry.run_id, of_type=dg.DagsterEventType.STEP_FAILURE, limit=_MOST_STEPS
    )
    steps = {e.step_key: e for record in failed.records if (e := record.event_log_entry).step_key is not None}
    assets = _assets_of(tick.instance, entry.run_id, set(steps)) if steps else {}
    dashboard = tick.config.dashboard
    for step, event in steps.items():
        error = getattr(event.get_dagster_event().event_specific_data, "error", None)
        keys: list[dg.AssetKey | None] = [*assets.get(step, [])] or [None]
        names = [key.to_user_string() for key in keys if key is not None]
        failure = failure_of_stored(error, step=step, assets=names, partition=run.tags.get("dagster/partition", ""))
        for key in keys:
            yield failure_alert(
                failure,
                asset=key.to_user_string() if key is not None else "",
                job=run.job_name,
                run_id=entry.run_id,
                at=event.timestamp,
                known=about(tick.graph, key),
                dashboard=dashboard,
            )
    if not steps:
        data = entry.get_dagster_event().event_specific_data
        error = getattr(data, "error", None)
        said = failure_of_stored(error, step="").reason if error is not None else masked_error(entry.message)
        reason = said or "its process ended"
        # A job that Dagster hides has no name that tells anybody anything, and any run of it would be taken for its end
        unmade = _unmade(tick.instance, entry.run_id) if is_ad_hoc(run.job_name) else []
        for key in unmade[:_MOST_STEPS]:
            yield unmade_alert(
                key.to_user_string(),
                partition=run.tags.get("dagster/partition", ""),
                run_id=entry.run_id,
                reason=reason,
                at=entry.timestamp,
                known=about(tick.graph, key),
                dashboard=dashboard,
            )
        if not unmade:
            yield run_alert(run.job_name, entry.run_id, reason, entry.timestamp, dashboard)


def _assets_of(instance: dg.DagsterInstance, run_id: str, steps: set[str]) -> dict[str, list[dg.AssetKey]]:
    """Give the assets that some steps of a run were to make and did not store."""
    planned, stored = _told_assets(instance, run_id)
    found: dict[str, set[dg.AssetKey]] = {}
    for step, key in planned:
        if step in steps:
            found.setdefault(step, set()).add(key)
    made = {key for step, key in stored if step in steps}
    return {step: sorted(keys - made) or sorted(keys) for step, keys in found.items()}


def _unmade(instance: dg.DagsterInstance, run_id: str) -> list[dg.AssetKey]:
    """Give the assets that a run was to make and did not store."""
    planned, stored = _told_assets(instance, run_id)
    return sorted({key for _, key in planned} - {key for _, key in stored})


def _told_assets(
    instance: dg.DagsterInstance, run_id: str
) -> tuple[list[tuple[str | None, dg.AssetKey]], list[tuple[str | None, dg.AssetKey]]]:
    """Give what a run was to make and what it stored, each with its step."""
    kinds = {dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED, dg.DagsterEventType.ASSET_MATERIALIZATION}
    planned: list[tuple[str | None, dg.AssetKey]] = []
    stored: list[tuple[str | None, dg.AssetKey]] = []
    for record in instance.get_records_for_run(run_id, of_type=kinds).records:
        event = record.event_log_entry.get_dagster_event()
        if event.asset_key is not None:
            made = event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION
            (stored if made else planned).append((event.step_key, event.asset_key))
    return planned, stored


def _over(tick: Tick) -> Iterator[Recovery]:
    """Look which failures are over: the asset was made since, or the job without assets ran well."""
    for row in tick.alerter.open_incidents("failure")[:MOST_EVENTS]:
        alert = Alert.from_json(row["alert"])
        if alert.asset:
            wanted = dg.AssetRecordsFilter(
                asset_key=dg.AssetKey.from_user_string(alert.asset),
                asset_partitions=[alert.partition] if alert.partition else None,
                after_timestamp=row["seen_at"],
            )
            made = tick.instance.fetch_materializations(wanted, limit=1).records
            if made and ended_well(tick.instance, made[0].event_log_entry):
                yield Recovery(row["key"], made[0].timestamp, f"{alert.asset} was made again")
        elif alert.job:
            done = dg.RunsFilter(job_name=alert.job, statuses=[dg.DagsterRunStatus.SUCCESS])
            records = tick.instance.get_run_records(done, limit=1)
            if records and (ended := records[0].end_time or 0.0) > row["seen_at"]:
                yield Recovery(row["key"], ended, f"{alert.job} ran well again")


def ended_well(instance: dg.DagsterInstance, made: dg.EventLogEntry) -> bool:
    """Whether the step that stored an asset has ended well: a policy or a check may hold back what it stored."""
    if made.step_key is None:
        return True  # told from outside
    succeeded = instance.get_records_for_run(made.run_id, of_type=dg.DagsterEventType.STEP_SUCCESS).records
    return any(record.event_log_entry.step_key == made.step_key for record in succeeded)


def checks(tick: Tick) -> Seen:
    """Read the results of checks since the cursor, which is a moment: results have no number that grows.

    Results of the last minute are read again, and told once by their ids.
    """
    since = (tick.cursor if tick.cursor is not None else tick.now - FIRST_LOOK) - _OVERLAP
    storage = tick.instance.event_log_storage
    latest = storage.get_latest_asset_check_execution_by_key(sorted(tick.graph.asset_check_keys, key=str))
    changed = [key for key, record in latest.items() if record.create_timestamp >= since or _at(record) >= since]
    # The last result of each partition counts; what failed and passed since is over
    last: dict[str, Any] = {}
    for key in changed:
        for record in reversed(storage.get_asset_check_execution_history(key, limit=_MOST_RESULTS)):
            if _at(record) >= since:
                result: Any = _event(record).event_specific_data
                last[check_key(key.asset_key.to_user_string(), key.name, result.partition or "")] = (record, result)
    alerts, over = [], []
    for name, (record, result) in last.items():
        asset, at = result.asset_key.to_user_string(), _at(record)
        if result.passed:
            over.append(Recovery(name, at, f"The check {result.check_name} of {asset} passes again"))
            continue
        alerts.append(
            check_alert(
                asset,
                result.check_name,
                warning=result.severity == dg.AssetCheckSeverity.WARN,
                partition=result.partition or "",
                run_id=record.run_id,
                at=at,
                occurrence=str(record.id),
                known=about(tick.graph, result.asset_key),
                dashboard=tick.config.dashboard,
            )
        )
    newest = max((_at(record) for record in latest.values()), default=0.0)
    return Seen(alerts, over, int(max(newest, since + _OVERLAP)))


def _at(record: Any) -> float:
    """Give when a check was evaluated; 0 for one that is only planned."""
    evaluated = record.event is not None and _event(record).event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    return float(record.event.timestamp) if evaluated else 0.0


def _event(record: Any) -> dg.DagsterEvent:
    event: dg.DagsterEvent = record.event.get_dagster_event()
    return event
