"""Dagster's read-only webserver, which viewers are sent to: every mutation of its API is tried."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLScalarType, get_named_type
from starlette.testclient import TestClient

from tests.deployment.tools import ROOT

PAGE = """
import dagster as dg
@dg.asset
def made(): ...
defs = dg.Definitions(assets=[made], jobs=[dg.define_asset_job("job", "*")], schedules=[
    dg.ScheduleDefinition(name="daily", job_name="job", cron_schedule="0 0 * * *")], sensors=[
    dg.SensorDefinition(name="watching", job_name="job", evaluation_fn=lambda context: dg.SkipReason("no"))])
"""
# They change nothing that is anybody's: a message in a log, and what a page remembers of itself
HARMLESS = {"logTelemetry", "setNuxSeen"}
REFUSED = {"UnauthorizedError", "PythonError"}
LISTS = {"launchMultipleRuns", "terminateRuns"}


@pytest.fixture(scope="module")
def viewer() -> Iterator[TestClient]:
    """The webserver as `dagster-webserver --read-only` makes it, asked without a socket between."""
    from dagster._core.instance import DagsterInstance
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import PythonFileTarget
    from dagster_webserver.webserver import DagsterWebserver

    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        file = Path(folder, "page.py")
        file.write_text(PAGE, encoding="utf-8")
        instance = stack.enter_context(DagsterInstance.local_temp(folder))
        dg.materialize([dg.asset(name="made")(lambda: None)], instance=instance)
        target = PythonFileTarget(str(file), attribute=None, working_directory=folder, location_name="page")
        context = stack.enter_context(WorkspaceProcessContext(instance, target, read_only=True))
        client = TestClient(DagsterWebserver(context).create_asgi_app())
        client.instance_folder = folder  # type: ignore[attr-defined] # where the test looks for changes
        yield client


def mutations() -> dict[str, Any]:
    from dagster_graphql.schema import create_schema

    kind = create_schema().graphql_schema.mutation_type
    assert kind is not None
    return dict(kind.fields)


REAL = {
    "repositoryName": "__repository__", "repositoryLocationName": "page", "jobName": "job", "pipelineName": "job",
    "scheduleName": "daily", "sensorName": "watching", "partitionSetName": "job_partition_set",
}  # fmt: skip


def made_up(kind: Any, name: str = "") -> Any:
    """Give a value of a type, names of what there is: a mutation is to be refused for who asks and not for what."""
    if name in REAL:
        return REAL[name]
    if isinstance(kind, GraphQLNonNull):
        return made_up(kind.of_type, name)
    if isinstance(kind, GraphQLList):
        return [made_up(kind.of_type)]
    if isinstance(kind, GraphQLInputObjectType):
        return {
            key: made_up(field.type) for key, field in kind.fields.items() if isinstance(field.type, GraphQLNonNull)
        }
    if isinstance(kind, GraphQLScalarType):
        return {"Boolean": False, "Int": 1, "Float": 1.0, "RunConfigData": {}, "JSONString": "{}"}.get(
            kind.name, "page"
        )
    return next(iter(get_named_type(kind).values))


def asked(client: TestClient, name: str, field: Any) -> dict[str, Any]:
    required = {key: one.type for key, one in field.args.items() if isinstance(one.type, GraphQLNonNull)}
    head = f"({', '.join(f'${key}: {kind}' for key, kind in required.items())})" if required else ""
    inner = f"({', '.join(f'{key}: ${key}' for key in required)})" if required else ""
    leaf = isinstance(get_named_type(field.type), GraphQLScalarType)
    query = f"mutation{head} {{ {name}{inner} {'' if leaf else '{ __typename }'} }}"
    values = {key: made_up(kind, key) for key, kind in required.items()}
    return client.post("/graphql", json={"query": query, "variables": values}).json()


def stored(folder: Path) -> dict[str, list[str]]:
    """Give all that the instance holds: every row of every table."""
    found = {}
    for file in sorted(folder.rglob("*.db")):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            found[file.name] = sorted(connection.iterdump())
    return found


def test_a_viewer_changes_nothing(viewer: TestClient) -> None:
    """No mutation is granted, and after all of them every row of the instance is what it was."""
    folder = Path(viewer.instance_folder)  # type: ignore[attr-defined] # set by the fixture
    before = stored(folder)
    assert any("made" in line for lines in before.values() for line in lines)
    granted: dict[str, Any] = {}
    for name, field in sorted(mutations().items()):
        if name in HARMLESS:
            continue
        answer = asked(viewer, name, field)
        given = (answer.get("data") or {}).get(name)
        refused = given is None or given["__typename"] in REFUSED
        granted |= {} if refused else {name: answer}
    assert set(granted) <= LISTS, granted  # these answer with a list of refusals
    assert stored(folder) == before


def test_a_viewer_sees(viewer: TestClient) -> None:
    query = "{ assetsOrError { ... on AssetConnection { nodes { id } } } }"
    answer = viewer.post("/graphql", json={"query": query})
    assert answer.json()["data"]["assetsOrError"]["nodes"]


@pytest.mark.parametrize("header", ["X-Forwarded-User", "X-Remote-User", "Authorization", "X-Dagster-User"])
def test_forged_headers_change_nothing(viewer: TestClient, header: str) -> None:
    query = {"query": "mutation { setAutoMaterializePaused(paused: true) }"}
    answer = viewer.post("/graphql", json=query, headers={header: "admin@example.org"}).json()
    assert answer["errors"]


def test_apache_takes_the_configuration(tmp_path: Path) -> None:
    """Only its grammar and its modules: what it does with an identity provider is not tried."""
    apache = shutil.which("apache2", path=os.defpath + ":/usr/sbin")
    modules = Path("/usr/lib/apache2/modules")
    if apache is None or not (modules / "mod_auth_openidc.so").exists():
        pytest.skip(
            "NOT CHECKED: apache2 with mod_auth_openidc is not there; apt-get install libapache2-mod-auth-openidc"
        )
    for name in ("secret", "passphrase"):
        (tmp_path / name).write_text("planted-4471")
    subprocess.run(
        [shutil.which("openssl") or "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=proxy",
         "-keyout",
         str(tmp_path / "key"), "-out", str(tmp_path / "certificate")], check=True, capture_output=True,
    )  # fmt: skip
    wanted = ("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "ssl", "proxy", "proxy_http",
              "proxy_wstunnel", "socache_shmcb", "auth_openidc")  # fmt: skip
    loads = [f"LoadModule {name}_module {modules}/mod_{name}.so" for name in wanted]
    top = tmp_path / "top.conf"
    main = [f"ServerRoot {tmp_path}", f"PidFile {tmp_path}/pid", f"ErrorLog {tmp_path}/log", *loads]
    top.write_text("\n".join([*main, f"Include {ROOT / 'deployment' / 'proxy' / 'apache.conf'}"]) + "\n")
    environ = {
        **os.environ, "PROXY_HOST": "localhost", "PROXY_PORT": "8443",
        "PROXY_CERTIFICATE": str(tmp_path / "certificate"),
        "PROXY_KEY": str(tmp_path / "key"), "OIDC_ISSUER": "https://issuer.example.org", "OIDC_CLIENT_ID": "workbench",
        "OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"), "OIDC_PASSPHRASE_FILE": str(tmp_path / "passphrase"),
        "LAUNCHERS": "launchers", "VIEWERS": "viewers", "LAUNCHER_URL": "http://127.0.0.1:3001",
        "VIEWER_URL": "http://127.0.0.1:3002",
    }  # fmt: skip
    checked = subprocess.run([apache, "-t", "-f", str(top)], env=environ, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
