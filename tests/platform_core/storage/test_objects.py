"""Assets in object stores: every kind, partitions, versions, writers at once, failing plans, kills."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from platform_core.errors import UserError
from platform_core.frames import KINDS, FrameKind, kind_of, to_polars
from platform_core.io_managers import PolarsParquetIOManager
from platform_core.resources import S3Resource
from platform_core.sdk import bronze_asset, gold_asset, silver_asset
from platform_core.storage.objects import ObjectLake
from tests.platform_core import writers
from tests.platform_core.buckets import CLOUDS, bucket, bucket_of
from tests.platform_core.disks import full_after
from tests.platform_core.kills import kill_writers

FRAME = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"], "fee": [1.5, None, -0.0]})
WRITERS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "lazy": lambda frame: frame.lazy(),
    "polars": lambda frame: frame,
    "pandas": lambda frame: frame.to_pandas(),
    "duckdb": lambda frame: duckdb.from_arrow(frame.to_arrow()),
    "arrow": lambda frame: frame.to_arrow(),
    "reader": lambda frame: frame.to_arrow().to_reader(),
}


in_every_cloud = pytest.mark.parametrize("lake", CLOUDS, indirect=True)


@pytest.fixture
def lake(request: pytest.FixtureRequest) -> ObjectLake:
    return ObjectLake(bucket_of(getattr(request, "param", "s3"), request))


def keys(lake: ObjectLake) -> list[str]:
    return lake.store.list_objects()


def unfinished(lake: ObjectLake) -> list[Any]:
    """Give the uploads in parts that have not ended; Azure's leave none, and Google's cannot be asked for here."""
    if not isinstance(lake.store, S3Resource):
        return []
    return list(boto3.client("s3").list_multipart_uploads(Bucket=lake.store.text("bucket_name")).get("Uploads", ()))


@pytest.mark.parametrize("writer", WRITERS)
def test_every_kind_is_written_and_read_as_every_kind(lake: ObjectLake, writer: str) -> None:
    footer = lake.write("silver", "rents", WRITERS[writer](FRAME))
    assert (footer.rows, [name for name, _ in footer.columns]) == (3, FRAME.columns)
    assert footer.size == lake.store.stat(keys(lake)[0]).size
    for kind in KINDS:
        found = lake.read("rents", kind)
        assert kind_of(found) == kind
        assert_frame_equal(to_polars(found), FRAME)


@in_every_cloud
def test_pandas_and_duckdb_get_their_own_types_back(lake: ObjectLake) -> None:
    frame = pd.DataFrame({"n": pd.array([1, None], dtype="Int8")}, index=pd.Index(["x", "y"], name="town"))
    lake.write("silver", "towns", frame)
    pd.testing.assert_frame_equal(lake.read("towns", "pandas"), frame)
    lake.write("silver", "ids", duckdb.sql("SELECT 'a'::ENUM('a', 'b') AS e"))
    assert str(lake.read("ids", "duckdb").types[0]).startswith("ENUM")


def test_statistics_stand_in_the_footer(lake: ObjectLake) -> None:
    import pyarrow.parquet as pq

    lake.write("silver", "rents", FRAME.lazy())
    footer = pq.read_metadata(pa.BufferReader(lake.store.read_bytes(keys(lake)[0])))
    assert footer.row_group(0).column(0).statistics.max == 3
    assert footer.row_group(0).column(1).statistics.null_count == 1


@in_every_cloud
def test_a_lazy_frame_is_never_collected(lake: ObjectLake, monkeypatch: pytest.MonkeyPatch) -> None:
    """`collect` fails here for all but counting rows, which reads footers alone."""
    collect = pl.LazyFrame.collect

    def refuse(frame: pl.LazyFrame, *args: Any, **options: Any) -> Any:
        assert frame.collect_schema().names() == ["len"], "a lazy frame was collected"
        return collect(frame, *args, **options)

    lake.write("bronze", "numbers", pl.LazyFrame({"n": range(1000)}))
    with monkeypatch.context() as patch:
        patch.setattr(pl.LazyFrame, "collect", refuse)
        lake.write("silver", "even", lake.read("numbers").filter(pl.col("n") % 2 == 0))
    assert lake.read("even", "polars").height == 500


@in_every_cloud
def test_partitions_are_a_place_each_and_one_scan_together(lake: ObjectLake) -> None:
    for key in ("2025-02-05", "2025-01-22", "a b=%"):
        lake.write("bronze", "odp", pl.DataFrame({"on": [key]}), key)
    found = lake.find("odp")
    assert found is not None
    assert list(found.partitions) == ["2025-01-22", "2025-02-05", "a b=%"]
    assert lake.read("odp").collect()["on"].to_list() == ["2025-01-22", "2025-02-05", "a b=%"]
    assert lake.read("odp", "polars", "2025-02-05")["on"].to_list() == ["2025-02-05"]
    assert keys(lake)[0].startswith("lake/bronze/odp/2025-01-22.parquet/00000001-")
    with pytest.raises(UserError, match="--partition c"):
        lake.read("odp", partition="c")


def test_partitions_as_hive_are_read_by_others(aws: str, tmp_path: Path) -> None:
    lake = ObjectLake(bucket(), hive="on")
    for key in ("10:00", "x=1"):
        lake.write("bronze", "odp", pl.DataFrame({"n": [len(key)]}), key)
    found = lake.find("odp", "bronze")
    assert found is not None
    assert list(found.partitions) == ["10:00", "x=1"]
    assert lake.read("odp", "polars").to_dict(as_series=False) == {"n": [5, 3]}
    for key in keys(lake):
        lake.store.download_file(key, tmp_path / key)
    others = duckdb.read_parquet(f"{tmp_path}/lake/bronze/odp/*/*.parquet", hive_partitioning=True)
    assert others.project('n, "on"').order("n").fetchall() == [(3, "x=1"), (5, "10:00")]


def test_only_partitions_that_are_still_listed_are_read(aws: str) -> None:
    listed = ["a", "b"]
    lake = ObjectLake(bucket(), lists=lambda: {"dates": listed})
    for key in ("a", "b"):
        lake.write("bronze", "odp", pl.DataFrame({"k": [key]}), key, "dates")
    assert lake.read("odp", "polars")["k"].to_list() == ["a", "b"]
    listed.remove("a")
    assert lake.read("odp", "polars")["k"].to_list() == ["b"]


def test_an_asset_in_two_layers_or_two_forms_is_an_error(lake: ObjectLake) -> None:
    assert lake.find("rents") is None
    with pytest.raises(UserError, match="workbench materialize rents"):
        lake.read("rents")
    lake.write("bronze", "rents", FRAME)
    lake.write("silver", "rents", FRAME)
    assert lake.names() == ["rents"]
    with pytest.raises(UserError, match="bronze and silver"):
        lake.find("rents")
    lake.write("silver", "rents", FRAME, "a")
    with pytest.raises(UserError, match="both as one file and as partitions"):
        lake.read("rents", layer="silver")


@in_every_cloud
def test_who_reads_goes_on_with_the_old_data_while_a_newer_is_written(lake: ObjectLake) -> None:
    lake.write("silver", "rents", FRAME)
    mark = lake.mark("silver", "rents")
    plan = lake.read("rents")
    assert plan.collect_schema().names() == FRAME.columns
    lake.write("silver", "rents", pl.DataFrame({"id": range(100_000), "name": "x"}))
    assert lake.mark("silver", "rents") != mark
    assert plan.collect().equals(FRAME)
    assert lake.read("rents", "polars").height == 100_000


def test_what_is_superseded_is_deleted_by_a_later_write(aws: str) -> None:
    lake = ObjectLake(bucket(), superseded_for=timedelta(0))
    for n in range(4):
        lake.write("silver", "rents", pl.DataFrame({"n": [n]}))
    assert len(keys(lake)) == 1
    assert lake.read("rents", "polars").item() == 3
    patient = ObjectLake(lake.store)
    patient.write("silver", "rents", FRAME)
    assert len(keys(lake)) == 2, "an hour has not passed"


@in_every_cloud
def test_a_plan_that_fails_half_way_leaves_the_old(lake: ObjectLake) -> None:
    lake.write("silver", "rents", FRAME)
    before = keys(lake)
    numbers = pl.LazyFrame({"n": pl.int_range(0, 2_000_000, eager=True)})
    bad = numbers.with_columns(pl.when(pl.col("n") > 1_999_990).then(pl.lit("SECRET")).otherwise(pl.lit("1")).cast(int))
    with pytest.raises(UserError, match="Computing silver/rents failed") as caught:
        lake.write("silver", "rents", bad)
    assert "SECRET" not in str(caught.value)
    assert keys(lake) == before
    assert lake.read("rents", "polars").equals(FRAME)
    assert unfinished(lake) == []


def test_a_store_that_refuses_is_told_without_its_answer(lake: ObjectLake) -> None:
    missing = ObjectLake(S3Resource(bucket_name="no-such-bucket", name="lake"))
    for value in (FRAME.lazy(), FRAME.to_arrow()):
        with pytest.raises(UserError, match=r"lake|silver/rents"):
            missing.write("silver", "rents", value)


@in_every_cloud
def test_two_writers_and_a_reader_at_once_see_one_frame_whole(lake: ObjectLake) -> None:
    """Every column of a frame holds its writer's number, so a frame of two writers would be seen."""

    def frame(number: int) -> pl.DataFrame:
        return pl.DataFrame({name: [number] * 50_000 for name in "abcd"})

    lake.write("silver", "rents", frame(0))
    problems: list[str] = []
    has_read = threading.Event()

    def write(number: int) -> None:
        for _ in range(6):
            lake.write("silver", "rents", frame(number).lazy())
            has_read.wait(60)

    writers = [threading.Thread(target=write, args=(number,)) for number in (1, 2)]
    for writer in writers:
        writer.start()
    reads = 0
    while any(writer.is_alive() for writer in writers):
        found = lake.read("rents").collect()
        reads += 1
        has_read.set()
        if len({found[name][row] for name in "abcd" for row in (0, -1)}) != 1 or found.height != 50_000:
            problems.append(str(found))
    for writer in writers:
        writer.join()
    assert problems == []
    assert reads > 0


