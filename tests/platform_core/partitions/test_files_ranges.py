"""Partitions that files name, partitions along two dimensions, ranges, and the check that data is in its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from platform_core.errors import UsageError, UserError
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.partitions import (
    check_in_partition,
    daily_partitions,
    file_partitions,
    monthly_partitions,
    multi_partitions,
    partition_range,
    weekly_partitions,
)
from platform_core.partitions.ranges import parse_range
from platform_core.sdk import gold_asset, silver_asset

REGIONS = dg.StaticPartitionsDefinition(["London", "Leeds", "York"])


def test_files_name_partitions_and_hostile_names_none() -> None:
    issues = file_partitions("issues", "issues/{partition}.csv")
    names = ["issues/b.csv", "issues/a.csv", "issues/a.csv", "issues/.csv", "issues/..csv", "issues/x/y.csv"]
    names += ["other/a.csv", "issues/a.csv.bak", "issues/a\n.csv", "issues/.hidden.csv", "issues/../../etc/a.csv"]
    assert issues.keys(names) == ["a", "b"]
    assert issues.file("a") == "issues/a.csv"
    with pytest.raises(UserError, match="cannot be a partition key"):
        issues.file("../../etc/passwd")


def test_dagster_is_told_of_files_and_forgets_those_that_are_gone_only_when_asked() -> None:
    issues = file_partitions("issues", "{partition}.csv")
    with dg.DagsterInstance.ephemeral() as instance:
        assert issues.register(instance, ["a.csv", "b.csv"]) == ["a", "b"]
        assert issues.register(instance, ["b.csv", "c.csv"]) == ["c"]
        assert partition_range(issues.definition, instance=instance) == ["a", "b", "c"]
        assert issues.register(instance, ["b.csv"], forget_gone=True) == []
        assert issues.definition.get_partition_keys(dynamic_partitions_store=instance) == ["b"]


@pytest.mark.parametrize("pattern", ["a.csv", "{partition}/{partition}.csv", "*/{partition}.csv"])
def test_a_pattern_says_once_where_the_partition_stands(pattern: str) -> None:
    with pytest.raises(UserError, match="does not say where the partition stands"):
        file_partitions("issues", pattern)
    with pytest.raises(UserError, match="cannot name partitions"):
        file_partitions("is sues", "{partition}.csv")


def test_a_range_of_dates_takes_what_begins_in_it() -> None:
    now = datetime(2025, 2, 1, 12, tzinfo=UTC)
    days, weeks = daily_partitions("2025-01-01"), weekly_partitions("2025-01-01")
    assert len(partition_range(days, "2025-01-10", "2025-01-20", now=now)) == 11
    assert partition_range(days, "2025-01-30", now=now) == ["2025-01-30", "2025-01-31"]
    assert partition_range(days, None, "2025-01-02", now=now) == ["2025-01-01", "2025-01-02"]
    assert partition_range(weeks, "2025-01-08", "2025-01-22", now=now) == ["2025-01-13", "2025-01-20"]
    with pytest.raises(UserError, match="wrong way round"):
        partition_range(days, "2025-01-20", "2025-01-10", now=now)
    with pytest.raises(UserError, match="No partition lies from 2026-01-01") as caught:
        partition_range(days, "2026-01-01", now=now)
    assert caught.value.hint == "There are those from 2025-01-01 to 2025-01-31."
    with pytest.raises(UserError, match="'June' is not a date"):
        partition_range(days, "June", now=now)


def test_a_range_of_values_goes_by_their_order() -> None:
    assert partition_range(REGIONS, "Leeds") == ["Leeds", "York"]
    with pytest.raises(UserError, match="wrong way round"):
        partition_range(REGIONS, "York", "London")
    with pytest.raises(UserError, match="There is no partition 'Yrk'") as caught:
        partition_range(REGIONS, "Yrk")
    assert "York" in str(caught.value.hint)
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(UserError, match="No partition lies"):
        partition_range(dg.DynamicPartitionsDefinition(name="none"), instance=instance)


def test_a_range_along_two_dimensions_is_a_box() -> None:
    both = multi_partitions(day=daily_partitions("2025-01-01", "2025-01-05"), region=REGIONS)
    assert partition_range(both, "2025-01-02|Leeds", "2025-01-03|York") == [
        "2025-01-02|Leeds",
        "2025-01-02|York",
        "2025-01-03|Leeds",
        "2025-01-03|York",
    ]
    assert len(partition_range(both)) == 12
    with pytest.raises(UserError, match="is no key of these partitions"):
        partition_range(both, "2025-01-02")


def test_partitions_have_two_dimensions_or_none() -> None:
    days = daily_partitions("2025-01-01", "2025-01-02")
    files = file_partitions("arrived", "{partition}.csv")
    assert multi_partitions(day=days, file=files).partition_dimension_names == ["day", "file"]
    with pytest.raises(UserError, match="along 1 dimensions"):
        multi_partitions(day=days)
    with pytest.raises(UserError, match="has two dimensions itself"):
        multi_partitions(day=days, both=multi_partitions(day=days, region=REGIONS))
    with pytest.raises(UserError, match=r"The key 'a\|b' of 'region' cannot be one of two dimensions"):
        multi_partitions(day=days, region=dg.StaticPartitionsDefinition(["a", "a|b"]))
    turned = multi_partitions(y=dg.StaticPartitionsDefinition(["a"]), x=days)
    assert turned.get_partition_keys() == ["2025-01-01|a"], "the names' order, whichever was written first"


def test_ranges_are_written_with_two_dots() -> None:
    assert parse_range("a..b") == ("a", "b")
    assert parse_range("..b") == ("", "b")
    assert parse_range("2025-01-01|London..") == ("2025-01-01|London", "")
    assert parse_range("2025.01") is None


# --- data lies inside its partition


def test_values_are_compared_with_the_key_as_text() -> None:
    years = dg.StaticPartitionsDefinition(["2024", "2025"])
    frame = pl.DataFrame({"year": [2024, 2025, None], "on": [date(2024, 1, 1)] * 3, "x": [1.5] * 3})
    check = check_in_partition("year", of=years, partition="2024")
    outcome = check.run(frame)
    assert (outcome.name, outcome.failed_count, outcome.sample["year"].to_list()) == ("in_partition_year", 1, [2025])
    for column in ("x", "absent"):
        refused = check_in_partition(column, of=years, partition="2024").run(frame)
        assert not refused.passed
    dates = dg.StaticPartitionsDefinition(["2024-01-01"])
    assert check_in_partition("on", of=dates, partition="2024-01-01").run(frame).passed
    assert not check_in_partition("x", of=daily_partitions("2024-01-01"), partition="2024-01-01").run(frame).passed


def test_a_date_is_too_coarse_for_parts_of_a_day() -> None:
    hours = dg.HourlyPartitionsDefinition("2025-01-01-00:00")
    check = check_in_partition("d", of=hours, partition="2025-01-01-05:00")
    assert "parts of a day" in check.run(pl.DataFrame({"d": [date(2025, 1, 1)]})).description
    assert check.run(pl.DataFrame({"d": [datetime(2025, 1, 1, 5, 30)]})).passed


def test_a_check_that_knows_no_partition_says_what_it_needs() -> None:
    with pytest.raises(UsageError, match="does not know the partition"):
        check_in_partition("d").run(pl.DataFrame({"d": [1]}))
    with pytest.raises(UsageError, match="needs a column"):
        check_in_partition({})
    days = daily_partitions("2025-01-01")
    with pytest.raises(UsageError, match="'oops' is no key of these partitions"):
        check_in_partition("d", of=days, partition="oops").run(pl.DataFrame({"d": ["2025-01-01"]}))
    pattern = pl.DataFrame({"^d$": ["2025-01-01"], "d": ["x"]})
    assert check_in_partition("^d$", of=days, partition="2025-01-01").run(pattern).passed, "a name is no pattern"

    def whole(context):
        return pl.LazyFrame()

    with pytest.raises(UsageError, match="needs partitions"):
        silver_asset(data_quality_checks=[check_in_partition("d")])(whole)

    both = multi_partitions(day=daily_partitions("2025-01-01"), region=REGIONS)
    for column, match in (("d", "two dimensions"), ({"town": "d"}, "no dimension 'town'")):
        with pytest.raises(UsageError, match=match):
            silver_asset(name="x", partitions_def=both, data_quality_checks=[check_in_partition(column)])(whole)
    with pytest.raises(UsageError, match="no dimension 'day'"):
        check_in_partition({"day": "d"}, of=REGIONS, partition="York").run(pl.DataFrame({"d": [1]}))


def test_an_asset_along_two_dimensions_is_checked_stored_and_read_whole(tmp_path: Path) -> None:
    both = multi_partitions(day=daily_partitions("2025-01-01", "2025-01-03"), region=REGIONS)

    @silver_asset(
        partitions_def=both,
        data_quality_checks=[check_in_partition({"day": "decided_on", "region": "region"})],
    )
    def decided(context) -> pl.LazyFrame:
        key = context.partition_key.keys_by_dimension
        # Leeds takes a decision of the day after into its own partition
        days = [date.fromisoformat(key["day"])] + ([date(2025, 1, 3)] if key["region"] == "Leeds" else [])
        return pl.LazyFrame({"decided_on": days, "region": key["region"]})

    @gold_asset
    def counted(context, decided: pl.LazyFrame) -> pl.LazyFrame:
        return decided.select(pl.len())

    resources = {"io_manager": PolarsParquetIOManager(root=str(tmp_path))}

    def run(key: str) -> bool:
        result = dg.materialize([decided], partition_key=key, resources=resources, raise_on_error=False)
        (evaluated,) = result.get_asset_check_evaluations()
        assert evaluated.passed == result.success
        return result.success

    wanted = partition_range(both, "2025-01-01|London", "2025-01-02|Leeds")
    assert {key: run(key) for key in wanted} == {
        "2025-01-01|London": True,
        "2025-01-01|Leeds": False,
        "2025-01-02|London": True,
        "2025-01-02|Leeds": False,
    }
    assert dg.materialize([decided, counted], selection=[counted], resources=resources).success
    assert pl.read_parquet(tmp_path / "gold" / "counted.parquet").item() == 6


def test_a_month_holds_its_days(tmp_path: Path) -> None:
    months = monthly_partitions("2024-02-01", "2024-04-01")
    check = check_in_partition("d", of=months, partition="2024-02-01")
    days = pl.date_range(date(2024, 1, 31), date(2024, 3, 1), eager=True).alias("d")
    assert check.run(days.to_frame()).sample["d"].to_list() == [date(2024, 1, 31), date(2024, 3, 1)]
