"""The sensors that watch the platform, over real runs in Dagster's records on SQLite."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.test_utils import create_run_for_test

from platform_core.config import ProjectConfig
from platform_core.config.alerts import AlertsConfig
from platform_core.governance.policies.holding import HeldBackError
from platform_core.observability import operational
from platform_core.observability.alerts.current import alerter_for
from platform_core.observability.health import _failing
from platform_core.observability.operational import operational_sensors
from tests.servers.http import HTTPServer, Reply, running_http

DASHBOARD = "https://dagster.example.gov.uk"


def fails(context: Any) -> list[str]:
    """Which of the assets fail in this run."""
    return list(context.run.tags.get("fails", "").split())


@dg.asset(owners=["team:planning"])
def register(context) -> None:
    if "register" in fails(context):
        applicant = "Mr Bell"
        raise KeyError(applicant)


HOUR = timedelta(hours=1)


@dg.asset
def held(context) -> None:
    if "held" in fails(context):
        raise ValueError
    context.log_event(dg.AssetMaterialization("held"))
    if "late" in fails(context):
        raise HeldBackError("held was made, and nothing is made of it: rates has no owner of @jane.doe")


@dg.asset(deps=[register], freshness_policy=dg.FreshnessPolicy.time_window(fail_window=2 * HOUR, warn_window=HOUR))
def fees(context) -> None:
    if "fees" in fails(context):
        raise ValueError


@dg.asset_check(asset=fees)
def complete(context) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity.WARN if "slightly" in fails(context) else dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckResult(passed="check" not in fails(context), severity=severity, metadata={"sample": "Mr Bell"})


def queued(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """Give a run that waits in the queue."""
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("rents"), "__repository__")
    origin = RemoteJobOrigin(repository, "waiting")
    status = dg.DagsterRunStatus.QUEUED
    return create_run_for_test(instance, job_name="waiting", status=status, remote_job_origin=origin)


class Platform:
    """An instance, a code location, a service that takes alerts, and a clock that can be moved on."""

    def __init__(self, instance: dg.DagsterInstance, server: HTTPServer, folder: Path) -> None:
        self.instance, self.server = instance, server
        self.ahead = 0.0
        self.cursors: dict[str, str | None] = {}
        self.alerts: dict[str, Any] = {
            "channels": {"ops": {"type": "webhook", "url": {"env": "ALERT_ADDRESS"}}},
            "dashboard": DASHBOARD,
            "grouping_seconds": 0,
            "rate_limit": {"messages": 1000},
        }
        self.folder = folder
        self.definitions = dg.Definitions(
            assets=[register, fees, held],
            asset_checks=[complete],
            jobs=[dg.define_asset_job("nightly", dg.AssetSelection.all() - dg.AssetSelection.assets("held"))],
        )

    @property
    def config(self) -> ProjectConfig:
        alerts = AlertsConfig.model_validate(self.alerts)
        return ProjectConfig(project=self.folder, environment="prod", lake=self.folder, alerts=alerts)

    def run(self, *fails: str) -> str:
        job = self.definitions.resolve_job_def("nightly")
        tags = {"fails": " ".join(fails)}
        return job.execute_in_process(tags=tags, instance=self.instance, raise_on_error=False).run_id

    def tick(self, *names: str, keep: bool = True) -> list[str]:
        """Let sensors look, and give the subjects of what was sent."""
        before = len(self.server.asked)
        sensors = {sensor.name: sensor for sensor in operational_sensors(self.config)}
        for name in names:
            with dg.build_sensor_context(
                instance=self.instance,
                cursor=self.cursors.get(name),
                repository_def=self.definitions.get_repository_def(),
            ) as context:
                data = sensors[f"alerts_{name}"].evaluate_tick(context)
            if keep:
                self.cursors[name] = data.cursor
        return [asked.body["title"].partition(": ")[2] for asked in self.server.asked[before:]]


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    folder = tmp_path / "rents"
    with running_http() as server, dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        server.paths["/alerts"] = lambda *_: Reply("ok")
        monkeypatch.setenv("ALERT_ADDRESS", f"{server.url}/alerts")
        found = Platform(instance, server, folder)
        monkeypatch.setattr(operational, "clock", lambda: time.time() + found.ahead)
        yield found


def test_failures_are_told_once_with_owner_links_and_no_value_and_so_is_their_end(platform: Platform) -> None:
    run = platform.run("register")
    assert platform.tick("failures", keep=False) == [f"register failed: KeyError: '…' (test_operational.py:{LINE})"]
    assert platform.tick("failures") == []  # the tick before was killed: its cursor is lost, and nothing is told twice
    assert platform.tick("failures") == []
    body = platform.server.asked[0].body["message"]
    assert "owner: team:planning" in body
    assert f"run: {DASHBOARD}/runs/{run}\nlogs: {DASHBOARD}/runs/{run}?logs=step%3Aregister" in body
    assert "Bell" not in str(platform.server.asked)
    platform.run()
    assert platform.tick("failures") == ["Recovered: register was made again"]
    assert platform.tick("failures") == []


def test_what_was_stored_and_held_back_is_not_over(platform: Platform) -> None:
    job = platform.definitions.resolve_implicit_global_asset_job_def()

    def run(how: str) -> None:
        chosen = [dg.AssetKey("held")]
        job.execute_in_process(
            tags={"fails": how}, instance=platform.instance, raise_on_error=False, asset_selection=chosen
        )

    run("held")
    assert platform.tick("failures")[0].startswith("held failed: ValueError")
    since = time.time()
    run("late")
    made = platform.instance.get_latest_materialization_event(dg.AssetKey("held"))
    assert made is not None
    assert made.timestamp > since
    assert platform.tick("failures") == []
    assert [one.asset for one in _failing(platform.instance, None)] == ["held"]
    run("")
    assert _failing(platform.instance, None) == []
    assert platform.tick("failures") == ["Recovered: held was made again"]


def test_each_failed_step_of_each_failed_run_is_read_and_a_run_that_is_tried_again_is_not(platform: Platform) -> None:
    platform.run("fees")
    again = platform.run("register")
    platform.instance.add_run_tags(again, {"dagster/will_retry": "true"})
    assert platform.tick("failures") == [f"fees failed: ValueError (test_operational.py:{LINE + 18})"]
    platform.run("register")
    assert len(platform.tick("failures")) == 1


def test_a_run_that_dies_without_a_step_is_told(platform: Platform) -> None:
    run = create_run_for_test(platform.instance, job_name="nightly", status=dg.DagsterRunStatus.STARTED)
    platform.instance.report_run_failed(run, message="Run worker of Mr Bell was killed")
    assert platform.tick("failures") == ["A run of nightly failed: Run … of … was killed"]
    platform.run()
    assert platform.tick("failures") == ["Recovered: nightly ran well again"]


def test_a_run_by_hand_that_dies_is_told_by_its_assets_and_is_over_when_they_are_made(platform: Platform) -> None:
    definition = platform.definitions.resolve_implicit_global_asset_job_def()
    dead = [
        platform.instance.create_run_for_job(definition, asset_selection={dg.AssetKey("fees")}, tags=tags)
        for tags in ({}, {"dagster/partition": "jane.doe@example.com"})
    ]
    for run in dead:
        platform.instance.report_run_failed(run)
    assert platform.tick("failures")[0].partition(", first ")[2].startswith("fees was not made, its run failed: ")
    body = platform.server.asked[-1].body["message"]
    assert "fees [[email]] was not made" in body
    assert all(body.count(f"run: {DASHBOARD}/runs/{run.run_id}") == 1 for run in dead)
    platform.run("fees")
    assert platform.tick("failures") == [], "another run of the same hidden job is not its end"
    platform.run()
    assert platform.tick("failures") == ["Recovered: fees was made again"]


def test_checks_are_told_by_their_severity_and_without_what_they_found(platform: Platform) -> None:
    platform.run("check", "slightly")
    assert platform.tick("checks") == ["The check complete of fees did not pass"]
    assert platform.server.asked[-1].body["severity"] == "warning"
    platform.run("check")
    assert platform.tick("checks") == ["The check complete of fees did not pass"]
    assert platform.server.asked[-1].body["severity"] == "error"
    platform.run("check")
    assert platform.tick("checks") == []
    platform.run()
    assert platform.tick("checks", keep=False) == ["Recovered: The check complete of fees passes again"]
    assert platform.tick("checks") == []
    assert "Bell" not in str(platform.server.asked)


def test_what_is_overdue_is_told_first_as_a_warning_then_as_an_error_then_as_over(platform: Platform) -> None:
    assert platform.tick("freshness") == []  # never made
    platform.run()
    assert platform.tick("freshness") == []
    platform.ahead = 3600 + 120
    assert platform.tick("freshness") == ["fees is 2 minutes older than it should be"]
    assert platform.server.asked[-1].body["severity"] == "warning"
    assert platform.tick("freshness") == []
    platform.ahead = 2 * 3600 + 180
    assert platform.tick("freshness") == ["fees is 3 minutes older than it may be"]
    assert platform.server.asked[-1].body["severity"] == "error"
    platform.ahead = 0.0
    platform.run()
    platform.ahead = 60.0
    assert platform.tick("freshness") == ["Recovered: fees is fresh again"]


def test_a_cron_policy_counts_from_its_last_deadline() -> None:
    from platform_core.observability.freshness import _deadlines

    policy = dg.FreshnessPolicy.cron(deadline_cron="0 9 * * *", lower_bound_delta=timedelta(hours=1))
    nine = 1_780_304_400.0  # 09:00 UTC on 1 June 2026
    assert _deadlines(policy, made=nine - 1800, now=nine + 60)[0] == float("inf")
    assert _deadlines(policy, made=nine - 7200, now=nine + 60)[0] == nine
    assert _deadlines(policy, made=nine - 7200, now=nine - 60)[0] == float("inf")  # the deadline of the day before


def test_a_long_run_and_a_queue_that_stands_still_are_told_and_their_end(platform: Platform) -> None:
    platform.alerts["sensors"] = {"long_running_minutes": 60, "long_running": {"backfill": 600}, "queue_minutes": 15}
    nightly, _ = (
        create_run_for_test(platform.instance, job_name=name, status=dg.DagsterRunStatus.STARTED)
        for name in ("nightly", "backfill")
    )
    waiting = queued(platform.instance)
    assert platform.tick("long_running", "queue") == []
    platform.ahead = 3700
    told = platform.tick("long_running", "queue")
    assert told == [
        "A run of nightly is still going after 61 minutes",
        "1 run waits in the queue, the first for 61 minutes",
    ]
    assert platform.tick("long_running", "queue") == []
    platform.instance.report_run_failed(nightly)
    platform.instance.report_run_canceled(waiting)
    told = platform.tick("long_running", "queue")
    assert told == ["Recovered: The run of nightly has ended", "Recovered: The queue moves again"]
    queued(platform.instance)
    platform.ahead += 3700
    assert platform.tick("queue")[0].startswith("1 run waits")


def test_a_run_that_was_long_in_starting_has_not_ended_when_it_starts(platform: Platform) -> None:
    platform.alerts["sensors"] = {"long_running_minutes": 60}
    definition = platform.definitions.resolve_implicit_global_asset_job_def()
    run = platform.instance.create_run_for_job(
        definition, asset_selection={dg.AssetKey("fees")}, status=dg.DagsterRunStatus.STARTING
    )
    platform.ahead = 3700
    assert platform.tick("long_running") == ["A run of fees is still going after 61 minutes"]
    begun = dg.DagsterEvent(dg.DagsterEventType.PIPELINE_START.value, run.job_name)
    entry = dg.EventLogEntry(
        error_info=None, level=20, user_message="", run_id=run.run_id, timestamp=time.time() + platform.ahead,
        job_name=run.job_name, dagster_event=begun,
    )  # fmt: skip
    platform.instance.handle_new_event(entry)
    assert platform.tick("long_running") == []
    platform.instance.report_run_canceled(run)
    assert platform.tick("long_running") == ["Recovered: The run of fees has ended"]


def test_hooks_and_sensors_together_tell_once(platform: Platform) -> None:
    from platform_core.observability.alert_hooks import alert_hooks
    from platform_core.observability.alerts import current
    from platform_core.observability.attaching import with_declared_hooks

    platform.alerts["success"] = "fees"
    used = current._USED[:]
    current.use_alerts(platform.config)
    try:
        hooked = with_declared_hooks([register, fees], alert_hooks(platform.config.alerts or AlertsConfig()))
        platform.definitions = dg.Definitions(
            assets=hooked, asset_checks=[complete], jobs=[dg.define_asset_job("nightly")]
        )
        platform.run("register")
        platform.tick("failures")
        platform.run()
        platform.tick("failures")
    finally:
        current._USED[:] = used
    titles = [asked.body["title"].partition(": ")[2] for asked in platform.server.asked]
    assert [title.partition(" (")[0] for title in titles] == [
        "register failed: KeyError: '…'",
        "Recovered: register was made again",
        "fees was made",
    ]


def test_dry_sends_nothing_and_keeps_what_it_would_have_sent(platform: Platform) -> None:
    platform.alerts["dry"] = True
    platform.run("register", "fees")
    assert platform.tick("failures", "checks", "freshness", "queue", "outbox") == []
    kept = alerter_for(platform.instance, platform.config).last_messages()
    assert [(one["status"], one["subject"].partition(": ")[0]) for one in kept] == [("dry", "rents (prod)")]


def test_the_records_stand_beside_dagsters_own(platform: Platform) -> None:
    platform.run("register")
    platform.tick("failures")
    assert Path(platform.instance.storage_directory(), "workbench", "alerts.db").is_file()


# Where the first asset above raises
LINE = inspect.getsourcelines(fails)[1] + 9
