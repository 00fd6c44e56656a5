"""The containers of a project: what docker-compose takes, and what the platform's own Compose file starts."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tests.deployment.tools import tool
from workbench.stack.compose import compose_file, read_services

if TYPE_CHECKING:
    import pytest

CORE = ("secrets", "postgres", "code", "webserver", "daemon")


def test_docker_compose_takes_the_file(blank: Path) -> None:
    program = tool("docker-compose", "`apt-get install docker-compose` brings it")
    folder = blank / "compose"
    for profile in ([], ["--profile", "lab"]):
        subprocess.run([program, *profile, "config", "-q"], cwd=folder, check=True, capture_output=True)
    shown = yaml.safe_load(subprocess.run([program, "config"], cwd=folder, check=True, capture_output=True).stdout)
    assert set(CORE) <= set(shown["services"]) <= {*CORE, "lab"}  # older ones show what no profile asked for
    assert (folder / ".env").read_text(encoding="utf-8").endswith("COMPOSE_PROJECT_NAME=demo_blank\n")


def test_its_services_are_those_of_the_platform(blank: Path) -> None:
    theirs = read_services(compose_file(), {"PROJECT_PACKAGE": "demo_blank", "WORKBENCH_ENV": "dev"})
    ours = read_services(blank / "compose/docker-compose.yml", {})
    assert set(ours) == {*CORE, "lab"}
    for name, one in ours.items():
        assert (one.command, one.image, one.health) == (theirs[name].command, theirs[name].image, theirs[name].health)
        assert one.environment.items() <= theirs[name].environment.items() | {("WORKBENCH_ENV", "dev")}, name
        assert one.profiles == theirs[name].profiles
        assert one.after.items() <= theirs[name].after.items()


def test_every_service_is_hardened_and_listens_to_this_machine_alone(blank: Path) -> None:
    document = yaml.safe_load((blank / "compose/docker-compose.yml").read_text(encoding="utf-8"))
    for name, body in document["services"].items():
        assert "no-new-privileges:true" in body["security_opt"], name
        assert all(port.startswith("127.0.0.1:") for port in body.get("ports", [])), name
        if name != "postgres":
            assert body["read_only"] is True, name
            assert body["cap_drop"] == ["ALL"], name
    assert "PASSWORD:" not in (blank / "compose/docker-compose.yml").read_text(encoding="utf-8")


def test_dagster_takes_the_instance_and_the_workspaces(blank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dagster._config import process_config
    from dagster._core.instance.config import dagster_instance_config_schema
    from dagster._core.workspace.config_schema import process_workspace_config

    for key, value in read_services(blank / "compose/docker-compose.yml", {})["webserver"].environment.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("DAGSTER_POSTGRES_PASSWORD", "x")
    settings = yaml.safe_load((blank / "compose/dagster.yaml").read_text(encoding="utf-8"))
    checked = process_config(dagster_instance_config_schema(), settings)
    assert checked.success, checked.errors
    assert settings["telemetry"] == {"enabled": False}
    for path in ("workspace.yaml", "compose/workspace.yaml"):
        told = process_workspace_config(yaml.safe_load((blank / path).read_text(encoding="utf-8")))
        assert told.success, told.errors
