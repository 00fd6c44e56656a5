"""`workbench health` and `workbench metrics`, over a real project."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from platform_core.observability.alerts import current
from platform_core.observability.health import Daemon, Health, Location, Trouble
from tests.servers.http import running_http
from workbench.cli import main
from workbench.review.html import render_html
from workbench.stack.ports import HeldPorts
from workbench.watching.page import health_document


@pytest.fixture
def made(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project whose assets were made once."""
    monkeypatch.setattr(current, "_USED", [])
    with (project / "config" / "base.yaml").open("a", encoding="utf-8") as file:
        file.write("alerts: {dry: true, channels: {ops: {type: webhook, url: {env: OPS_ADDRESS}}}}\n")
    monkeypatch.chdir(project)
    assert main(["materialize", "--all-partitions"]) == 0
    capsys.readouterr()
    return project


def test_a_deployment_whose_postgresql_is_away_is_told_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    held = HeldPorts()
    place = {"HOST": "127.0.0.1", "PORT": f"{held.any()}"}
    held.close()  # and nothing listens there
    for name, value in {"DAGSTER_HOME": "/dagster", **{f"DAGSTER_POSTGRES_{k}": v for k, v in place.items()}}.items():
        monkeypatch.setenv(name, value)
    assert main(["health"]) == 1
    assert (
        f"error: Dagster's PostgreSQL does not answer at 127.0.0.1:{place['PORT']}.\nhint: " in capsys.readouterr().err
    )


def test_health_tells_daemons_that_do_not_run_assets_that_fail_and_code_that_cannot_be_loaded(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["health", "--format", "json"]) == 1  # no daemon runs here
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "unhealthy"
    assert told["locations"] == [{"name": "letting", "assets": 3, "problem": ""}]
    assert {one["name"] for one in told["daemons"] if not one["healthy"]} >= {"SENSOR", "SCHEDULER"}
    assert told["failing"] == []

    module = made / "src" / "letting" / "defs" / "silver" / "rents.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(
        text.replace("    return ", '    raise KeyError("Mr" + " Bell")\n    return ', 1), encoding="utf-8"
    )
    assert main(["materialize", "--all-partitions"]) == 1
    capsys.readouterr()
    assert main(["health"]) == 1
    shown = capsys.readouterr().out
    assert "asset: rents, its last run failed, since 20" in shown
    assert re.search(r"alert: \S+ \S+ ops dry: letting \(dev\): rents failed: KeyError", shown)
    assert "Bell" not in shown

    module.write_text("def broken(:\n", encoding="utf-8")
    assert main(["health"]) == 1
    assert "The code location letting cannot be loaded: src/letting/defs/silver/rents.py:1" in capsys.readouterr().out
    assert main(["health", "--format", "html", "--output", "health.html"]) == 1
    page = (made / "health.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "cannot be loaded" in page


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({}, "healthy"),
        ({"failing": (Trouble("rents", "its last run failed", "2026-01-01 00:00:00Z", ("team:data",)),)}, "degraded"),
        ({"problems": ("The daemon SENSOR gives no sign of life.",)}, "unhealthy"),
    ],
)
def test_the_page_says_how_it_stands_in_words_and_escapes_what_is_not_ours(
    parts: dict[str, tuple[object, ...]], status: str
) -> None:
    fields: dict[str, object] = {
        "at": "2026-01-01 00:00:00Z",
        "daemons": (Daemon("SENSOR", healthy=not parts.get("problems"), seen=""),),
        "locations": (Location("<letting>", 3),),
        "queued": 0,
        "running": 0,
        "oldest_seconds": 0.0,
        **dict.fromkeys(("failing", "overdue", "checks", "messages"), ()),
    }
    health = Health(**{**fields, **parts})  # type: ignore[arg-type]
    assert health.status == status
    page = render_html(health_document(health, "rents"))
    assert "&lt;letting&gt;" in page
    assert "<letting>" not in page
    assert page.count("<h1>") == 1


def test_metrics_are_printed_served_and_sent(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["metrics", "--once"]) == 0
    printed = capsys.readouterr().out
    assert 'workbench_asset_rows{asset="rents_by_town",layer="gold"}' in printed
    assert 'workbench_check_passed{asset="rents",check="no_nulls"} 1.0' in printed
    command = [sys.executable, "-m", "workbench", "metrics", "--port", "0"]
    serving = subprocess.Popen(command, cwd=made, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        assert serving.stderr is not None
        line = next(line for line in serving.stderr if line.startswith("Metrics: "))
        with urllib.request.urlopen(line.split()[1]) as answer:  # noqa: S310 - our own server's address
            scraped = answer.read().decode()
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(60) == 0
    same = [one for one in printed.splitlines() if one.startswith("workbench_asset_")]
    assert [one for one in scraped.splitlines() if one.startswith("workbench_asset_")] == same
    monkeypatch.setenv("OPS_ADDRESS", "unused")
    with running_http() as server:
        assert main(["metrics", "--otlp", f"{server.url}/nowhere"]) == 1
    assert "The collector did not take the metrics" in capsys.readouterr().err
    assert main(["metrics", "--every", "5"]) == 2
