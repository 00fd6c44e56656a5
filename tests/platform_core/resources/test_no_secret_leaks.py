"""A secret is planted in every resource that takes one; nothing that the resources or Dagster write holds it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import polars as pl
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap

from platform_core.errors import UserError
from platform_core.resources import (
    AzureBlobResource,
    GraphQLResource,
    HTTPResource,
    PostgresResource,
    RedshiftResource,
    S3Resource,
    SecretsResource,
    SnowflakeResource,
    secrets,
)
from platform_core.resources.base import PlatformResource
from platform_core.sdk.factories import ingest_api, ingest_table, publish_object, publish_table
from tests.servers.http import RECORDS, HTTPServer, Reply, running_http
from tests.servers.postgres import PostgresServer

PLANTED = "pl4nted'/s3cret?x=%41"
FORMS = (PLANTED, "pl4nted", "s3cret")


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with running_http() as running:
        running.paths["/permits"] = lambda *_: Reply(RECORDS)
        running.paths["/denied"] = lambda *_: Reply({"echo": PLANTED}, 401)
        running.paths["/graphql"] = lambda *_: Reply({"errors": [{"message": f"bad token {PLANTED}"}]})
        yield running


@pytest.fixture
def planted(
    server: HTTPServer, postgres: PostgresServer, aws: str, monkeypatch: pytest.MonkeyPatch
) -> dict[str, PlatformResource]:
    doubled = PLANTED.replace("'", "''")
    postgres.execute("DROP ROLE IF EXISTS leaker", f"CREATE ROLE leaker LOGIN PASSWORD '{doubled}'")
    postgres.execute(
        "CREATE TABLE IF NOT EXISTS numbers (a int)",
        "GRANT ALL ON numbers TO leaker",
        "GRANT CREATE ON SCHEMA public TO leaker",
    )
    monkeypatch.setenv("PLANTED", PLANTED)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", PLANTED)
    secrets.forget_referred()
    boto3.client("secretsmanager").create_secret(Name="leak/password", SecretString=PLANTED)
    boto3.client("s3").create_bucket(Bucket="leaks", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    given = dg.EnvVar("PLANTED")
    database: dict[str, Any] = {"host": postgres.address, "username": "leaker", "database": "postgres"}
    return {
        "register": PostgresResource(**database, password=given),
        "referred": PostgresResource(**database, password="secretsmanager:leak/password"),  # noqa: S106 - no secret
        "wrong": RedshiftResource(**{**database, "database": "gone"}, port=5432, sslmode="prefer", password=given),
        "api": HTTPResource(base_url=server.url, auth_token=given, attempts=1),
        "graph": GraphQLResource(base_url=server.url, path="graphql", auth_token=given),
        "lake": S3Resource(bucket_name="leaks"),
        "kept": SecretsResource(),
        "azure": AzureBlobResource(account_name="a", container_name="b", account_key=given),
        "snow": SnowflakeResource(account="a", password=given, host="127.0.0.1", port=9, login_timeout_seconds=1),
    }


def uses(resources: dict[str, Any]) -> list[str]:
    """Use every resource, well and badly, and give all that an error shows."""
    shown = []
    for use in (
        lambda: resources["register"].execute_query("SELECT 1 AS a"),
        lambda: resources["register"].execute_query("SELECT %(p)s::int AS a", {"p": PLANTED}),
        lambda: resources["register"].execute_query("SELECT set_config('x', %s, false)::date", [PLANTED]),
        lambda: resources["referred"].execute_query("SELECT 1 AS a"),
        lambda: resources["wrong"].execute_query("SELECT 1 AS a"),
        lambda: resources["api"].get("/permits", {"key": PLANTED}),
        lambda: resources["api"].get("/denied", {"key": PLANTED}),
        lambda: resources["api"].read("/permits"),
        lambda: resources["graph"].execute("{ permits }"),
        lambda: resources["lake"].upload_bytes(b"x", "a.txt"),
        lambda: resources["lake"].read_bytes("none.txt"),
        lambda: resources["kept"].get("leak/password"),
        lambda: resources["kept"].get("leak/password", field="none"),
        lambda: resources["azure"].url("a.csv"),
        lambda: resources["graph"].execute("mutation { close }", {"key": PLANTED}),
        lambda: resources["api"].save("/denied", "never.parquet", {"key": PLANTED}),
        lambda: resources["register"].write_table(pl.DataFrame({"a": [PLANTED]}), "leaks"),
        lambda: resources["register"].write_table(pl.DataFrame({"a": [PLANTED]}), "numbers"),
        lambda: resources["wrong"].write_table(pl.DataFrame({"a": [PLANTED]}), "leaks", mode="truncate"),
        lambda: ingest_table(resources["register"], "none", watermark=PLANTED),
        lambda: ingest_table(resources["wrong"], "numbers"),
        lambda: ingest_api(resources["api"], "/denied", name="leaks", params={"key": PLANTED}),
        lambda: publish_table(pl.DataFrame({"a": [PLANTED]}), resources["register"], "numbers"),
        lambda: publish_object(pl.DataFrame({"a": [1]}), resources["lake"], "a.csv"),
    ):
        try:
            shown.append(repr(use()))
        except UserError:
            shown.append(traceback.format_exc())
    return [text for text in shown if text != repr(PLANTED)]  # what SecretsResource.get is for


def test_a_planted_secret_stands_nowhere(
    planted: dict[str, PlatformResource],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path / "record"))
    told: list[str] = []
    (tmp_path / "dagster").mkdir()

    @dg.asset(required_resource_keys=set(planted))
    def everything(context) -> None:
        resources = {name: getattr(context.resources, name) for name in planted}
        told.extend(uses(resources))
        for resource in resources.values():
            context.log.info("%r %s", resource, resource)
        resources["wrong"].execute_query("SELECT 1 AS a")  # the step fails, and Dagster keeps its error

    definitions = dg.Definitions(assets=[everything], resources=planted)
    with caplog.at_level(logging.DEBUG), dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        told += uses(planted)
        job = definitions.resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        assert not result.success
        (run,) = instance.get_runs()
        told += [str(run), str(instance.all_logs(run.run_id)), caplog.text]
    told.append(str(RepositorySnap.from_def(definitions.get_repository_def())))
    told += [f"{resource!r} {resource}" for resource in planted.values()]
    told.append("".join(capfd.readouterr()))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".parquet" for path in files), "reads were recorded"
    assert any(path.suffix == ".db" for path in files), "Dagster wrote its run"
    assert sum("Traceback" in text for text in told) >= 20, "there were errors to look at"
    for form in FORMS:
        assert not [text[max(0, text.index(form) - 300) : text.index(form) + 80] for text in told if form in text]
        assert not [path for path in files if form.encode() in path.read_bytes()]
