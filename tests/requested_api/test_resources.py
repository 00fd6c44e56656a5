"""Block 4: resources by hand, as written, against real servers that stand where the block looks for them.

libpq takes the address behind the name `db.example.gov.uk` from PGHOSTADDR; httpx reaches `https://api.example.gov.uk`
through the proxy of the environment, over TLS with a certificate for that name; AWS programs take their endpoint from
the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import polars as pl
from dagster import EnvVar

from platform_core.resources import HTTPResource, PostgresResource, S3Resource
from tests.requested_api.blocks import block, execute
from tests.servers.http import RECORDS, Asked, Reply, linked, new_certificate, running_http, running_proxy
from tests.servers.postgres import READER_PASSWORD, PostgresServer

if TYPE_CHECKING:
    import pytest

TOKEN = "planted-block-token"  # noqa: S105 - of a server that lives as long as the tests


def test_the_block_runs_as_written(
    postgres: PostgresServer, aws: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.new_database("analytics")
    monkeypatch.setenv("PGHOSTADDR", postgres.address)
    monkeypatch.setenv("POSTGRES_PASSWORD", READER_PASSWORD)
    location = {"LocationConstraint": "eu-west-2"}
    boto3.client("s3").create_bucket(Bucket="planning-lake", CreateBucketConfiguration=location)
    monkeypatch.chdir(tmp_path)
    Path("local.csv").write_text("a\n1\n")
    monkeypatch.setenv("API_TOKEN", TOKEN)
    certificate = new_certificate("api.example.gov.uk", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    def permits(asked: Asked, before: int) -> Reply:
        return Reply(RECORDS) if "limit" in asked.params else linked(asked, before)

    with running_http(certificate) as server, running_proxy(int(server.url.rpartition(":")[2])) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        server.paths["/permits"] = permits
        names = execute(
            block(4),
            PostgresResource=PostgresResource,
            S3Resource=S3Resource,
            HTTPResource=HTTPResource,
            EnvVar=EnvVar,
        )
        names["api"].close()
    assert [asked.headers["authorization"] for asked in server.asked] == [f"Bearer {TOKEN}"] * 4
    assert server.asked[0].params == {"limit": "1000"}
    assert (names["response"].status_code, names["response"].json()) == (200, RECORDS)
    assert names["frame"].rows(named=True) == RECORDS
    assert (
        names["postgres"].execute_query("SELECT 1 AS one").equals(pl.DataFrame({"one": [1]}, schema={"one": pl.Int32}))
    )
    names["postgres"].close()
    assert names["keys"] == ["raw/local.csv"]
    assert names["s3"].read_bytes("raw/local.csv") == b"a\n1\n"

    monkeypatch.delenv("PGHOSTADDR")
    monkeypatch.setenv("DATABASE_HOST", postgres.folder)
    monkeypatch.setenv("DATABASE_PASSWORD", "not asked for on a socket")
    monkeypatch.setenv("S3_BUCKET_NAME", "planning-lake")
    resources = names["resources"]
    assert resources["database"].execute_query("SELECT current_user::text AS name")["name"].item() == "postgres"
    assert resources["s3"].list_objects() == ["raw/local.csv"]
    resources["database"].close()