DAYS = dg.StaticPartitionsDefinition(["a", "b"])


@pytest.mark.parametrize("kind", KINDS)
def test_assets_go_through_the_io_manager(aws: str, kind: FrameKind) -> None:
    hints = {"lazy": pl.LazyFrame, "polars": pl.DataFrame, "pandas": pd.DataFrame, "duckdb": duckdb.DuckDBPyRelation}

    @bronze_asset(name="raw", partitions_def=DAYS)
    def raw(context: dg.AssetExecutionContext) -> pl.LazyFrame:
        return pl.LazyFrame({"day": [context.partition_key], "n": [1]})

    def together(context: dg.AssetExecutionContext, raw: Any) -> Any:
        assert kind_of(raw) == kind
        return raw

    together.__annotations__ |= {"raw": hints[kind], "return": hints[kind]}

    def apart(context: dg.AssetExecutionContext, raw: Any) -> Any:
        return pl.DataFrame({"keys": [",".join(raw)]})

    apart.__annotations__ |= {"raw": dict[str, hints[kind]], "return": pl.DataFrame}  # type: ignore[valid-type]
    store = bucket()
    manager = PolarsParquetIOManager(store=store)
    assets = [raw, silver_asset(name="together")(together), gold_asset(name="apart")(apart)]
    for key in ("a", "b"):
        assert dg.materialize([raw], resources={"io_manager": manager}, partition_key=key).success
    result = dg.materialize(assets, selection=["together", "apart"], resources={"io_manager": manager})
    lake = ObjectLake(store)
    assert lake.read("together", "polars").to_dict(as_series=False) == {"day": ["a", "b"], "n": [1, 1]}
    assert lake.read("apart", "polars").item() == "a,b"
    (event,) = result.asset_materializations_for_node("together")
    assert event.metadata["dagster/row_count"].value == 2


