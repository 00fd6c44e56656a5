"""Reading the metrics of an instance. Each read goes on where the one before ended, so a scrape costs what is new."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from platform_core.observability.alerts.alerter import Alerter
from platform_core.observability.freshness import overdue
from platform_core.observability.health import is_alive
from platform_core.observability.metrics.family import Counts, Durations, Family, Labels, Metric
from platform_core.observability.results import last_results
from platform_core.plain_numbers import is_number

MOST_ASSETS = 2_000
CUSTOM = "metric/"  # how the metadata of an asset begins that is a metric of its author's
_MOST_CUSTOM = 20  # of an asset
_PAGE = 1_000
_ENDED = {
    dg.DagsterEventType.RUN_SUCCESS: "success",
    dg.DagsterEventType.RUN_FAILURE: "failure",
    dg.DagsterEventType.RUN_CANCELED: "canceled",
}
_GOING = {
    dg.DagsterRunStatus.QUEUED: "queued",
    dg.DagsterRunStatus.STARTING: "starting",
    dg.DagsterRunStatus.STARTED: "started",
}


class InstanceMetrics:
    """The metrics of an instance.

    Labels are few: jobs, assets, layers, checks, states; never a run or a partition. Above `most_assets` assets the
    rest are left out and counted.

    Args:
        instance: Dagster's records.
        graph: The asset graph of a code location: layers, and freshness. Without it, every asset of the records.
        alerter: Whose incidents and messages are counted too.
        most_assets: For how many assets there are metrics.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        *,
        graph: Any = None,
        alerter: Alerter | None = None,
        most_assets: int = MOST_ASSETS,
    ) -> None:
        self._instance, self._graph, self._alerter, self._most = instance, graph, alerter, most_assets
        self._lock = threading.Lock()  # a scrape may begin while another is answered
        self._read: dict[dg.DagsterEventType, int] = {}
        self._ended: Counter[Labels] = Counter()
        self._durations: dict[Labels, Counts] = {}
        self._made: Counter[Labels] = Counter()
        self._made_until: dict[dg.AssetKey, int] = {}

    def read(self) -> list[Metric]:
        """Give every metric as it is now."""
        with self._lock:
            started, now = time.perf_counter(), time.time()
            found = [*self._runs(now), *self._assets(now), *self._checks(), *self._daemons(now), *self._alerts()]
            spent = time.perf_counter() - started
            return [*found, _gauge("scrape_seconds", "How long reading these metrics took.", spent)]

    def _runs(self, now: float) -> Iterator[Metric]:
        for kind, status in _ENDED.items():
            self._read_ended(kind, status)
        runs = "Runs that ended, by job and status."
        yield Family("workbench_runs", "counter", runs, ("job", "status"), dict(self._ended))
        yield Durations("workbench_run_duration_seconds", "How long runs took.", ("job",), self._durations)
        going = self._instance.get_run_records(dg.RunsFilter(statuses=list(_GOING)), limit=_PAGE)
        counts: dict[Labels, float] = {(name,): 0.0 for name in _GOING.values()}
        for record in going:
            counts[_GOING[record.dagster_run.status],] += 1
        yield Family("workbench_runs_going", "gauge", "Runs that wait or run now, by status.", ("status",), counts)
        waiting = [r for r in going if r.dagster_run.status == dg.DagsterRunStatus.QUEUED]
        oldest = max((now - record.create_timestamp.timestamp() for record in waiting), default=0.0)
        yield _gauge("queue_oldest_seconds", "How long the run waits that waits longest.", oldest)

    def _read_ended(self, kind: Any, status: str) -> None:
        while True:
            wanted = dg.RunStatusChangeRecordsFilter(event_type=kind, after_storage_id=self._read.get(kind, 0))
            records = self._instance.fetch_run_status_changes(wanted, limit=_PAGE, ascending=True).records
            if not records:
                return
            ids = [record.run_id for record in records]
            runs = {r.dagster_run.run_id: r for r in self._instance.get_run_records(dg.RunsFilter(run_ids=ids))}
            for run_id in ids:
                run = runs.get(run_id)
                if run is None:  # deleted meanwhile
                    continue
                job = run.dagster_run.job_name
                self._ended[job, status] += 1
                if run.start_time is not None and run.end_time is not None:
                    self._durations.setdefault((job,), Counts()).add(max(0.0, run.end_time - run.start_time))
            self._read[kind] = records[-1].storage_id

    def _assets(self, now: float) -> Iterator[Metric]:
        keys = sorted(self._graph.get_all_asset_keys() if self._graph is not None else self._instance.all_asset_keys())
        chosen, left = keys[: self._most], len(keys) - self._most
        yield _gauge("assets_left_out", "Assets beyond the limit, of which there are no metrics.", max(0.0, left))
        labels = ("asset", "layer")
        made_at: dict[Labels, float] = {}
        rows: dict[Labels, float] = {}
        custom: dict[Labels, float] = {}
        for record in self._instance.get_asset_records(chosen) if chosen else ():
            key, last = record.asset_entry.asset_key, record.asset_entry.last_materialization_record
            if last is None:
                continue
            named = (key.to_user_string(), self._layer(key))
            self._count_made(key, named, last.storage_id)
            made_at[named] = last.timestamp
            told = last.asset_materialization.metadata if last.asset_materialization is not None else {}
            if (count := _number(told.get("dagster/row_count"))) is not None:
                rows[named] = count
            own = sorted(name for name in told if name.startswith(CUSTOM) and _number(told[name]) is not None)
            for name in own[:_MOST_CUSTOM]:
                custom[*named, name.removeprefix(CUSTOM)] = _number(told[name]) or 0.0
        text = "How often an asset was made."
        yield Family("workbench_asset_materializations", "counter", text, labels, dict(self._made))
        text = "When an asset was last made, in seconds since 1970."
        yield Family("workbench_asset_made_timestamp_seconds", "gauge", text, labels, made_at)
        yield Family("workbench_asset_rows", "gauge", "Rows of an asset when it was last made.", labels, rows)
        text = f"What an asset's own metadata `{CUSTOM}NAME` says."
        yield Family("workbench_asset_metric", "gauge", text, (*labels, "name"), custom)
        late = overdue(self._instance, self._graph, now)
        by: dict[Labels, float] = {
            (one.asset.to_user_string(), self._layer(one.asset)): one.late_seconds for one in late
        }
        text = "By how much an asset is older than it may be; none for one that is fresh."
        yield Family("workbench_asset_overdue_seconds", "gauge", text, labels, by)

    def _count_made(self, key: dg.AssetKey, named: Labels, newest: int) -> None:
        while self._made_until.get(key, 0) < newest:
            wanted = dg.AssetRecordsFilter(asset_key=key, after_storage_id=self._made_until.get(key, 0))
            records = self._instance.fetch_materializations(wanted, limit=_PAGE, ascending=True).records
            self._made[named] += len(records)
            self._made_until[key] = records[-1].storage_id if records else newest

    def _layer(self, key: dg.AssetKey) -> str:
        known = self._graph is not None and self._graph.has(key)
        return str(self._graph.get(key).group_name or "") if known else ""

    def _checks(self) -> Iterator[Metric]:
        keys: Sequence[Any] = sorted(self._graph.asset_check_keys, key=str) if self._graph is not None else ()
        chosen = keys[: self._most]
        values: dict[Labels, float] = {
            (key.asset_key.to_user_string(), key.name): float(record.status.value == "SUCCEEDED")
            for key, record in last_results(self._instance, chosen).items()
        }
        text = "Whether a check passed when it last ran."
        yield Family("workbench_check_passed", "gauge", text, ("asset", "check"), values)

    def _daemons(self, now: float) -> Iterator[Metric]:
        found: dict[Labels, float] = {
            (name,): float(is_alive(one, now)) for name, one in self._instance.get_daemon_statuses().items()
        }
        yield Family("workbench_daemon_healthy", "gauge", "Whether a daemon gives signs of life.", ("daemon",), found)

    def _alerts(self) -> Iterator[Metric]:
        if self._alerter is None:
            return
        open_, messages = self._alerter.counts()
        text = "Incidents that are open, by what happened."
        yield Family("workbench_incidents_open", "gauge", text, ("kind",), {(k,): float(n) for k, n in open_.items()})
        values: dict[Labels, float] = {key: float(number) for key, number in messages.items()}
        text = "Messages of the last 30 days, by channel and what became of them."
        yield Family("workbench_alert_messages", "gauge", text, ("channel", "status"), values)


def _gauge(name: str, text: str, value: float) -> Family:
    return Family(f"workbench_{name}", "gauge", text, (), {(): value})


def _number(value: Any) -> float | None:
    plain = getattr(value, "value", value)
    return float(plain) if is_number(plain) else None
