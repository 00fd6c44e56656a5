"""Secrets of AWS, against the moto server: read, cached, rotated, referred to, and shown nowhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import boto3
import dagster as dg
import pytest

from platform_core.errors import UserError
from platform_core.resources import HTTPResource, PostgresResource, SecretsResource, secrets
from tests.servers.aws import SECRET_KEY
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
