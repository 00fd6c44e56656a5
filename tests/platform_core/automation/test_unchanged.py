"""A step whose code and inputs did not change is not run again, whatever else happened meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd  # noqa: TC002 - annotations of assets are read at run time
import polars as pl
import pytest

from platform_core.asset_checks import check_no_nulls
from platform_core.automation.unchanged import FORCE_TAG
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.metadata import versions
from platform_core.metadata.versions import file_version, note_of
from platform_core.resources import FilesResource
from platform_core.sdk import bronze_asset, gold_asset, silver_asset

RAN: list[str] = []
GIVEN = {"rows": [1, 2, 3], "limit": 2}


class Limit(dg.Config):
    """How many rows a step takes."""

    most: int = 10


@bronze_asset
def raw(context) -> pl.LazyFrame:
    RAN.append("raw")
    return pl.LazyFrame({"n": GIVEN["rows"]})


@silver_asset(data_quality_checks=[check_no_nulls("n")])
def clean(context, config: Limit, raw: pl.LazyFrame) -> pl.LazyFrame:
    RAN.append("clean")
    return raw.filter(pl.col("n") > 1).head(config.most)


@gold_asset
def total(context, clean: pd.DataFrame) -> pd.DataFrame:
    RAN.append("total")
    return clean.sum().to_frame("total")


ASSETS = [raw, clean, total]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    RAN.clear()
    GIVEN["rows"] = [1, 2, 3]
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def run(instance: dg.DagsterInstance, lake: Path, assets: Any = None, **options: Any) -> tuple[list[str], Any]:
    """Materialise, and give which functions ran and the result."""
    RAN.clear()
    resources = {"io_manager": PolarsParquetIOManager(root=str(lake)), "files": FilesResource(root=str(lake))}
    result = dg.materialize(assets or ASSETS, instance=instance, resources=resources, **options)
    return list(RAN), result


def told(result: Any, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    (event,) = result.asset_materializations_for_node(name)
    return dict(event.metadata), dict(event.tags or {})


def test_a_second_run_harvests_and_leaves_the_rest_alone_and_says_so(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    assert run(instance, tmp_path)[0] == ["raw", "clean", "total"]
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    ran, result = run(instance, tmp_path)
    assert ran == ["raw"]
    metadata, tags = told(result, "clean")
    assert metadata["workbench/unchanged"].value.startswith("Not made again: code and inputs are those of the run ")
    assert metadata["dagster/row_count"].value == 2
    path = tmp_path / "silver" / "clean.parquet"
    assert tags["dagster/data_version"] == file_version(path)
    assert {p: p.stat().st_mtime_ns for p in before} == before | {
        tmp_path / "bronze" / "raw.parquet": (tmp_path / "bronze" / "raw.parquet").stat().st_mtime_ns
    }
    assert result.get_asset_check_evaluations()[0].passed
    # A run that was left alone is followed by another
    assert run(instance, tmp_path)[0] == ["raw"]
    assert "workbench/unchanged" not in told(run(instance, tmp_path)[1], "raw")[0]


def test_a_step_runs_where_the_records_of_earlier_runs_cannot_be_read(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(instance, tmp_path)

    def away(*_: Any, **__: Any) -> None:
        raise ConnectionError("the database is being started again")

    monkeypatch.setattr(instance, "fetch_materializations", away)
    assert run(instance, tmp_path)[0] == ["raw", "clean", "total"]


def test_new_data_is_followed_only_as_far_as_it_makes_a_difference(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    run(instance, tmp_path)
    GIVEN["rows"] = [0, 2, 3]  # the filter gives the same
    assert run(instance, tmp_path)[0] == ["raw", "clean"]
    GIVEN["rows"] = [0, 2, 4]
    assert run(instance, tmp_path)[0] == ["raw", "clean", "total"]


def test_other_code_or_configuration_runs_again(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run(instance, tmp_path)
    config = {"ops": {"clean": {"config": {"most": 1}}}}
    assert run(instance, tmp_path, run_config=config)[0] == ["raw", "clean", "total"]
    assert run(instance, tmp_path, run_config=config)[0] == ["raw"]

    @gold_asset(name="total")
    def other(context, clean: pd.DataFrame) -> pd.DataFrame:
        RAN.append("other")
        return clean.max().to_frame("total")

    assert run(instance, tmp_path, [raw, clean, other], run_config=config)[0] == ["raw", "other"]
    assert run(instance, tmp_path, [raw, clean, other], run_config=config)[0] == ["raw"]


def test_edited_code_runs_though_its_version_stays(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    def made(limit: int) -> Any:
        @gold_asset(name="total", code_version="1")
        def edited(context, clean: pd.DataFrame) -> pd.DataFrame:
            RAN.append("total")
            return clean[clean["n"] > limit]

        return edited

    before, again, after = made(2), made(2), made(1)
    assert run(instance, tmp_path, [raw, clean, before])[0] == ["raw", "clean", "total"]
    assert run(instance, tmp_path, [raw, clean, again])[0] == ["raw"]
    assert run(instance, tmp_path, [raw, clean, after])[0] == ["raw", "total"]


def test_a_bronze_step_that_takes_an_asset_reads_its_source_every_time(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    @bronze_asset
    def beside(context, raw: pl.LazyFrame) -> pl.LazyFrame:
        RAN.append("beside")
        return raw.with_columns(pl.lit(GIVEN["limit"]).alias("limit"))

    for _ in range(2):
        assert run(instance, tmp_path, [raw, beside])[0] == ["raw", "beside"]


def test_what_is_stored_counts_and_not_what_dagster_remembers(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run(instance, tmp_path)
    (tmp_path / "gold" / "total.parquet").unlink()
    assert run(instance, tmp_path)[0] == ["raw", "total"]
    pl.DataFrame({"total": [99]}).write_parquet(tmp_path / "gold" / "total.parquet")  # somebody else's
    assert run(instance, tmp_path)[0] == ["raw", "total"]
    pl.DataFrame({"n": [7]}).write_parquet(tmp_path / "silver" / "clean.parquet")  # an input, behind Dagster's back
    assert run(instance, tmp_path, selection=[total])[0] == ["total"]
    assert pl.read_parquet(tmp_path / "gold" / "total.parquet")["total"].to_list() == [7]


def test_a_run_may_be_forced_and_an_asset_never_left_alone(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    @silver_asset(cache=False)
    def today(context, raw: pl.LazyFrame) -> pl.LazyFrame:
        RAN.append("today")
        return raw

    @silver_asset
    def sourced(context, raw: pl.LazyFrame, files: FilesResource) -> pl.LazyFrame:
        RAN.append("sourced")
        return raw

    run(instance, tmp_path, [*ASSETS, today, sourced])
    ran, _ = run(instance, tmp_path, [*ASSETS, today, sourced])
    assert sorted(ran) == ["raw", "sourced", "today"]
    assert run(instance, tmp_path, tags={FORCE_TAG: "true"})[0] == ["raw", "clean", "total"]


def test_another_io_manager_is_never_left_alone(instance: dg.DagsterInstance) -> None:
    resources = {"io_manager": dg.mem_io_manager}
    for _ in range(2):
        RAN.clear()
        dg.materialize(ASSETS, instance=instance, resources=resources)
        assert RAN == ["raw", "clean", "total"]


def test_a_failed_check_fails_again_though_nothing_is_made_again(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    @silver_asset(name="clean", data_quality_checks=[check_no_nulls("n")])
    def holed(context, raw: pl.LazyFrame) -> pl.LazyFrame:
        RAN.append("clean")
        return raw.select(pl.lit(None, pl.Int64).alias("n"))

    for expected in (["raw", "clean"], ["raw"]):
        ran, result = run(instance, tmp_path, [raw, holed, total], raise_on_error=False)
        assert ran == expected
        assert not result.success
        assert not result.get_asset_check_evaluations()[0].passed


def test_partitions_are_left_alone_one_by_one(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    years = dg.StaticPartitionsDefinition(["2024", "2025"])
    numbers = {"2024": 1, "2025": 2}

    @bronze_asset(partitions_def=years)
    def by_year(context) -> pl.LazyFrame:
        return pl.LazyFrame({"n": [numbers[context.partition_key]]})

    @silver_asset(partitions_def=years)
    def same(context, by_year: pl.LazyFrame) -> pl.LazyFrame:
        RAN.append(context.partition_key)
        return by_year

    @gold_asset
    def together(context, same: pl.LazyFrame) -> pl.LazyFrame:
        RAN.append("together")
        return same.sum()

    def every() -> list[str]:
        ran = []
        for key in ("2024", "2025"):
            ran += run(instance, tmp_path, [by_year, same], partition_key=key)[0]
        return ran + run(instance, tmp_path, [by_year, same, together], selection=[together])[0]

    assert every() == ["2024", "2025", "together"]
    assert every() == []
    numbers["2025"] = 3
    assert every() == ["2025", "together"]
    assert pl.read_parquet(tmp_path / "gold" / "together.parquet").item() == 4


def test_the_same_data_has_the_same_version_and_dagster_knows_it(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    _, first = run(instance, tmp_path)
    _, second = run(instance, tmp_path)
    versions = [told(result, "raw")[1]["dagster/data_version"] for result in (first, second)]
    assert versions[0] == versions[1]
    assert told(second, "clean")[1]["dagster/input_data_version/raw"] == versions[0]
    GIVEN["rows"] = [5]
    _, third = run(instance, tmp_path, selection=[raw])
    assert told(third, "raw")[1]["dagster/data_version"] != versions[0]


def test_a_file_that_is_changed_in_place_at_the_same_time_has_another_version(tmp_path: Path) -> None:
    path = tmp_path / "rents.parquet"
    path.write_bytes(b"900")
    first, before = file_version(path), path.stat()
    with path.open("r+b") as stream:
        stream.write(b"901")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert file_version(path) != first


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Let every file have settled, and give the files that are digested, each time that they are."""
    read: list[Path] = []
    digest = versions._digest

    def noting(stream: Any) -> str:
        read.append(Path(stream.name))
        return digest(stream)

    monkeypatch.setattr(versions, "_SETTLED", -1)
    monkeypatch.setattr(versions, "_digest", noting)
    monkeypatch.setattr(versions, "_digests", {})
    return read


