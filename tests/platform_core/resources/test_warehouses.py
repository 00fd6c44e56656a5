"""Redshift over PostgreSQL's protocol, against a real PostgreSQL; Snowflake against fakesnow's server.

No Redshift can be run here: what differs from PostgreSQL on the server (its types, its own COPY) is not shown.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import fakesnow
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.resources import RedshiftResource, SnowflakeResource
from tests.servers.postgres import READER_PASSWORD, PostgresServer

PASSWORD = "planted-snow"  # noqa: S105 - of a server that lives as long as the tests


@pytest.fixture
def redshift(postgres: PostgresServer) -> Iterator[RedshiftResource]:
    resource = RedshiftResource(
        host=postgres.address,
        port=5432,
        database="postgres",
        username="reader",
        password=READER_PASSWORD,
        sslmode="prefer",
    )
    yield resource
    resource.close()


def test_redshift_has_its_own_defaults_and_the_same_queries(redshift: RedshiftResource) -> None:
    assert (RedshiftResource().port, RedshiftResource().database, RedshiftResource().sslmode) == (
        5439,
        "dev",
        "require",
    )
    found = redshift.execute_query("SELECT %(day)s::date + 1 AS next, %(n)s * 2 AS n", {"day": "2025-01-31", "n": 4})
    assert found.rows() == [(dt.date(2025, 2, 1), 8)]
    with pytest.raises(UserError, match="Redshift says: relation"):
        redshift.execute_query("SELECT * FROM nothing")
    with pytest.raises(
        UserError, match=r"takes no rows over a connection.\nhint: Write a Parquet file with S3Resource"
    ):
        redshift.write_table(pl.DataFrame({"a": [1]}), "t")


@pytest.fixture(scope="module")
def account() -> Iterator[dict[str, Any]]:
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    with fakesnow.server() as settings:
        yield settings


@pytest.fixture
def snow(account: dict[str, Any]) -> Iterator[SnowflakeResource]:
    resource = SnowflakeResource(
        account=account["account"],
        username="reader",
        password=PASSWORD,
        host=account["host"],
        port=account["port"],
        protocol=account["protocol"],
    )
    resource.execute("CREATE DATABASE IF NOT EXISTS planning")
    resource.execute("CREATE SCHEMA IF NOT EXISTS planning.register")
    resource.execute("USE SCHEMA planning.register")
    resource.execute("CREATE OR REPLACE TABLE permits (permit_id INT, authority VARCHAR, fee NUMBER(10,2), day DATE)")
    resource.execute(
        "INSERT INTO permits VALUES (1, 'Ambridge', 1.25, '2024-12-31'), (2, 'Ambridge', NULL, '2025-01-01'), "
        "(3, NULL, 7.5, '2025-02-01')"
    )
    yield resource
    resource.close()


class TestSnowflake:
    def test_a_query_gives_a_frame(self, snow: SnowflakeResource) -> None:
        sql = "SELECT permit_id, authority, fee, day FROM permits WHERE day >= %(since)s OR day = %(since)s ORDER BY 1"
        frame = snow.execute_query(sql, {"since": "2025-01-01"})
        assert [name.lower() for name in frame.columns] == ["permit_id", "authority", "fee", "day"]
        assert frame.rows() == [
            (2, "Ambridge", None, dt.date(2025, 1, 1)),
            (3, None, Decimal("7.50"), dt.date(2025, 2, 1)),
        ]
        assert len(snow.execute_query(sql, {"since": "2025-01-01"}, as_="pandas")) == 2
        assert sum(batch.height for batch in snow.stream_query("SELECT * FROM permits", batch_rows=2)) == 3

    def test_a_value_is_never_part_of_the_sql(self, snow: SnowflakeResource) -> None:
        hostile = "x'; DROP TABLE permits; --"
        found = snow.execute_query("SELECT count(*) AS n FROM permits WHERE authority = %s", [hostile])
        assert found.row(0) == (0,)
        assert snow.execute_query("SELECT count(*) AS n FROM permits").row(0) == (3,)

    def test_a_refused_query_is_told_without_the_password(self, snow: SnowflakeResource) -> None:
        with pytest.raises(UserError, match=r"^Snowflake says: ") as caught:
            snow.execute_query("SELECT * FROM no_such_table")
        assert "planted" not in f"{caught.value} {snow!r} {snow}"

    def test_what_was_read_is_replayed(
        self, snow: SnowflakeResource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WORKBENCH_RECORD", str(tmp_path))
        frame = snow.execute_query("SELECT * FROM permits ORDER BY 1")
        monkeypatch.delenv("WORKBENCH_RECORD")
        replayed = SnowflakeResource.replaying(tmp_path / "SnowflakeResource")
        assert replayed.execute_query("SELECT * FROM permits ORDER BY 1").equals(frame)
        with pytest.raises(UserError, match="does not hold this read"):
            replayed.execute_query("SELECT 1 AS a")
