"""Secrets of AWS, against the moto server: read, cached, rotated, referred to, and shown nowhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import boto3
import dagster as dg
import pytest

from platform_core.errors import UserError
from platform_core.observability.safe_text import scrubbed_text
from platform_core.resources import (
    AzureBlobResource,
    GraphQLResource,
    HTTPResource,
    PostgresResource,
    SecretsResource,
    SnowflakeResource,
    secrets,
)
from tests.servers.aws import SECRET_KEY
from tests.servers.azure import KEY, make_container
from tests.servers.http import RECORDS, Asked, Reply, running_http
from tests.servers.postgres import READER_PASSWORD, PostgresServer

DATABASE = json.dumps({"username": "reader", "password": "planted-one"})


@pytest.fixture
def kept(aws: str) -> Iterator[SecretsResource]:
    manager, store = boto3.client("secretsmanager"), boto3.client("ssm")
    manager.create_secret(Name="planning/database", SecretString=DATABASE)
    manager.create_secret(Name="planning/bytes", SecretBinary=b"\0")
    store.put_parameter(Name="/planning/token", Value="planted-token", Type="SecureString")
    secrets.forget_referred()
    yield SecretsResource(name="secrets", region_name="eu-west-2")
    for name in ("planning/database", "planning/bytes"):
        manager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    store.delete_parameter(Name="/planning/token")
    secrets.forget_referred()


def test_a_secret_a_field_of_it_and_a_parameter(kept: SecretsResource) -> None:
    assert kept.get("planning/database") == DATABASE
    assert kept.get("planning/database", field="password") == "planted-one"
    assert kept.parameter("/planning/token") == "planted-token"


def test_a_rotated_secret_is_found_in_time(kept: SecretsResource, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(secrets, "clock", lambda: now)
    assert kept.get("planning/database", field="password") == "planted-one"
    boto3.client("secretsmanager").put_secret_value(SecretId="planning/database", SecretString="planted-two")
    now += 299
    assert kept.get("planning/database", field="password") == "planted-one", "it is kept for five minutes"
    now += 1
    assert kept.get("planning/database") == "planted-two"
    boto3.client("ssm").put_parameter(Name="/planning/token", Value="planted-three", Overwrite=True)
    kept.forget()
    assert kept.parameter("/planning/token") == "planted-three"


@pytest.mark.parametrize(
    ("name", "field", "message"),
    [
        ("planning/databse", "", "no secret or parameter 'planning/databse'"),
        ("planning/database", "pasword", "has no field 'pasword'"),
        ("planning/bytes", "", "holds bytes"),
    ],
)
def test_what_is_not_there_is_named(kept: SecretsResource, name: str, field: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        kept.get(name, field=field)
    assert "planted" not in str(caught.value)
    with pytest.raises(UserError, match="no secret or parameter '/x'"):
        kept.parameter("/x")


def test_what_was_read_is_known_to_alerts_by_its_field_and_after_a_rotation(kept: SecretsResource) -> None:
    password, token = "secretsmanager:planning/database#password", "ssm:/planning/token"
    assert (secrets.referred(password), secrets.referred(token)) == ("planted-one", "planted-token")
    boto3.client("ssm").put_parameter(Name="/planning/token", Value="planted-other", Overwrite=True)
    secrets.forget_referred()
    assert secrets.referred(token) == "planted-other"
    assert scrubbed_text("no planted-one, planted-token, planted-other") == "no ***, ***, ***"


def test_a_service_that_does_not_answer_is_told(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(UserError, match=r"secretsmanager does not answer \(EndpointConnectionError\)"):
        SecretsResource().get("a")


def test_no_value_is_logged_or_shown(kept: SecretsResource, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        kept.get("planning/database")
        kept.parameter("/planning/token")
    shown = f"{kept!r} {kept} {caplog.text}"
    assert "planted" not in shown.replace("planted-key-id", "")
    assert SECRET_KEY not in shown


@pytest.mark.parametrize("through", ["itself", "the environment"])
def test_a_field_may_refer_to_a_secret(kept: SecretsResource, monkeypatch: pytest.MonkeyPatch, through: str) -> None:
    reference = "secretsmanager:planning/database#password"
    monkeypatch.setenv("DATABASE_PASSWORD", reference)
    given = reference if through == "itself" else dg.EnvVar("DATABASE_PASSWORD")
    assert PostgresResource(password=given).text("password") == "planted-one"
    where = "ssm:/planning/token"
    assert HTTPResource(base_url="https://a.uk", auth_token=where).text("auth_token") == "planted-token"
    assert PostgresResource(host="ssm:/planning/token").text("host") == "ssm:/planning/token", "that is no secret field"
    short = "secretsmanager:"
    assert PostgresResource(password=short).text("password") == short


def test_a_password_that_was_rotated_is_read_anew(kept: SecretsResource, postgres: PostgresServer) -> None:
    reference = "secretsmanager:planning/database#password"
    register = PostgresResource(host=postgres.address, username="reader", password=reference)
    with pytest.raises(UserError, match="password authentication failed"):
        register.execute_query("SELECT 1 AS a")
    text = json.dumps({"password": READER_PASSWORD})
    boto3.client("secretsmanager").put_secret_value(SecretId="planning/database", SecretString=text)
    assert register.execute_query("SELECT 1 AS a").height == 1
    register.close()


def test_a_token_that_was_rotated_is_read_anew_once(kept: SecretsResource, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(asked: Asked, _: int) -> Reply:
        known = asked.headers.get("authorization") == "Bearer planted-new"
        return Reply(RECORDS if known else {"errors": [{"message": "planted-token is old"}]}, 200 if known else 401)

    with running_http() as server:
        server.paths["/permits"] = answer
        api = HTTPResource(base_url=server.url, auth_token="ssm:/planning/token")  # noqa: S106 - no secret
        with pytest.raises(UserError, match="answers 401"):
            api.get("/permits")
        assert len(server.asked) == 1, "it is kept as it was sent"
        boto3.client("ssm").put_parameter(Name="/planning/token", Value="planted-new", Overwrite=True)
        assert api.get("/permits").json() == RECORDS
        assert len(server.asked) == 3
        monkeypatch.setenv("API_TOKEN", "planted-old")
        other = HTTPResource(base_url=server.url, auth_token=dg.EnvVar("API_TOKEN"))
        with pytest.raises(UserError, match="answers 401"):
            other.get("/permits")
        monkeypatch.setenv("API_TOKEN", "planted-new")
        assert other.get("/permits").json() == RECORDS, "the environment is asked for each request"
        other.close()
        api.close()


def test_an_answer_that_tells_an_old_token_is_shown_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*_: object) -> Reply:
        monkeypatch.setenv("API_TOKEN", "planted-new")  # it is rotated while the request is under way
        return Reply({"errors": [{"message": "no planted-old"}]})

    monkeypatch.setenv("API_TOKEN", "planted-old")
    with running_http() as server:
        server.paths["/graphql"] = answer
        graph = GraphQLResource(base_url=server.url, path="graphql", auth_token=dg.EnvVar("API_TOKEN"))
        with pytest.raises(UserError, match=r"answers with an error: no \*\*\*"):
            graph.execute("{ permits }")
        graph.close()


def test_a_password_of_snowflake_that_was_rotated_is_read_anew_once(kept: SecretsResource) -> None:
    """Only the sign-in is played: fakesnow takes every password."""
    refused = {"success": False, "code": "390100", "message": "Incorrect username or password.", "data": None}
    with running_http() as server:
        server.paths["/session/v1/login-request"] = lambda *_: Reply(refused)
        snow = SnowflakeResource(
            account="a",
            username="reader",
            password="secretsmanager:planning/database#password",  # noqa: S106 - no secret
            host="127.0.0.1",
            port=int(server.url.rpartition(":")[2]),
            protocol="http",
            login_timeout_seconds=5,
        )
        secrets._SHARED.get("planning/database")
        text = json.dumps({"password": "planted-two"})
        boto3.client("secretsmanager").put_secret_value(SecretId="planning/database", SecretString=text)
        with pytest.raises(UserError, match="Snowflake says") as caught:
            snow.execute_query("SELECT 1 AS a")
        assert "planted" not in str(caught.value)
        sent = [asked.body["data"]["PASSWORD"] for asked in server.asked if "login" in asked.path]
        assert sent == ["planted-one", "planted-two"]


def test_a_key_of_azure_that_was_rotated_is_taken(azurite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_container(azurite, "rotated")
    monkeypatch.setenv("AZURE_KEY", "cGxhbnRlZC1vbGQ=")
    account = azurite.rpartition("/")[2]
    lake = AzureBlobResource(
        account_name=account, container_name="rotated", account_key=dg.EnvVar("AZURE_KEY"), endpoint_url=azurite
    )
    with pytest.raises(UserError, match="does not allow this") as caught:
        lake.upload_bytes(b"x", "a.txt")
    assert "cGxhbnRlZC1vbGQ" not in str(caught.value)
    monkeypatch.setenv("AZURE_KEY", KEY)
    lake.upload_bytes(b"x", "a.txt")
    assert lake.list_objects() == ["a.txt"]
