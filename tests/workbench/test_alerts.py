"""A project that alerts: its hooks, its sensors, its loggers, and what its configuration shows."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from platform_core.errors import UserError
from platform_core.observability.alerts import current
from tests.servers.http import Reply, running_http
from workbench.cli import main
from workbench.graph import load_project
from workbench.project import find_project

ALERTS = """
logs: json
alerts:
  channels:
    ops: {type: webhook, url: {env: OPS_ADDRESS}}
    planning: {type: slack, url: {env: PLANNING_SLACK}}
    mail: {type: email, host: mail.example.gov.uk, sender: a@example.gov.uk, to: b@example.gov.uk}
  routes:
    - {channels: planning, owners: team:planning, continue: true}
    - {channels: [ops], severity: error}
  quiet_hours: {start: "20:00", end: "07:00", timezone: Europe/London, days: [sat, sun]}
  sensors: {long_running_minutes: 60}
  success: rents_by_town
"""
HOOK = '''\
"""What is said after each gold asset."""

from platform_core.observability import success_hook


@success_hook(assets="group:gold")
def say(context):
    """Say it."""
    context.log.info(f"{context.asset_key.to_user_string()} was said")
'''


@pytest.fixture
def alerting(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(current, "_USED", [])
    with (project / "config" / "base.yaml").open("a", encoding="utf-8") as file:
        file.write(ALERTS)
    (project / "src" / "letting" / "defs" / "hooks.py").write_text(HOOK, encoding="utf-8")
    return project


def test_hooks_of_modules_and_of_the_configuration_are_attached_and_sensors_made(alerting: Path) -> None:
    definitions = load_project(find_project(alerting))
    hooks = {
        asset.key.to_user_string(): sorted(hook.name for hook in asset.hook_defs)
        for asset in definitions.resolve_asset_graph().assets_defs
        if asset.keys
    }
    assert hooks == {
        "raw_rents": ["tell"],
        "rents": ["tell"],
        "rents_by_town": ["say", "tell", "tell_success"],
    }
    names = {f"alerts_{name}" for name in ("failures", "checks", "freshness", "long_running", "queue", "outbox")}
    repository = definitions.get_repository_def()
    assert {sensor.name for sensor in repository.sensor_defs} == names
    job = definitions.resolve_job_def("report")
    assert sorted(job.loggers) == ["console", "json"]
    assert job.run_config == {"loggers": {"json": {}}}


def test_a_failure_reaches_the_channel_while_assets_are_made(
    alerting: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = alerting / "config" / "base.yaml"
    lines = base.read_text(encoding="utf-8").splitlines(keepends=True)
    base.write_text("".join(line for line in lines if "quiet_hours" not in line), encoding="utf-8")  # at any hour
    module = alerting / "src" / "letting" / "defs" / "silver" / "rents.py"
    text = module.read_text(encoding="utf-8")
    assert "return " in text
    broken = text.replace("    return ", '    raise KeyError("Mr" + " Bell")\n    return ', 1)
    module.write_text(broken, encoding="utf-8")
    monkeypatch.chdir(alerting)
    with running_http() as server:
        server.paths["/ops"] = lambda *_: Reply("ok")
        monkeypatch.setenv("OPS_ADDRESS", f"{server.url}/ops")
        assert main(["materialize", "--all-partitions"]) == 1
        module.write_text(text, encoding="utf-8")
        assert main(["materialize", "--all-partitions"]) == 0
    titles = [asked.body["title"] for asked in server.asked]
    assert len(titles) == 1  # the end waits for the window, and no daemon runs here
    assert "rents failed: KeyError" in titles[0]
    assert "Bell" not in str(server.asked)
    capsys.readouterr()


def test_the_configuration_shows_where_secrets_are_kept(
    alerting: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(alerting)
    monkeypatch.setenv("OPS_ADDRESS", "https://planted-address.example")
    monkeypatch.setenv("WORKBENCH__ALERTS__CHANNELS__PLANNING__URL", "https://planted-address.example/2")
    assert main(["config", "show", "--json"]) == 0
    told = capsys.readouterr().out
    shown = {one["name"]: one["value"] for one in json.loads(told)["settings"]}
    assert shown["alerts.channels.ops.url"] == "{env: OPS_ADDRESS} (set)"
    assert shown["alerts.channels.planning.url"] == "{env: WORKBENCH__ALERTS__CHANNELS__PLANNING__URL} (set)"
    assert shown["alerts.grouping_seconds"] == "300.0"
    assert "planted" not in told


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("url: {env: OPS_ADDRESS}", "url: https://hooks.example/planted", "a secret does not stand in the YAML"),
        ("channels: [ops]", "channels: [opps]", "the channel 'opps', which is not there. Did you mean 'ops'"),
        ("type: slack", "type: slak", "this should be 'slack'"),
        ("host: mail.example.gov.uk, ", "", "needs the key host"),
        ("type: webhook", "type: webhook, host: a", "no key host"),
        ('start: "20:00"', 'start: "8pm"', "a time of day is written as '07:30'"),
        ('end: "07:00"', 'end: "20:00"', "start and end are the same, so no hour is quiet"),
        ('start: "20:00", ', "", "quiet hours have a start and an end"),
        ('start: "20:00", end: "07:00", timezone: Europe/London, days: [sat, sun]', "sent: error", "an end, or days"),
        ("long_running_minutes: 60", "long_minutes: 60", "'long_minutes' is not known"),
        ("quiet_hours:", "quite_hours:", "Did you mean 'quiet_hours'"),
        ("success: rents_by_town", "success: rents_by_twon", "base.yaml:22: The assets rents_by_twon of a hook"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_no_secret(alerting: Path, old: str, new: str, message: str) -> None:
    base = alerting / "config" / "base.yaml"
    text = base.read_text(encoding="utf-8")
    assert old in text
    base.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_project(find_project(alerting))
    assert message in str(caught.value)
    assert "config/base.yaml:" in str(caught.value)
    assert "planted" not in str(caught.value)


def test_a_project_without_alerts_has_no_hooks(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "_USED", [])
    definitions = load_project(find_project(project))
    assert not any(asset.hook_defs for asset in definitions.resolve_asset_graph().assets_defs)
    assert isinstance(definitions, dg.Definitions)