def test_a_large_file_is_digested_once_whichever_process_asks(tmp_path: Path, settled: list[Path]) -> None:
    large, small = tmp_path / "rents.parquet", tmp_path / "few.parquet"
    large.write_bytes(b"900 " * (1 << 18))
    small.write_bytes(b"900")
    told = [file_version(large), file_version(small)]
    for again in (2, 3):
        versions._digests.clear()  # as another process begins
        assert [file_version(large), file_version(small)] == told
        assert (settled.count(large), settled.count(small)) == (1, again)
    assert [path.name for path in tmp_path.rglob("*.version")] == ["rents.version"]
    before = large.stat()
    with large.open("r+b") as stream:
        stream.write(b"901")
    os.utime(large, ns=(before.st_atime_ns, before.st_mtime_ns))
    versions._digests.clear()
    if large.stat().st_ctime_ns != before.st_ctime_ns:  # else it had not settled
        assert file_version(large) != told[0]


def test_a_note_that_is_not_whole_or_cannot_be_written_counts_for_nothing(tmp_path: Path, settled: list[Path]) -> None:
    path = tmp_path / "rents.parquet"
    path.write_bytes(b"900 " * (1 << 18))
    told = file_version(path)
    whole = note_of(path).read_text()
    for left in ("", whole[:-1], whole + "0", whole[:-32] + "\0" * 32, "\0" * len(whole), "9" + whole[1:], "é"):
        note_of(path).write_text(left)
        settled.clear()
        versions._digests.clear()
        assert file_version(path) == told
        assert settled == [path], left
        assert note_of(path).read_text() == whole
    note_of(path).unlink()
    note_of(path).parent.rmdir()
    note_of(path).parent.touch()  # where no folder can be
    versions._digests.clear()
    assert file_version(path) == told


def test_what_changed_a_moment_ago_is_not_noted(tmp_path: Path) -> None:
    path = tmp_path / "rents.parquet"
    path.write_bytes(b"900 " * (1 << 18))
    file_version(path)
    assert not note_of(path).exists()


def test_a_new_masking_key_makes_what_an_older_one_masked_anew(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @silver_asset(masking={"n": "hash"})
    def masked(context, raw: pl.LazyFrame) -> pl.LazyFrame:
        RAN.append("masked")
        return raw

    keys = [("1:" + "a1" * 16, True), ("1:" + "a1" * 16, False), ("2:" + "a1" * 16, True), ("3:" + "b2" * 16, True)]
    for secret, ran in keys:
        monkeypatch.setenv("WORKBENCH_MASKING_KEY", secret)
        assert ("masked" in run(instance, tmp_path, [raw, masked])[0]) is ran
    assert pl.read_parquet(tmp_path / "silver" / "masked.parquet")["n"][0].startswith("v3:")
