"""Reading assets and resources by name."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
import polars as pl
import pytest

from platform_core.errors import UsageError, UserError
from platform_core.lake import Lake
from platform_core.resources import FilesResource
from platform_core.sdk.loading import freshness, load_asset, overrides, resource

RENTS = pl.DataFrame({"rent": [900, 1100]})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.workbench]\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "base.yaml").write_text(
        "resources:\n  odp: {type: files, root: config}\n  broken: {type: nothing}\n"
    )
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


@pytest.fixture
def lake(project: Path) -> Lake:
    lake = Lake(project / "data" / "lake")
    lake.write("silver", "rents", RENTS)
    for key in ("2025-01", "2025-02"):
        lake.write("bronze", "raw_rents", RENTS.with_columns(month=pl.lit(key)), partition=key)
    return lake


@pytest.mark.usefixtures("lake")
class TestLoadAsset:
    @pytest.mark.parametrize(
        ("kind", "frame"),
        [
            ("lazy", pl.LazyFrame),
            ("polars", pl.DataFrame),
            ("pandas", pd.DataFrame),
            ("duckdb", duckdb.DuckDBPyRelation),
        ],
    )
    def test_it_comes_in_the_kind_asked_for(self, kind: Any, frame: type) -> None:
        assert isinstance(load_asset("rents", as_=kind), frame)
        assert isinstance(load_asset("rents"), pl.LazyFrame)

    def test_partitions_come_as_one_or_one_by_one(self) -> None:
        assert load_asset("raw_rents").collect().height == 4
        assert load_asset("raw_rents", "polars", partition="2025-02")["month"].unique().to_list() == ["2025-02"]
        with pytest.raises(UserError, match="2025-03"):
            load_asset("raw_rents", partition="2025-03")

    def test_a_key_may_be_a_number(self, lake: Lake) -> None:
        lake.write("bronze", "by_year", RENTS, partition="2025")
        assert load_asset("by_year", "polars", partition=2025).height == RENTS.height

    def test_one_that_was_not_made_is_an_error_that_says_how(self) -> None:
        with pytest.raises(UserError) as caught:
            load_asset("rentz")
        assert caught.value.message == "The asset 'rentz' has not been materialised."
        assert caught.value.hint == "Did you mean 'rents'? Else run `workbench materialize rentz`."
        with pytest.raises(UserError, match=r"hint: Run `workbench materialize zzz`\."):
            load_asset("zzz")

    def test_no_such_kind_is_refused(self) -> None:
        with pytest.raises(UsageError, match="Did you mean 'pandas'"):
            load_asset("rents", as_="panda")  # type: ignore[arg-type] # a wrong call


@pytest.mark.usefixtures("project")
def test_a_project_that_made_nothing_says_so() -> None:
    with pytest.raises(UserError, match=r"Run `workbench materialize rents`"):
        load_asset("rents")


@pytest.mark.usefixtures("project")
class TestResource:
    def test_it_is_the_configured_one(self) -> None:
        odp = resource("odp")
        assert isinstance(odp, FilesResource)
        assert odp.path("base.yaml").is_file()

    def test_an_unknown_one_is_an_error_with_its_file(self, project: Path) -> None:
        with pytest.raises(UserError, match="Did you mean 'odp'") as caught:
            resource("opd")
        assert caught.value.location == "config/base.yaml:1"
        (project / "config" / "base.yaml").write_text("")
        with pytest.raises(UserError, match="Add it under `resources:`"):
            resource("odp")

    def test_one_of_an_unknown_type_is_an_error(self) -> None:
        with pytest.raises(UserError, match="type 'nothing'"):
            resource("broken")


class TestOverrides:
    def test_supplied_objects_are_given_and_frames_converted(self) -> None:
        source = object()
        with overrides(assets={"rents": RENTS}, resources={"odp": source}):
            assert isinstance(load_asset("rents"), pl.LazyFrame)
            assert isinstance(load_asset("rents", "pandas", partition="any"), pd.DataFrame)
            assert resource("odp") is source

    @pytest.mark.usefixtures("lake")
    def test_blocks_nest_and_end(self) -> None:
        def read_and_fail() -> None:
            with overrides(assets={"rents": RENTS.clear()}):
                assert load_asset("rents", "polars").height == 0
                assert load_asset("other", "polars").height == 2
                raise ValueError("inside")

        with overrides(assets={"rents": RENTS.head(1), "other": RENTS}):
            with pytest.raises(ValueError, match="inside"):
                read_and_fail()
            assert load_asset("rents", "polars").height == 1
        assert load_asset("rents", "polars").height == 2

    @pytest.mark.usefixtures("lake")
    def test_another_thread_sees_nothing_of_it(self) -> None:
        heights = []
        with overrides(assets={"rents": RENTS.clear()}):
            thread = threading.Thread(target=lambda: heights.append(load_asset("rents", "polars").height))
            thread.start()
            thread.join()
            heights.append(load_asset("rents", "polars").height)
        assert heights == [2, 0]


class TestFreshness:
    def test_it_is_dagsters_present_policy(self) -> None:
        policy = freshness(maximum_lag_minutes=60, cron_schedule="0 * * * *")
        assert policy == dg.FreshnessPolicy.cron(deadline_cron="0 * * * *", lower_bound_delta=timedelta(hours=1))
        assert freshness(maximum_lag_minutes=90) == dg.FreshnessPolicy.time_window(fail_window=timedelta(minutes=90))

    def test_an_asset_takes_it_with_partitions_too(self) -> None:
        days = dg.DailyPartitionsDefinition("2025-01-01")

        @dg.asset(partitions_def=days, freshness_policy=freshness(maximum_lag_minutes=60, cron_schedule="0 * * * *"))
        def daily_fees() -> None: ...

        assert dg.Definitions(assets=[daily_fees]).resolve_asset_graph()

    @pytest.mark.parametrize(
        "arguments",
        [
            {"maximum_lag_minutes": 0},
            {"maximum_lag_minutes": 1e12},
            {"maximum_lag_minutes": 5, "cron_schedule": "hourly"},
            {"maximum_lag_minutes": 61, "cron_schedule": "0 * * * *"},
        ],
    )
    def test_what_cannot_be_is_refused(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(UsageError, match="fresh"):
            freshness(**arguments)
