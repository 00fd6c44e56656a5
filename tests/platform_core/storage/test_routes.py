"""A project that keeps each layer elsewhere: assets, notebooks and commands read all by the same call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from platform_core.config import load_config
from platform_core.errors import UserError
from platform_core.io_managers import ProjectIOManager
from platform_core.lake import Lake
from platform_core.sdk import bronze_asset, gold_asset, load_asset, silver_asset
from platform_core.storage.delta_tables import DeltaTables
from platform_core.storage.duckdb_tables import DuckDBTables
from platform_core.storage.objects import ObjectLake
from platform_core.storage.routes import Routes, storage_of
from tests.platform_core.buckets import bucket


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: str) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.workbench]\n")
    (tmp_path / "config" / "base.yaml").write_text(
        f"""
resources:
  planning: {{type: s3, bucket_name: {bucket().text("bucket_name")}}}
io:
  kind: parquet
  layers:
    silver: {{kind: parquet, store: planning, prefix: shared}}
    gold: duckdb
  assets:
    history: {{kind: delta, mode: append}}
"""
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@bronze_asset(name="raw")
def raw(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    return pl.LazyFrame({"n": [1, 2]})


@silver_asset(name="clean")
def clean(context: dg.AssetExecutionContext, raw: pl.LazyFrame) -> pl.LazyFrame:
    return raw.filter(pl.col("n") > 1)


@silver_asset(name="history")
def history(context: dg.AssetExecutionContext, clean: pl.DataFrame) -> pl.DataFrame:
    return clean


@gold_asset(name="total")
def total(context: dg.AssetExecutionContext, clean: pl.LazyFrame, history: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat([clean, history]).sum()


def run() -> bool:
    manager = ProjectIOManager.of(load_config())
    return dg.materialize([raw, clean, history, total], resources={"io_manager": manager}).success


def test_every_asset_is_kept_where_the_configuration_says(project: Path) -> None:
    assert run()
    assert run()
    storage = storage_of(load_config())
    assert isinstance(storage, Routes)
    kinds = [type(storage.of(*one)) for one in (("bronze", "raw"), ("silver", "clean"), ("gold", "total"))]
    assert kinds == [Lake, ObjectLake, DuckDBTables]
    assert isinstance(storage.of("silver", "history"), DeltaTables)
    assert (project / "data/lake/bronze/raw.parquet").exists()
    assert (project / "data/assets.duckdb").exists()
    assert (project / "data/delta/silver/history/_delta_log").is_dir()
    assert storage.names() == ["clean", "history", "raw", "total"]


def test_a_notebook_reads_them_all_by_the_same_call(project: Path) -> None:
    assert run()
    assert load_asset("raw").collect()["n"].to_list() == [1, 2]
    assert load_asset("clean", as_="polars")["n"].to_list() == [2]
    assert load_asset("history", as_="pandas")["n"].to_list() == [2]
    assert load_asset("total", as_="duckdb").fetchall() == [(4,)]
    with pytest.raises(UserError, match="'claen' has not been materialised") as caught:
        load_asset("claen")
    assert "'clean'" in (caught.value.hint or "")


def test_data_of_before_the_configuration_changed_is_not_read(project: Path) -> None:
    Lake(project / "data" / "lake").write("gold", "total", pl.DataFrame({"n": [999]}))
    assert storage_of(load_config()).find("total") is None
    assert run()
    assert load_asset("total", as_="polars").item() == 4


def test_the_scratch_lake_of_a_verification_goes_before_all(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verification must never write where the project keeps its data."""
    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path / "scratch"))
    assert run()
    assert storage_of(load_config()) == Lake(tmp_path / "scratch")
    assert sorted(path.stem for path in (tmp_path / "scratch").rglob("*.parquet")) == [
        "clean",
        "history",
        "raw",
        "total",
    ]
    assert not (project / "data" / "assets.duckdb").exists()
    assert load_asset("total", as_="polars").item() == 4


def test_where_nothing_is_said_the_lake_is_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.workbench]\n")
    assert storage_of(load_config(tmp_path)) == Lake(tmp_path / "data" / "lake")


def test_partitions_as_hive_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.workbench]\n")
    (tmp_path / "config" / "base.yaml").write_text("io: {hive: day}\n")
    storage: Any = storage_of(load_config(tmp_path))
    for key in ("2025-01-22", "a:b"):
        storage.write("bronze", "odp", pl.DataFrame({"n": [len(key)]}), key)
    assert (tmp_path / "data/lake/bronze/odp/day=2025-01-22/data.parquet").exists()
    assert list(storage.find("odp").partitions) == ["2025-01-22", "a:b"]
    assert storage.read("odp", "polars")["n"].to_list() == [10, 3]
    (tmp_path / "data/lake/bronze/odp/day=2025-01-23").mkdir()  # of a writer that has only begun, or was killed then
    (tmp_path / "data/lake/bronze/new/day=2025-01-23").mkdir(parents=True)
    assert storage.read("odp", "polars")["n"].to_list() == [10, 3]
    assert storage.find("new") is None
    others = pl.scan_parquet(tmp_path / "data/lake/bronze/odp", hive_partitioning=True).sort("n").collect()
    assert others.rows() == [(3, "a:b"), (10, "2025-01-22")]
