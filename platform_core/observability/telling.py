"""What an alert says of each thing that can happen: its key, one line, whose it is, and where to look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import dagster as dg

from platform_core.code_references import REFERENCES_KEY
from platform_core.config.alerts import Severity
from platform_core.observability.alerts.alert import Alert
from platform_core.observability.failures import FailureData, shortened, shown_partition

Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class About:
    """What is known of an asset beside its key: its owners, and where its notebook can be read."""

    owners: tuple[str, ...] = ()
    notebook: str = ""


def about(graph: Any, key: dg.AssetKey | None) -> About:
    """Give what is known of an asset by its asset graph; nothing where it is not there."""
    if key is None or graph is None or not graph.has(key):
        return About()
    node = graph.get(key)
    references: tuple[Any, ...] = getattr(node.metadata.get(REFERENCES_KEY), "code_references", ())
    linked = [one for one in references if isinstance(one, dg.UrlCodeReference)]
    pages = {(one.label or "").partition(" ")[0]: one.url for one in linked}
    return About(tuple(node.owners), pages.get("notebook", ""))


def links(dashboard: str | None, *, run_id: str = "", step: str = "", asset: str = "", notebook: str = "") -> Links:
    """Give the links of an alert: those to Dagster's pages need their address.

    >>> links("https://dagster.example.gov.uk", run_id="42", step="rents")[1]
    ('logs', 'https://dagster.example.gov.uk/runs/42?logs=step%3Arents')
    """
    found = []
    if dashboard and run_id:
        found.append(("run", f"{dashboard}/runs/{quote(run_id)}"))
        if step:
            found.append(("logs", f"{dashboard}/runs/{quote(run_id)}?logs={quote(f'step:{step}', safe='')}"))
    elif dashboard and asset:
        found.append(("asset", f"{dashboard}/assets/{quote(asset)}"))
    if not dashboard and run_id:
        found.append(("run", run_id))
    if notebook:
        found.append(("notebook", notebook))
    return tuple(found)


def failure_key(asset: str, step: str = "", job: str = "", partition: str = "") -> str:
    """Give the key of the incident that an asset or a partition of it, or a step of a job without assets, fails."""
    what = f"failure:{asset}" if asset else f"failure:{job}.{step}"
    return f"{what}:{partition}" if partition else what


def failure_alert(
    failure: FailureData,
    *,
    asset: str,
    job: str,
    run_id: str,
    at: float,
    known: About,
    dashboard: str | None,
) -> Alert:
    """Tell that a step failed to make an asset."""
    where = f" ({failure.where})" if failure.where else ""
    return Alert(
        "failure",
        failure_key(asset, failure.step, job, failure.partition),
        f"{asset or f'{job}.{failure.step}'}{shown_partition(failure.partition)} failed: {failure.reason}{where}",
        "error",
        at,
        f"{run_id}/{failure.step}",
        known.owners,
        asset,
        links(dashboard, run_id=run_id, step=failure.step, notebook=known.notebook),
        job,
        failure.partition,
    )


def run_alert(job: str, run_id: str, reason: str, at: float, dashboard: str | None) -> Alert:
    """Tell that a run failed of which no step did: it could not start, or its process died."""
    return Alert("failure", f"run:{job}", f"A run of {job} failed: {reason}", "error", at, run_id, (), "",
                 links(dashboard, run_id=run_id), job)  # fmt: skip


def unmade_alert(
    asset: str, *, partition: str, run_id: str, reason: str, at: float, known: About, dashboard: str | None
) -> Alert:
    """Tell that an asset was not made, since its run failed and no step did."""
    text = f"{asset}{shown_partition(partition)} was not made, its run failed: {reason}"
    found = links(dashboard, run_id=run_id, notebook=known.notebook)
    return Alert("failure", failure_key(asset, partition=partition), text, "error", at, run_id, known.owners, asset,
                 found, partition=partition)  # fmt: skip


def is_ad_hoc(job: str) -> bool:
    """Whether a job is the one that Dagster hides, for assets chosen by hand or by their conditions."""
    return job.startswith("__")


def run_name(job: str, assets: Iterable[dg.AssetKey] | None) -> str:
    """Give what people call a run: its job, and where that has no name of its own, the assets.

    >>> run_name("nightly", None), run_name("__ASSET_JOB", [dg.AssetKey("rents"), dg.AssetKey("fees")])
    ('nightly', 'fees, rents')
    """
    names = sorted(key.to_user_string() for key in assets or ())
    return shortened(names) if names and is_ad_hoc(job) else job


def check_alert(
    asset: str,
    check: str,
    *,
    warning: bool,
    partition: str,
    run_id: str,
    at: float,
    occurrence: str,
    known: About,
    dashboard: str | None,
) -> Alert:
    """Tell that a check of an asset did not pass. What it found is not told: it may hold values of the data."""
    severity: Severity = "warning" if warning else "error"
    found = links(dashboard, run_id=run_id, notebook=known.notebook)
    text, key = (
        f"The check {check} of {asset}{shown_partition(partition)} did not pass",
        check_key(asset, check, partition),
    )
    return Alert("check", key, text, severity, at, occurrence, known.owners, asset, found, partition=partition)


def check_key(asset: str, check: str, partition: str = "") -> str:
    """Give the key of the incident that a check of an asset, or of one of its partitions, does not pass."""
    return f"check:{asset}:{check}:{partition}" if partition else f"check:{asset}:{check}"


def freshness_alert(
    asset: str, *, late_seconds: float, warning: bool, made_at: float, at: float, known: About, dashboard: str | None
) -> Alert:
    """Tell that an asset is older than its freshness policy allows."""
    severity: Severity = "warning" if warning else "error"
    text = f"{asset} is {shown_time(late_seconds)} older than it {'should' if warning else 'may'} be"
    found = links(dashboard, asset=asset, notebook=known.notebook)
    return Alert("freshness", f"freshness:{asset}", text, severity, at, f"{made_at}:{severity}", known.owners, asset,
                 found)  # fmt: skip


def long_key(run_id: str) -> str:
    """Give the key of the incident that a run takes longer than it should."""
    return f"long:{run_id}"


def long_running_alert(job: str, run_id: str, seconds: float, at: float, dashboard: str | None) -> Alert:
    """Tell that a run takes longer than it should."""
    text = f"A run of {job} is still going after {shown_time(seconds)}"
    return Alert("long_running", long_key(run_id), text, "warning", at, run_id, (), "",
                 links(dashboard, run_id=run_id), job)  # fmt: skip


def queue_alert(waiting: int, first: str, seconds: float, at: float, dashboard: str | None) -> Alert:
    """Tell that runs wait in the queue and do not start; `first` is the run that waits longest."""
    runs = "1 run waits" if waiting == 1 else f"{waiting:,} runs wait"
    found = (("runs", f"{dashboard}/runs"),) if dashboard else ()
    return Alert("queue", "queue", f"{runs} in the queue, the first for {shown_time(seconds)}", "error", at, first,
                 links=found)  # fmt: skip


def shown_time(seconds: float) -> str:
    """Give a length of time as a person says it.

    >>> [shown_time(seconds) for seconds in (59, 3600, 90061)]
    ['59 seconds', '60 minutes', '25 hours']
    """
    for size, name, until in ((1, "second", 120), (60, "minute", 7200), (3600, "hour", 172_800)):
        if seconds < until:
            return _counted(seconds / size, name)
    return _counted(seconds / 86_400, "day")


def _counted(number: float, noun: str) -> str:
    whole = int(number)
    return f"{whole:,} {noun}{'' if whole == 1 else 's'}"
