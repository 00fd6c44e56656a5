"""Every hard frame through Dagster: made by one asset, stored, and given to the next in the kind that it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd  # noqa: TC002 - the platform resolves the annotations of an asset at run time
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from platform_core.io_managers import PolarsParquetIOManager
from platform_core.partitions import static_partitions
from platform_core.sdk import bronze_asset, gold_asset, load_asset, silver_asset
from tests.platform_core.frame_cases import DUCKDB, PANDAS, POLARS, assert_same


def passed_on(frames: Mapping[str, Any], kind: str, lake: Path) -> dict[str, Any]:
    """Give what one asset downstream gets of all frames, each made by an asset of its own."""
    names = [f"frame_{place}" for place in range(len(frames))]
    got: dict[str, Any] = {}

    @dg.multi_asset(outs={name: dg.AssetOut() for name in names})
    def make() -> Iterator[dg.Output[Any]]:
        for name, frame in zip(names, frames.values(), strict=True):
            yield dg.Output(frame, output_name=name)

    @dg.asset(name="taker", ins={name: dg.AssetIn(metadata={"workbench/kind": kind}) for name in names})
    def take(**given: Any) -> pl.DataFrame:
        got.update({case: given[name] for case, name in zip(frames, names, strict=True)})
        return pl.DataFrame({"n": [len(given)]})

    manager = PolarsParquetIOManager(root=str(lake))
    assert dg.materialize([make, take], resources={"io_manager": manager}).success
    return got


def test_pandas_frames_reach_the_next_asset_the_same(tmp_path: Path) -> None:
    got = passed_on(PANDAS, "pandas", tmp_path)
    for case, frame in PANDAS.items():
        assert_same(got[case], frame)


def test_polars_frames_reach_the_next_asset_the_same(tmp_path: Path) -> None:
    lazy = passed_on(POLARS, "lazy", tmp_path / "lazy")
    for case, frame in POLARS.items():
        assert_frame_equal(lazy[case].collect(), frame)
        assert lazy[case].collect_schema() == frame.schema


def test_duckdb_relations_reach_the_next_asset_with_their_types(tmp_path: Path) -> None:
    relations: dict[str, Any] = {case: duckdb.sql(query) for case, query in DUCKDB.items()}
    got = passed_on(relations, "duckdb", tmp_path)
    for case, relation in relations.items():
        assert list(map(str, got[case].types)) == list(map(str, relation.types))
        assert got[case].fetchall() == relation.fetchall()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "odp"\n[tool.workbench]\npackage = "odp"\n')
    (tmp_path / "config").mkdir()
    listed(tmp_path, "a", "b", "c")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listed(project: Path, *keys: str) -> None:
    (project / "config/base.yaml").write_text(f"lake: data/lake\npartitions:\n  days: [{', '.join(keys)}]\n")


def materialise(*keys: str) -> Any:
    @bronze_asset(name="raw", partitions_def=static_partitions("days"))
    def raw(context: dg.AssetExecutionContext) -> pl.DataFrame:
        return pl.DataFrame({"day": [context.partition_key]})

    @silver_asset(name="by_day", partitions_def=static_partitions("days"))
    def by_day(context: dg.AssetExecutionContext, raw: pd.DataFrame) -> pd.DataFrame:
        return raw.set_index("day", drop=False)

    @gold_asset(name="whole")
    def whole(context: dg.AssetExecutionContext, raw: pl.LazyFrame, by_day: pd.DataFrame) -> pl.LazyFrame:
        assert by_day["day"].tolist() == list(by_day.index) == raw.collect()["day"].to_list()
        return raw

    resources = {"io_manager": PolarsParquetIOManager()}
    for key in keys:
        assert dg.materialize([raw, by_day], partition_key=key, resources=resources).success
    assert dg.materialize([raw, by_day, whole], selection=[whole], resources=resources).success
    return load_asset("whole", as_="polars")["day"].to_list()


def test_a_partition_taken_out_of_the_yaml_is_read_by_nobody_though_its_file_stays(project: Path) -> None:
    assert materialise("a", "b", "c") == ["a", "b", "c"]
    listed(project, "a", "c")
    assert (project / "data/lake/bronze/raw/b.parquet").exists()
    for as_ in ("lazy", "polars", "pandas", "duckdb"):
        frame: Any = load_asset("raw", as_=as_)
        days = frame.collect() if as_ == "lazy" else frame.pl() if as_ == "duckdb" else frame
        assert list(days["day"]) == ["a", "c"]
    assert materialise() == ["a", "c"]
    assert load_asset("raw", as_="polars", partition="b")["day"].to_list() == ["b"]


def test_a_partition_that_is_listed_and_not_stored_yet_is_left_out_by_both(project: Path) -> None:
    assert materialise("a", "b") == ["a", "b"]
    listed(project, "a", "b", "d")
    assert load_asset("raw", as_="polars")["day"].to_list() == ["a", "b"]
    assert materialise() == ["a", "b"]


def test_where_nothing_that_is_stored_is_listed_both_say_so(project: Path) -> None:
    assert materialise("a") == ["a"]
    listed(project, "y", "z")
    with pytest.raises(Exception, match="no data for any of its partitions"):
        load_asset("raw")
    with pytest.raises(Exception, match="no data for any of its partitions"):
        materialise()


def test_a_list_that_the_yaml_holds_no_more_hides_nothing(project: Path) -> None:
    assert materialise("a", "b") == ["a", "b"]
    (project / "config/base.yaml").write_text("lake: data/lake\n")
    assert load_asset("raw", as_="polars")["day"].to_list() == ["a", "b"]
