"""Block 2: three layers from a database to a gold table, materialised by Dagster through the Parquet IO manager."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pandera.polars as pa
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from platform_core.compute_kinds import COMPUTE_TAG
from platform_core.errors import UserError
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.resources import PostgresResource
from platform_core.sdk import bronze_asset, gold_asset, silver_asset
from platform_core.sdk.decorators import eks_compute, fargate_compute, lambda_compute
from tests.requested_api.blocks import block, execute
from tests.servers.postgres import PostgresServer

SINCE = dt.date(2025, 1, 1)


class PermitSchema(pa.DataFrameModel):
    """What a clean permit holds."""

    permit_id: int = pa.Field(gt=0)
    authority: str
    fee: float


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[PostgresResource]:
    """A register with a permit of last year, one without a fee, and one that stands twice."""
    resource = PostgresResource(host=postgres.folder, database=postgres.new_database(), username="reader")
    resource.execute(
        "CREATE TABLE permits (permit_id bigint, authority text, fee double precision, decided_on date, note text)"
    )
    rows = pl.DataFrame(
        {
            "permit_id": [1, 2, 3, 4, 4],
            "authority": ["Ambridge", "Ambridge", "Ambridge", "Borchester", "Borchester"],
            "fee": [100.0, 120.0, None, 80.5, 80.5],
            "decided_on": [dt.date(2024, 12, 31), SINCE, SINCE, dt.date(2025, 2, 1), dt.date(2025, 2, 1)],
            "note": "x",
        }
    )
    resource.write_table(rows, "permits")
    yield resource
    resource.close()


@pytest.fixture
def assets() -> dict[str, dg.AssetsDefinition]:
    """Give what the block defines."""
    names = execute(
        block(2),
        PostgresResource=PostgresResource,
        PermitSchema=PermitSchema,
        pd=pd,
        pl=pl,
        bronze_asset=bronze_asset,
        silver_asset=silver_asset,
        gold_asset=gold_asset,
        lambda_compute=lambda_compute,
        fargate_compute=fargate_compute,
        eks_compute=eks_compute,
    )
    return {name: names[name] for name in ("raw_permits", "clean_permits", "fees_by_authority")}


def test_three_layers_from_a_database_to_a_gold_table(
    assets: dict[str, dg.AssetsDefinition], database: PostgresResource, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    resources = {"database": database, "io_manager": PolarsParquetIOManager(root=str(lake))}
    result = dg.materialize(list(assets.values()), resources=resources)
    assert result.success
    raw = pl.read_parquet(lake / "bronze" / "raw_permits.parquet")
    assert raw.columns == ["permit_id", "authority", "fee", "decided_on"]
    assert sorted(raw["permit_id"]) == [2, 3, 4, 4]
    clean = pl.read_parquet(lake / "silver" / "clean_permits.parquet")
    assert dict(clean.select("permit_id", "fee").iter_rows()) == {2: 120.0, 3: 0.0, 4: 80.5}
    fees = pl.read_parquet(lake / "gold" / "fees_by_authority.parquet").sort("authority")
    assert_frame_equal(fees, pl.DataFrame({"authority": ["Ambridge", "Borchester"], "fee": [120.0, 80.5]}))
    evaluated = {check.check_name: check.passed for check in result.get_asset_check_evaluations()}
    assert evaluated == {"no_nulls": True, "unique_values": True, "schema_validation": True}


def test_each_says_where_it_runs_and_whose_it_is(assets: dict[str, dg.AssetsDefinition]) -> None:
    specs = {name: next(iter(asset.specs)) for name, asset in assets.items()}
    assert {name: spec.group_name for name, spec in specs.items()} == {
        "raw_permits": "bronze",
        "clean_permits": "silver",
        "fees_by_authority": "gold",
    }
    assert [spec.tags[COMPUTE_TAG] for spec in specs.values()] == ["lambda", "fargate", "eks"]
    assert specs["raw_permits"].description == "Permits as the register holds them"
    assert specs["fees_by_authority"].owners == ["team:planning_team"]


def test_a_failed_check_keeps_bad_data_from_what_follows(
    assets: dict[str, dg.AssetsDefinition], database: PostgresResource, tmp_path: Path
) -> None:
    database.execute("INSERT INTO permits VALUES (4, 'Felpersham', 1, '2025-03-01', 'another permit of that number')")
    resources = {"database": database, "io_manager": PolarsParquetIOManager(root=str(tmp_path / "lake"))}
    result = dg.materialize(list(assets.values()), resources=resources, raise_on_error=False)
    assert not result.success
    assert [check.check_name for check in result.get_asset_check_evaluations() if not check.passed] == ["unique_values"]
    assert not (tmp_path / "lake" / "gold").exists()


def test_a_schema_check_without_a_schema_is_refused_when_the_module_is_imported() -> None:
    with pytest.raises(UserError, match="schema"):

        @silver_asset(name="clean_permits", data_quality_checks=["schema_validation"])
        def clean_permits(context: Any, raw_permits: pd.DataFrame) -> pd.DataFrame:
            return raw_permits


def test_a_list_of_frames_takes_the_upstreams_that_inputs_names(tmp_path: Path) -> None:
    def of(name: str, number: int) -> dg.AssetsDefinition:
        @bronze_asset(name=name)
        def make(context: Any) -> pl.LazyFrame:
            return pl.LazyFrame({"number": [number]})

        return make

    @silver_asset(name="all_numbers", inputs={"sources": ["first", "second"]})
    def all_numbers(context: Any, sources: list[pl.DataFrame]) -> pl.DataFrame:
        return pl.concat(sources)

    resources = {"io_manager": PolarsParquetIOManager(root=str(tmp_path))}
    assert dg.materialize([of("first", 1), of("second", 2), all_numbers], resources=resources).success
    assert pl.read_parquet(tmp_path / "silver" / "all_numbers.parquet")["number"].to_list() == [1, 2]