@in_every_cloud
def test_a_full_disk_leaves_the_old(lake: ObjectLake) -> None:
    """What is no plan of Polars goes through a temporary file."""
    lake.write("silver", "rents", FRAME)
    before = keys(lake)
    many = pl.select(pl.int_range(200_000).hash(7).alias("n")).to_arrow()
    with (
        full_after(100_000),
        pytest.raises(UserError, match="The disk is full: silver/rents was not written and is as it was"),
    ):
        lake.write("silver", "rents", many)
    assert keys(lake) == before
    assert lake.read("rents", "polars").equals(FRAME)


# --- kills


@in_every_cloud
def test_killed_writers_leave_the_old_or_the_new_and_nothing_for_good(lake: ObjectLake, full_count: bool) -> None:
    """Writers of 6 MB, in two parts, are killed at random moments: each time the newest number reads whole.

    Fifty in all where a thousand in each are not asked for: half of them in S3, which has most ways to go wrong.
    """
    left: list[object] = []
    lake.write("silver", "x", pl.DataFrame({"n": [0], "number": [0]}))
    given = {name: value for name, value in lake.store.model_dump().items() if value and name != "name"}

    def newest() -> int:
        numbers, rows = lake.read("x").select(pl.col("number").unique().implode(), pl.len()).collect().row(0)
        (found,) = numbers
        assert rows == (800_000 if found else 1)
        left.extend(unfinished(lake))
        return int(found)

    arguments = [type(lake.store).__name__, json.dumps(given)]
    kills = 1000 if full_count else 50
    found = kill_writers(writers.objects, arguments, kills, newest, moment=0.3)
    assert found > 0, "no write came to its end"
    if isinstance(lake.store, S3Resource):
        assert left, "no kill fell inside an upload"
    tidy = ObjectLake(lake.store, superseded_for=timedelta(0), unfinished_for=timedelta(0))
    tidy.write("silver", "x", FRAME)
    assert len(keys(lake)) == 1
    assert unfinished(lake) == []
