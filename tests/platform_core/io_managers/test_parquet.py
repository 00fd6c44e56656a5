"""Bronze to gold through real Dagster runs: kinds, partitions, checks, metadata, failures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import dagster as dg
import duckdb
import pandas as pd
import pandera.polars as pa
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.lake import Lake
from platform_core.sdk import bronze_asset, gold_asset, silver_asset
from platform_core.sdk.decorators import eks_compute, fargate_compute, lambda_compute

DATES = dg.StaticPartitionsDefinition(["2025-02-05", "2025-01-22", "2025-01-30"])


class Register(dg.ConfigurableResource[Any]):
    """A database with what the assets need of one: a query gives a frame."""

    path: str

    def execute_query(self, sql: str, params: dict[str, Any]) -> Any:
        return duckdb.connect(self.path, read_only=True).sql(sql, params=params).pl()


class PermitSchema(pa.DataFrameModel):
    permit_id: int
    fee: float


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def run(
    lake: Lake, assets: Sequence[Any], resources: dict[str, Any] | None = None, **options: Any
) -> dg.ExecuteInProcessResult:
    manager = PolarsParquetIOManager(root=str(lake.root))
    return dg.materialize(assets, resources={"io_manager": manager, **(resources or {})}, **options)


def told(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    (event,) = result.asset_materializations_for_node(asset)
    return {key: value.value for key, value in event.metadata.items()}


def chart_fees(frame: pl.DataFrame) -> Any:
    return alt.Chart(frame).mark_bar().encode(x="authority:N", y="fee:Q")


@bronze_asset(name="raw_permits", description="Permits as the register holds them")
@lambda_compute(timeout_seconds=300, memory_mb=512)
def raw_permits(context: dg.AssetExecutionContext, database: Register) -> pl.DataFrame:
    rows: pl.DataFrame = database.execute_query(
        "SELECT permit_id, authority, fee, decided_on FROM permits WHERE decided_on >= $since", {"since": "2025-01-01"}
    )
    return rows


@silver_asset(
    name="clean_permits",
    data_quality_checks=["no_nulls", "unique_values", "schema_validation"],
    key=["permit_id"],
    schema=PermitSchema,
    classification="OFFICIAL",
)
@fargate_compute(cpu_units=512, memory_mb=1024)
def clean_permits(context: dg.AssetExecutionContext, raw_permits: pd.DataFrame) -> pd.DataFrame:
    return raw_permits.drop_duplicates().assign(fee=lambda f: f["fee"].fillna(0.0))


@gold_asset(name="fees_by_authority", business_owner="planning_team", charts=[chart_fees])
@eks_compute(node_type="m5.large", min_nodes=2, max_nodes=10, spot_instances=True)
def fees_by_authority(context: dg.AssetExecutionContext, clean_permits: pl.LazyFrame) -> pl.LazyFrame:
    return clean_permits.group_by("authority").agg(pl.col("fee").sum()).sort("authority")


@pytest.fixture
def database(tmp_path: Path) -> Register:
    path = str(tmp_path / "register.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE permits (permit_id BIGINT, authority VARCHAR, fee DOUBLE, decided_on VARCHAR)")
        connection.execute(
            "INSERT INTO permits VALUES (1, 'Leeds', 10.0, '2025-02-01'), (2, 'York', NULL, '2025-03-01'),"
            " (2, 'York', NULL, '2025-03-01'), (3, 'York', 5.5, '2025-04-01'), (4, 'Hull', 1.0, '2024-01-01')"
        )
    return Register(path=path)


def test_bronze_silver_and_gold_in_three_kinds(lake: Lake, database: Register) -> None:
    result = run(lake, [raw_permits, clean_permits, fees_by_authority], {"database": database})
    assert result.success
    assert lake.read("fees_by_authority", "polars").to_dicts() == [
        {"authority": "Leeds", "fee": 10.0},
        {"authority": "York", "fee": 5.5},
    ]
    assert [str(path.relative_to(lake.root)) for path in sorted(lake.root.rglob("*.parquet"))] == [
        "bronze/raw_permits.parquet",
        "gold/fees_by_authority.parquet",
        "silver/clean_permits.parquet",
    ]
    evaluations = {e.check_name: (e.passed, e.blocking) for e in result.get_asset_check_evaluations()}
    assert evaluations == dict.fromkeys(("no_nulls", "unique_values", "schema_validation"), (True, True))


def test_every_materialisation_tells_rows_columns_time_and_memory(lake: Lake, database: Register) -> None:
    result = run(lake, [raw_permits, clean_permits, fees_by_authority], {"database": database})
    metadata = told(result, "clean_permits")
    assert metadata["dagster/row_count"] == 3
    assert [(column.name, column.type) for column in metadata["dagster/column_schema"].columns] == [
        ("permit_id", "Int64"),
        ("authority", "String"),
        ("fee", "Float64"),
        ("decided_on", "String"),
    ]
    assert metadata["workbench/seconds"] >= 0
    assert metadata["workbench/peak_memory_bytes"] > 10_000_000
    assert metadata["workbench/preview"].startswith("| permit_id | authority | fee | decided_on |")
    assert "workbench/preview" not in told(result, "raw_permits")
    assert "workbench/preview" not in told(result, "fees_by_authority")
    assert told(result, "fees_by_authority")["workbench/chart_fees"].startswith("![chart_fees](data:image/png;base64,")


def test_running_twice_gives_the_same_bytes(lake: Lake, database: Register) -> None:
    def everything() -> dict[str, bytes]:
        assert run(lake, [raw_permits, clean_permits, fees_by_authority], {"database": database}).success
        return {str(path.relative_to(lake.root)): path.read_bytes() for path in lake.root.rglob("*") if path.is_file()}

    assert everything() == everything()


# --- checks


@bronze_asset(data_quality_checks=["no_nulls", "unique_values", {"row_count": {"min": 1}}])
def with_nulls(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    return pl.LazyFrame({"a": [1, None]})


@bronze_asset(data_quality_checks=["no_nulls"], severity="warn")
def with_nulls_that_warn(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    return pl.LazyFrame({"a": [1, None]})


@silver_asset
def after_nulls(context: dg.AssetExecutionContext, with_nulls: pl.LazyFrame) -> pl.LazyFrame:
    return with_nulls


@silver_asset
def after_warning(context: dg.AssetExecutionContext, with_nulls_that_warn: pl.LazyFrame) -> pl.LazyFrame:
    return with_nulls_that_warn


def test_a_check_that_fails_blocks_what_is_downstream_after_all_were_evaluated(lake: Lake) -> None:
    result = run(lake, [with_nulls, after_nulls], raise_on_error=False)
    assert not result.success
    evaluations = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert evaluations == {"no_nulls": False, "unique_values": True, "row_count": True}
    assert told(result, "with_nulls")["dagster/row_count"] == 2
    assert lake.find("after_nulls") is None


def test_a_check_that_only_warns_blocks_nothing(lake: Lake) -> None:
    result = run(lake, [with_nulls_that_warn, after_warning])
    assert result.success
    (evaluation,) = result.get_asset_check_evaluations()
    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert lake.read("after_warning", "polars").height == 2


def test_checks_look_at_what_was_stored_and_the_step_runs_once(lake: Lake) -> None:
    calls: list[int] = []

    @bronze_asset(data_quality_checks=["no_nulls", "unique_values", {"row_count": {"min": 1, "max": 1}}])
    def counted(context: dg.AssetExecutionContext) -> pl.LazyFrame:
        def note(frame: pl.DataFrame) -> pl.DataFrame:
            calls.append(frame.height)
            return frame

        return pl.LazyFrame({"a": [1]}).map_batches(note)

    assert run(lake, [counted]).success
    assert calls == [1]


def test_checks_run_with_another_io_manager_too() -> None:
    result = dg.materialize([with_nulls_that_warn], resources={"io_manager": dg.mem_io_manager})
    assert result.success
    assert [e.passed for e in result.get_asset_check_evaluations()] == [False]


# --- partitions


@bronze_asset(name="odp", partitions_def=DATES, data_quality_checks=["no_nulls"])
def odp(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    return pl.LazyFrame({"on": [context.partition_key], "n": [len(context.partition_key)]})


@silver_asset(partitions_def=DATES)
def by_date(context: dg.AssetExecutionContext, odp: pd.DataFrame) -> pd.DataFrame:
    return odp.assign(date=context.partition_key)


@gold_asset
def all_dates(context: dg.AssetExecutionContext, odp: pl.LazyFrame) -> pl.LazyFrame:
    assert isinstance(odp, pl.LazyFrame)
    return odp


@gold_asset
def as_parts(context: dg.AssetExecutionContext, odp: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.DataFrame({"key": list(odp), "rows": [len(frame) for frame in odp.values()]})


def store_partitions(lake: Lake, keys: Sequence[str]) -> None:
    for key in keys:
        assert run(lake, [odp], partition_key=key).success


def test_each_partition_is_a_file_and_meets_its_own_downstream(lake: Lake) -> None:
    result = run(lake, [odp, by_date], partition_key="2025-01-30")
    assert result.success
    assert [e.passed for e in result.get_asset_check_evaluations()] == [True]
    assert told(result, "by_date")["dagster/row_count"] == 1
    assert lake.read("by_date", "polars", "2025-01-30")["date"].to_list() == ["2025-01-30"]
    assert not lake.path("silver", "by_date", "2025-01-22").exists()


def test_an_unpartitioned_asset_reads_all_partitions_in_the_order_of_their_keys(lake: Lake) -> None:
    store_partitions(lake, ["2025-02-05", "2025-01-30", "2025-01-22"])
    assert run(lake, [odp, all_dates, as_parts], selection=["all_dates", "as_parts"]).success
    dates = ["2025-01-22", "2025-01-30", "2025-02-05"]
    assert lake.read("all_dates", "polars")["on"].to_list() == dates
    assert lake.read("as_parts", "polars").to_dict(as_series=False) == {"key": dates, "rows": [1, 1, 1]}


def test_partitions_not_stored_yet_are_left_out_and_the_log_says_so(
    lake: Lake, capfd: pytest.CaptureFixture[str]
) -> None:
    store_partitions(lake, ["2025-01-22"])
    assert run(lake, [odp, all_dates, as_parts], selection=["all_dates", "as_parts"]).success
    assert lake.read("all_dates", "polars")["on"].to_list() == ["2025-01-22"]
    assert lake.read("as_parts", "polars")["key"].to_list() == ["2025-01-22"]
    assert "2 of 3 partitions of odp are not stored yet" in capfd.readouterr().err


def test_without_any_partition_the_step_fails_with_what_to_do(lake: Lake) -> None:
    with pytest.raises(UserError, match="workbench materialize odp"):
        run(lake, [odp, all_dates], selection=["all_dates"])


def test_partitions_asked_for_by_a_mapping_must_be_there(lake: Lake) -> None:
    store_partitions(lake, ["2025-01-22"])

    @dg.asset(
        ins={"odp": dg.AssetIn(partition_mapping=dg.SpecificPartitionsPartitionMapping(["2025-01-22", "2025-01-30"]))}
    )
    def two(odp: pl.DataFrame) -> None: ...

    with pytest.raises(UserError, match="no data for partition '2025-01-30'"):
        run(lake, [odp, two], selection=["two"])


def test_a_file_of_a_partition_that_is_no_longer_declared_is_not_read(lake: Lake) -> None:
    store_partitions(lake, ["2025-01-22"])
    lake.write("bronze", "odp", pl.LazyFrame({"on": ["old"], "n": [1]}), "1999-01-01")
    assert run(lake, [odp, all_dates], selection=["all_dates"]).success
    assert lake.read("all_dates", "polars")["on"].to_list() == ["2025-01-22"]


def test_several_partitions_in_one_run_are_refused(lake: Lake) -> None:
    @dg.asset(partitions_def=DATES, backfill_policy=dg.BackfillPolicy.single_run())
    def every() -> pl.LazyFrame:
        return pl.LazyFrame({"a": [1]})

    tags = {"dagster/asset_partition_range_start": "2025-02-05", "dagster/asset_partition_range_end": "2025-01-30"}
    with pytest.raises(UserError, match="3 partitions of 'every' at once"):
        run(lake, [every], tags=tags)


# --- inputs


class Least(dg.Config):
    minimum: int = 1


@bronze_asset
def left(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    return pl.LazyFrame({"n": [1, 2]})


@bronze_asset
def right() -> Any:
    return duckdb.sql("SELECT 3::BIGINT AS n")


@silver_asset(inputs={"sources": ["left", "right"], "again": "left"})
def joined(sources: list[pl.DataFrame], again: duckdb.DuckDBPyRelation, config: Least, factor: int = 10) -> Any:
    assert all(isinstance(source, pl.DataFrame) for source in sources)
    assert again.columns == ["n"]
    return pl.concat(sources).filter(pl.col("n") >= config.minimum).with_columns(pl.col("n") * factor)


def test_lists_other_names_configuration_and_defaults(lake: Lake) -> None:
    settings = {"ops": {"joined": {"config": {"minimum": 2}}}}
    assert run(lake, [left, right, joined], run_config=settings).success
    assert lake.read("joined", "polars")["n"].to_list() == [20, 30]


def test_a_plain_dagster_asset_is_read_and_stored_by_its_annotations(lake: Lake) -> None:
    @dg.asset
    def plain(left: pl.DataFrame) -> pl.DataFrame:
        return left

    @dg.asset
    def parts(odp: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
        return pl.concat(odp.values())

    @dg.asset
    def perhaps(left: pl.DataFrame | None) -> pl.DataFrame:
        assert isinstance(left, pl.DataFrame)
        return left

    @dg.asset
    def wrong(left: int) -> pl.DataFrame:
        raise AssertionError(left)

    store_partitions(lake, ["2025-01-22"])
    result = run(lake, [left, plain, odp, parts, perhaps], selection=["left", "plain", "parts", "perhaps"])
    assert result.success
    assert lake.find("plain") == lake.find("plain", "default")
    assert told(result, "plain")["dagster/row_count"] == 2
    assert "workbench/seconds" not in told(result, "plain")
    assert lake.read("parts", "polars").height == 1
    failed = run(lake, [left, wrong], raise_on_error=False).get_step_failure_events()
    (error,) = [event.step_failure_data.error for event in failed]
    assert error is not None
    assert "An input is annotated int, as which no asset is loaded" in str(error.cause)


# --- failures


def test_no_two_asset_keys_share_a_file(lake: Lake) -> None:
    def stored(number: int, *key: str) -> dg.AssetsDefinition:
        @dg.op(name=f"op_{number}")
        def made() -> pl.DataFrame:
            return pl.DataFrame({"n": [number]})

        return dg.AssetsDefinition.from_op(made, keys_by_output_name={"result": dg.AssetKey(key)})

    keys = [("a", "b", "c"), ("a__b", "c"), ("a", "b__c"), ("a__b__c",)]
    for number, key in enumerate(keys):
        assert run(lake, [stored(number, *key)]).success
    names = ["a.b.c", "a__b.c", "a.b__c", "a__b__c"]
    assert [lake.read(name, "polars").item() for name in names] == [0, 1, 2, 3]
    with pytest.raises(UserError, match="holds a dot"):
        run(lake, [stored(4, "a.b", "c")])


def test_what_is_no_frame_fails_the_step_by_name(lake: Lake) -> None:
    @gold_asset
    def nothing(context: dg.AssetExecutionContext) -> None:
        return None

    with pytest.raises(UserError, match="gold/nothing is no frame but a NoneType"):
        run(lake, [nothing])
    assert lake.find("nothing") is None


def test_an_ops_output_is_not_the_lakes(lake: Lake) -> None:
    @dg.op
    def number() -> int:
        return 1

    @dg.job(resource_defs={"io_manager": PolarsParquetIOManager(root=str(lake.root))})
    def job() -> None:
        number()

    with pytest.raises(UserError, match="stores assets only"):
        job.execute_in_process()


def test_the_lake_is_that_of_the_environment_or_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path / "scratch"))
    assert PolarsParquetIOManager().lake == Lake(tmp_path / "scratch")
    monkeypatch.delenv("WORKBENCH_LAKE")
    project = tmp_path / "project"
    (project / "config").mkdir(parents=True)
    (project / "pyproject.toml").write_text('[tool.workbench]\npackage = "x"\n')
    (project / "config" / "base.yaml").write_text("lake: data/lake\n")
    monkeypatch.setenv("WORKBENCH_PROJECT", str(project))
    assert PolarsParquetIOManager().lake.root.resolve() == (project / "data" / "lake").resolve()


def test_a_step_of_polars_imports_nothing_for_other_frames_checks_or_a_configuration(tmp_path: Path) -> None:
    code = """
import sys
import dagster as dg, polars as pl
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.sdk import bronze_asset, silver_asset

@bronze_asset
def rents(context):
    return pl.scan_parquet(f"{sys.argv[1]}/source.parquet")

@silver_asset
def dear(context, rents: pl.LazyFrame) -> pl.LazyFrame:
    return rents.filter(pl.col("rent") > 1000)

assert dg.materialize([rents, dear], resources={"io_manager": PolarsParquetIOManager(root=sys.argv[1])}).success
ours = [f"platform_core.{name}" for name in ("asset_checks.running", "config.models", "compute_kinds.prices")]
print([name for name in ("pandas", "duckdb", "pyarrow", "numpy", *ours) if name in sys.modules])
"""
    pl.DataFrame({"town": ["York Road", "Ada Khan"], "rent": [900, 1100]}).write_parquet(tmp_path / "source.parquet")
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
