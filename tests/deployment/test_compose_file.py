"""The Compose file: read by docker-compose where there is one, and by our own reader the same way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from platform_core.errors import Fault
from tests.deployment.tools import ROOT, tool
from workbench.project import Project
from workbench.stack.compose import compose_file, interpolated, read_services
from workbench.stack.native import Ports, native_services, translated

COMPOSE = ROOT / "deployment" / "compose"
CORE = ("secrets", "postgres", "code", "webserver", "daemon")


def test_docker_compose_takes_the_file_and_reads_it_as_we_do() -> None:
    program = [tool("docker-compose", "`apt-get install docker-compose` brings it")]
    for profile in ([], ["--profile", "lab", "--profile", "object-store"]):
        subprocess.run([*program, *profile, "config", "-q"], cwd=COMPOSE, check=True, capture_output=True)
    shown = subprocess.run([*program, "config"], cwd=COMPOSE, check=True, capture_output=True, text=True).stdout
    theirs = yaml.safe_load(shown)["services"]
    ours = read_services(compose_file(), {})
    assert set(theirs) == set(ours)
    for name in CORE:
        command = [*theirs[name].get("entrypoint", []), *theirs[name]["command"]]
        assert tuple(command) == ours[name].command
        assert theirs[name]["environment"] == dict(ours[name].environment)
        if (health := ours[name].health) is not None:
            assert tuple(theirs[name]["healthcheck"]["test"]) == ("CMD", *health.command)


def test_one_image_serves_webserver_daemon_and_code() -> None:
    services = read_services(compose_file(), {})
    assert len({services[name].image for name in ("secrets", "code", "webserver", "daemon")}) == 1
    assert len({services[name].command for name in ("code", "webserver", "daemon")}) == 3
    assert {name for name, one in services.items() if one.profiles} == {"lab", "object-store"}


def test_every_service_that_stays_is_hardened_and_checked() -> None:
    document = yaml.safe_load((COMPOSE / "docker-compose.yml").read_text(encoding="utf-8"))
    for name, body in document["services"].items():
        assert "no-new-privileges:true" in body["security_opt"], name
        if name != "secrets":
            assert body["healthcheck"]["test"][0] == "CMD", name
            assert body["restart"] == "unless-stopped", name
        for port in body.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
        if name in {"secrets", "code", "webserver", "daemon", "lab"}:
            assert body["read_only"] is True, name
            assert body["cap_drop"] == ["ALL"], name
            assert body["user"].strip("${}").endswith("10001:10001"), name


def test_no_secret_stands_in_a_variable_or_a_command() -> None:
    text = (COMPOSE / "docker-compose.yml").read_text(encoding="utf-8")
    for service in read_services(compose_file(), {}).values():
        named = {key for key in service.environment if "PASSWORD" in key or "TOKEN" in key or "SECRET" in key}
        assert all(key.endswith("_FILE") and service.environment[key].startswith("/run/secrets/") for key in named)
    assert "PASSWORD:" not in text
    assert (COMPOSE / ".env").read_text(encoding="utf-8").splitlines()[-1] == "COMPOSE_PROJECT_NAME=notebook-workbench"


def test_telemetry_is_off_everywhere() -> None:
    settings = yaml.safe_load((COMPOSE / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["telemetry"] == {"enabled": False}
    services = read_services(compose_file(), {})
    assert all(services[name].environment["DAGSTER_DISABLE_TELEMETRY"] == "1" for name in CORE[2:])


def test_dagster_takes_the_instance_file(monkeypatch: pytest.MonkeyPatch) -> None:
    from dagster._config import process_config
    from dagster._core.instance.config import dagster_instance_config_schema

    for key, value in read_services(compose_file(), {})["webserver"].environment.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("DAGSTER_POSTGRES_PASSWORD", "x")
    settings = yaml.safe_load((COMPOSE / "dagster.yaml").read_text(encoding="utf-8"))
    checked = process_config(dagster_instance_config_schema(), settings)
    assert checked.success, checked.errors
    assert settings["storage"]["postgres"]["postgres_db"]["scheme"] == "postgresql+psycopg2"


def test_the_native_stack_changes_places_and_nothing_else(tmp_path: Path) -> None:
    project = Project(tmp_path / "rents", "rents")
    services = native_services(project, Ports(webserver=3001, code=4000, postgres=5432), {"PATH": "/bin"})
    assert tuple(services) == CORE
    volumes = tmp_path / "rents" / "data" / "stack" / "volumes"
    code = services["code"]
    assert code.argv == (
        "dagster", "api", "grpc", "--host", "127.0.0.1", "--port", "4000", "--working-directory",
        str(tmp_path / "rents" / "src"), "--module-name", "rents.definitions", "--location-name", "rents",
    )  # fmt: skip
    assert code.environment["WORKBENCH_PROJECT"] == str(tmp_path / "rents")
    assert code.environment["WORKBENCH__LAKE"] == str(volumes / "lake")
    assert code.environment["DAGSTER_POSTGRES_PASSWORD_FILE"] == str(volumes / "secrets" / "postgres_password")
    assert services["webserver"].environment["DAGSTER_HOME"] == str(volumes / "dagster")
    assert services["daemon"].after == {"postgres": True, "code": True, "webserver": False}


def test_a_file_that_this_reader_does_not_know_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "docker-compose.yml"
    file.write_text("services: {a: {command: echo hello}}")
    with pytest.raises(Fault, match="must be written as a list"):
        read_services(file, {})
    file.write_text("services: {a: {healthcheck: {test: [CMD-SHELL, 'true']}}}")
    with pytest.raises(Fault, match="begins with CMD"):
        read_services(file, {})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("${A}", "1"), ("${B}", ""), ("${B:-x}", "x"), ("${EMPTY:-x}", "x"), ("$$A", "$A"), ("a${A}b${B:-c}", "a1bc")],
)
def test_variables_are_filled_in_as_compose_does(text: str, wanted: str) -> None:
    assert interpolated(text, {"A": "1", "EMPTY": ""}) == wanted


def test_no_more_than_two_of_the_services_that_import_dagster_start_after_one_another() -> None:
    """What a start costs a machine with a processor for each: code beside PostgreSQL, daemon beside webserver."""
    services = read_services(compose_file(), {})

    def before(name: str) -> int:
        """Give how many such services must be healthy before one is started."""
        after = services[name].after
        return max((before(one) + (ready and one in {"code", "webserver", "daemon"}) for one, ready in after.items()),
                   default=0)  # fmt: skip

    assert {name: before(name) for name in CORE} == {
        "secrets": 0, "postgres": 0, "code": 0, "webserver": 1, "daemon": 1,
    }  # fmt: skip
    # Nothing asks PostgreSQL or a code server before it is healthy
    assert services["webserver"].after == {"postgres": True, "code": True}


def test_a_path_that_only_begins_like_a_mount_stays() -> None:
    mounts = [(Path("/here/project"), "/project")]
    assert translated("/projects/a", mounts) == "/projects/a"
    assert translated("/project", mounts) == "/here/project"
