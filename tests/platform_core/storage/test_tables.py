"""Assets as tables of DuckDB and of Delta: every kind, partitions, modes, changed columns, writers at once, kills."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from platform_core.errors import UserError
from platform_core.frames import KINDS, kind_of, to_polars
from platform_core.io_managers import DeltaIOManager, DuckDBTableIOManager
from platform_core.sdk import bronze_asset, silver_asset
from platform_core.storage.delta_tables import DeltaTables, Writing
from platform_core.storage.duckdb_purging import DuckDBPurging
from platform_core.storage.duckdb_tables import DuckDBTables
from platform_core.storage.stored import Storage
from tests.platform_core import writers
from tests.platform_core.buckets import bucket
from tests.platform_core.disks import full_after
from tests.platform_core.kills import kill_writers

ROOT = Path(__file__).parents[3]
FRAME = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"], "fee": [1.5, None, -0.0]})
WRITERS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "lazy": lambda frame: frame.lazy(),
    "polars": lambda frame: frame,
    "pandas": lambda frame: frame.to_pandas(),
    "duckdb": lambda frame: duckdb.from_arrow(frame.to_arrow()),
    "arrow": lambda frame: frame.to_arrow(),
    "reader": lambda frame: frame.to_arrow().to_reader(),
}


@pytest.fixture(params=["duckdb", "delta", "delta on S3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "duckdb":
        return DuckDBTables(tmp_path / "data" / "assets.duckdb")
    if request.param == "delta":
        return DeltaTables(str(tmp_path / "delta"))
    request.getfixturevalue("aws")
    return DeltaTables.in_store(bucket())


@pytest.mark.parametrize("writer", WRITERS)
def test_every_kind_is_written_and_read_as_every_kind(storage: Storage, writer: str) -> None:
    footer = storage.write("silver", "rents", WRITERS[writer](FRAME))
    assert (footer.rows, [name for name, _ in footer.columns]) == (3, FRAME.columns)
    for kind in KINDS:
        found = storage.read("rents", kind)
        assert kind_of(found) == kind
        assert_frame_equal(to_polars(found), FRAME, check_row_order=False)


def test_partitions_are_replaced_one_by_one(storage: Storage) -> None:
    for key in ("2025-02-05", "2025-01-22", "it's"):
        storage.write("bronze", "odp", pl.DataFrame({"on": [key], "n": [1]}), key)
    storage.write("bronze", "odp", pl.LazyFrame({"on": ["new"], "n": [2]}), "2025-01-22")
    found = storage.find("odp")
    assert found is not None
    assert list(found.partitions) == ["2025-01-22", "2025-02-05", "it's"]
    assert storage.read("odp", "polars").to_dict(as_series=False) == {
        "on": ["new", "2025-02-05", "it's"],
        "n": [2, 1, 1],
    }
    assert storage.read("odp", "polars", "it's")["on"].to_list() == ["it's"]
    with pytest.raises(UserError, match="--partition c"):
        storage.read("odp", partition="c")


def test_a_plan_that_fails_leaves_the_old_and_shows_no_value(storage: Storage) -> None:
    storage.write("silver", "rents", FRAME)
    before = storage.mark("silver", "rents")
    with pytest.raises(UserError) as caught:
        storage.write("silver", "rents", FRAME.lazy().with_columns(pl.lit("SECRET").cast(pl.Int64).alias("id")))
    assert "SECRET" not in str(caught.value)
    assert "conversion from `str` to `i64` failed" in str(caught.value)
    assert storage.mark("silver", "rents") == before
    assert_frame_equal(storage.read("rents", "polars"), FRAME, check_row_order=False)


def test_who_reads_goes_on_with_the_old_data_while_a_newer_is_written(storage: Storage) -> None:
    storage.write("silver", "rents", FRAME)
    plan = storage.read("rents")
    assert plan.collect_schema().names() == FRAME.columns
    storage.write("silver", "rents", FRAME.with_columns(id=pl.col("id") + 10))
    assert sorted(plan.collect()["id"]) == [1, 2, 3]
    assert sorted(storage.read("rents", "polars")["id"]) == [11, 12, 13]


def test_what_was_never_written_is_said_with_the_command_to_write_it(storage: Storage) -> None:
    assert storage.find("rents") is None
    assert storage.mark("silver", "rents") is None
    with pytest.raises(UserError, match="workbench materialize rents"):
        storage.read("rents")
    with pytest.raises(UserError, match="plain file name"):
        storage.write("silver", "../x", FRAME)
    with pytest.raises(UserError, match="is no frame"):
        storage.write("silver", "rents", [1])


def test_an_asset_in_two_layers_is_an_error(storage: Storage) -> None:
    storage.write("bronze", "rents", FRAME)
    storage.write("silver", "rents", FRAME)
    with pytest.raises(UserError, match="bronze and silver"):
        storage.find("rents")


@pytest.mark.parametrize("kind", ["duckdb", "delta"])
@pytest.mark.parametrize(
    "dtype",
    [pl.Duration("us"), pl.Categorical(), pl.Enum(["Ada"]), pl.Datetime("us", "Europe/London"), pl.Time()],
)
def test_a_type_that_would_come_back_as_another_is_refused(tmp_path: Path, kind: str, dtype: pl.DataType) -> None:
    tables = DuckDBTables(tmp_path / "a.duckdb") if kind == "duckdb" else DeltaTables(str(tmp_path / "delta"))
    frame = pl.DataFrame({"kept": [1], "odd": pl.Series([None], dtype=dtype)})
    if kind == "duckdb" and dtype == pl.Time():
        tables.write("silver", "x", frame)
        assert tables.read("x", "polars").schema == frame.schema
        return
    with pytest.raises(UserError, match="'odd'") as caught:
        tables.write("silver", "x", frame)
    assert "Ada" not in str(caught.value), "a category is a value"
    assert tables.find("x") is None


def test_delta_refuses_unsigned_numbers(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Column 'n' is uint64"):
        delta(tmp_path).write("silver", "x", pl.DataFrame({"n": pl.Series([2**63], dtype=pl.UInt64)}))


@pytest.mark.parametrize("key", [None, "a"])
def test_names_that_no_table_has_are_refused(storage: Storage, key: str | None) -> None:
    with pytest.raises(UserError, match="'Id' and 'id' differ by case alone"):
        storage.write("silver", "x", pl.DataFrame({"Id": [1], "id": [2]}), key)
    for frame in (pl.DataFrame(), pa.table({})):
        with pytest.raises(UserError, match="without columns"):
            storage.write("silver", "x", frame, key)
    if isinstance(storage, DuckDBTables) or key is not None:
        with pytest.raises(UserError, match="'_Partition' is called as the one in which the table keeps"):
            storage.write("silver", "x", pl.DataFrame({"_Partition": ["a"]}), key)
    assert storage.find("x") is None


# --- DuckDB alone


@pytest.mark.parametrize("frame", [pl.DataFrame({"odd": [1.5]}, schema={"odd": pl.Float16}), pl.DataFrame({"": [1]})])
def test_what_duckdb_does_not_take_is_named(tmp_path: Path, frame: pl.DataFrame) -> None:
    with pytest.raises(UserError, match=r"'odd' is Float16, which DuckDB does not take|no column called ''"):
        DuckDBTables(tmp_path / "a.duckdb").write("silver", "x", frame)


@pytest.mark.parametrize("key", [None, "a"])
def test_a_relation_keeps_the_types_of_duckdb(tmp_path: Path, key: str | None) -> None:
    tables = DuckDBTables(tmp_path / "a.duckdb")
    relation: Any = duckdb.sql(
        "SELECT sum(x) AS s, gen_random_uuid() AS u, '{}'::JSON AS j, 'b'::ENUM('c', 'b') AS e, {'x': 1::HUGEINT} AS o "
        "FROM range(3) AS t(x)"
    )
    tables.write("silver", "x", relation, key)
    assert tables.read("x", "duckdb", key).types == relation.types


def test_rows_stand_in_their_order_though_a_column_is_called_rowid(tmp_path: Path) -> None:
    tables = DuckDBTables(tmp_path / "a.duckdb")
    for key in ("b", "a", "b"):
        tables.write("bronze", "x", pl.DataFrame({"RowID": [3, 1, 2], "key": [key] * 3}), key)
    assert tables.read("x", "polars").rows() == [(n, key) for key in "ab" for n in (3, 1, 2)]


def test_a_duckdb_partition_with_other_columns(tmp_path: Path) -> None:
    tables = DuckDBTables(tmp_path / "a.duckdb")
    tables.write("bronze", "odp", pl.DataFrame({"n": [1]}), "a")
    tables.write("bronze", "odp", pl.DataFrame({"n": [2], "new": ["x"]}), "b")
    assert tables.read("odp", "polars").to_dict(as_series=False) == {"n": [1, 2], "new": [None, "x"]}
    with pytest.raises(UserError, match="'n' of bronze/odp is VARCHAR in partition 'c' but BIGINT in others"):
        tables.write("bronze", "odp", pl.DataFrame({"n": ["3"]}), "c")
    with pytest.raises(UserError, match=r"'n' of bronze/odp is ENUM\[\] in partition 'c' but BIGINT in others"):
        tables.write("bronze", "odp", duckdb.sql("SELECT ['Ada'::ENUM('it''s', 'Ada')] AS n"), "c")
    with pytest.raises(UserError, match="'n' and 'N' differ by case alone"):
        tables.write("bronze", "odp", pl.DataFrame({"N": [3]}), "c")
    assert tables.read("odp", "polars")["n"].to_list() == [1, 2]
    tables.write("bronze", "odp", pl.DataFrame({"n": ["whole"]}))
    assert tables.read("odp", "polars").to_dict(as_series=False) == {"n": ["whole"]}


def test_a_duckdb_database_may_be_called_as_a_layer(tmp_path: Path) -> None:
    tables = DuckDBTables(tmp_path / "gold.duckdb")
    for partition in (None, "a", "b"):
        tables.write("gold", "rents" if partition is None else "parts", FRAME, partition, classification="OFFICIAL")
    tables.write("gold", "gold", FRAME)
    assert [tables.read(name, "polars").height for name in ("rents", "parts", "gold")] == [3, 6, 3]
    purging = DuckDBPurging(tables)
    purging.take_out("gold", "rents", lambda _: pl.col("id") == 1)
    purging.drop("gold", "parts", "a")
    purging.forget("gold", "rents")
    assert [tables.read(name, "polars").height for name in ("rents", "parts")] == [2, 3]
    assert [kept.rows for kept in purging.kept("gold", "rents")] == [2]


def test_duckdb_tables_are_plain_tables_for_others(tmp_path: Path) -> None:
    DuckDBTables(tmp_path / "a.duckdb").write("gold", "rents", FRAME)
    with duckdb.connect(str(tmp_path / "a.duckdb"), read_only=True) as database:
        assert database.execute("SELECT count(*), min(id) FROM gold.rents").fetchone() == (3, 1)


def test_only_partitions_that_are_still_listed_are_read(tmp_path: Path) -> None:
    listed = ["a", "b"]
    for storage in (
        DuckDBTables(tmp_path / "a.duckdb", lambda: {"dates": listed}),
        DeltaTables(str(tmp_path / "delta"), lists=lambda: {"dates": listed}),
    ):
        listed[:] = ["a", "b"]
        for key in ("a", "b"):
            storage.write("bronze", "odp", pl.DataFrame({"k": [key]}), key, "dates")
        assert sorted(storage.read("odp", "polars")["k"]) == ["a", "b"]
        listed.remove("a")
        assert storage.read("odp", "polars")["k"].to_list() == ["b"]


# --- Delta alone


def delta(tmp_path: Path, **writing: Any) -> DeltaTables:
    return DeltaTables(str(tmp_path / "delta"), Writing(**writing))


def test_delta_appends_and_merges(tmp_path: Path) -> None:
    added = delta(tmp_path, mode="append")
    for n in (1, 2):
        added.write("bronze", "log", pl.DataFrame({"n": [n]}))
    assert sorted(added.read("log", "polars")["n"]) == [1, 2]
    merged = delta(tmp_path, mode="merge", key=("id",))
    merged.write("silver", "rents", FRAME)
    merged.write("silver", "rents", pl.DataFrame({"id": [3, 4], "name": ["C", "d"], "fee": [9.0, 8.0]}))
    rows = merged.read("rents", "polars").sort("id")
    assert rows["id"].to_list() == [1, 2, 3, 4]
    assert rows["name"].to_list() == ["a", None, "C", "d"]


def test_delta_merges_inside_a_partition(tmp_path: Path) -> None:
    tables = delta(tmp_path, mode="merge", key=("id",))
    for key, fee in (("a", 1.0), ("b", 2.0), ("a", 3.0)):
        tables.write("silver", "rents", pl.DataFrame({"id": [1], "fee": [fee]}), key)
    assert tables.read("rents", "polars").to_dict(as_series=False) == {"id": [1, 1], "fee": [3.0, 2.0]}


def test_delta_columns_change_by_choice_alone(tmp_path: Path) -> None:
    wider = FRAME.with_columns(new=pl.lit("x"))
    delta(tmp_path).write("silver", "rents", FRAME)
    with pytest.raises(UserError, match="its columns have changed") as caught:
        delta(tmp_path).write("silver", "rents", wider)
    assert "evolution: add" in (caught.value.hint or "")
    assert delta(tmp_path).read("rents", "polars").columns == FRAME.columns
    delta(tmp_path, evolution="add").write("silver", "rents", wider)
    assert delta(tmp_path).read("rents", "polars").columns == wider.columns
    delta(tmp_path, evolution="replace").write("silver", "rents", pl.DataFrame({"other": [1]}))
    assert delta(tmp_path).read("rents", "polars").columns == ["other"]


def test_a_delta_partition_column_of_the_frame_is_kept(tmp_path: Path) -> None:
    tables = delta(tmp_path, column="day")
    tables.write("bronze", "odp", pl.DataFrame({"day": ["a"], "n": [1]}), "a")
    tables.write("bronze", "odp", pl.DataFrame({"n": [2]}), "b")
    found = tables.read("odp", "polars")
    assert dict(zip(found["day"], found["n"], strict=True)) == {"a": 1, "b": 2}
    schema = {"day": pl.String, "n": pl.Int64}
    for mode in ("overwrite", "append"):
        for day in ("another", None):
            with pytest.raises(UserError, match="'day', which names the partition, holds other values than 'a'"):
                delta(tmp_path, column="day", mode=mode).write(
                    "bronze", "odp", pl.DataFrame({"day": [day], "n": [1]}, schema=schema), "a"
                )
    assert tables.read("odp", "polars").height == 2


def test_delta_refuses_a_partition_that_it_would_not_give_back(tmp_path: Path) -> None:
    tables = delta(tmp_path)
    tables.write("bronze", "odp", pl.DataFrame({"n": [1]}), "a")
    with pytest.raises(UserError, match="Partition 'a' has no rows"):
        tables.write("bronze", "odp", pl.DataFrame({"n": [1]}).clear(), "a")
    with pytest.raises(UserError, match="takes the partition key '__HIVE_DEFAULT_PARTITION__' for none"):
        tables.write("bronze", "odp", pl.DataFrame({"n": [1]}), "__HIVE_DEFAULT_PARTITION__")
    assert tables.read("odp", "polars", "a")["n"].to_list() == [1]


# --- through Dagster


DAYS = dg.StaticPartitionsDefinition(["a", "b"])


@bronze_asset(name="raw", partitions_def=DAYS)
def raw(context: dg.AssetExecutionContext) -> pl.LazyFrame:
    return pl.LazyFrame({"day": [context.partition_key], "n": [1]})


@silver_asset(name="together")
def together(context: dg.AssetExecutionContext, raw: pl.LazyFrame) -> pl.LazyFrame:
    return raw.select(pl.len().cast(pl.Int64).alias("rows"))


@pytest.mark.parametrize("kind", ["duckdb", "delta"])
def test_assets_go_through_the_io_managers(tmp_path: Path, kind: str) -> None:
    manager: Any = (
        DuckDBTableIOManager(path=str(tmp_path / "a.duckdb"))
        if kind == "duckdb"
        else DeltaIOManager(root=str(tmp_path / "delta"))
    )
    for key in ("a", "b"):
        assert dg.materialize([raw], resources={"io_manager": manager}, partition_key=key).success
    result = dg.materialize([raw, together], selection=["together"], resources={"io_manager": manager})
    assert result.success
    assert manager.storage.read("together", "polars").item() == 2
    (event,) = result.asset_materializations_for_node("together")
    assert event.metadata["dagster/row_count"].value == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"root": "x", "mode": "merge"}, "DeltaIOManager: mode: merge needs a key"),
        ({}, "DeltaIOManager: it needs a root or a store"),
        ({"rot": "x"}, r"DeltaIOManager has no field 'rot'\.\nhint: Did you mean 'root'"),
        ({"root": "x", "mode": "mrge"}, "The mode of DeltaIOManager should be 'overwrite', 'append' or 'merge'"),
    ],
)
def test_mistakes_in_the_fields_are_told(fields: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        DeltaIOManager(**fields)


# --- kills and company


@pytest.mark.parametrize("kind", ["duckdb", "delta"])
def test_killed_writers_leave_the_old_or_the_new(tmp_path: Path, kind: str, full_count: bool) -> None:
    place = str(tmp_path / ("a.duckdb" if kind == "duckdb" else "delta"))
    storage = writers.storage_of(kind, place)
    storage.write("silver", "x", pl.DataFrame({"n": pl.Series([0.0]), "number": pl.Series([0], dtype=pl.Int32)}))

    def newest() -> int:
        frame = storage.read("x", "polars")
        (found,) = frame["number"].unique()
        assert frame.height == (200_000 if found else 1)
        return int(found)

    assert kill_writers(writers.tables, [kind, place], 1000 if full_count else 50, newest) > 0


@pytest.mark.parametrize("kind", ["duckdb", "delta"])
def test_a_full_disk_leaves_the_old_rows(tmp_path: Path, kind: str) -> None:
    storage = writers.storage_of(kind, str(tmp_path / ("a.duckdb" if kind == "duckdb" else "delta")))
    storage.write("silver", "x", pl.DataFrame({"n": [1.0, 2.0]}))
    many = pl.select(pl.int_range(300_000).sin().alias("n"))
    with (
        full_after(1_000_000),
        pytest.raises(UserError, match="The disk is full: silver/x was not written and is as it was"),
    ):
        storage.write("silver", "x", many)
    assert storage.read("x", "polars")["n"].to_list() == [1.0, 2.0]
    storage.write("silver", "x", many)
    assert storage.read("x", "polars").height == 300_000


@pytest.mark.parametrize("before", ["rows", "no rows", "no table"])
def test_of_two_delta_writers_one_stands_whole_and_the_other_is_told(tmp_path: Path, before: str) -> None:
    place, told, both = str(tmp_path / "delta"), [], threading.Barrier(2, timeout=60)
    if before != "no table":
        DeltaTables(place).write("silver", "x", pl.DataFrame({"n": [0] * 1000}))
    if before == "no rows":
        DeltaTables(place).write("silver", "x", pl.DataFrame({"n": [0]}).clear())

    def batches(number: int) -> Iterator[pa.RecordBatch]:
        both.wait()  # the other has begun too, on the same version
        yield from pl.DataFrame({"n": [number] * 1000}).to_arrow().to_batches()

    def write(number: int) -> None:
        schema = pa.schema([("n", pa.int64())])
        try:
            DeltaTables(place).write("silver", "x", pa.RecordBatchReader.from_batches(schema, batches(number)))
        except UserError as error:
            told.append(error.message)

    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("another run wrote it meanwhile" in message for message in told)
    assert len(told) < 2
    frame = DeltaTables(place).read("x", "polars")
    assert frame.height == 1000
    assert frame["n"].n_unique() == 1
    assert frame["n"][0] in {1, 2}


def test_appends_of_several_at_once_all_stand_though_each_makes_the_table(tmp_path: Path) -> None:
    """Of those that make a table at once delta-rs lets one through and refuses others, about one in seven here."""
    tables = DeltaTables(str(tmp_path / "delta"), Writing(mode="append"))
    together, told = threading.Barrier(4, timeout=60), []

    def write(number: int) -> None:
        for place in range(6):
            together.wait()
            try:
                tables.write("silver", f"x{place}", pl.DataFrame({"n": [number]}))
            except UserError as error:
                told.append(error.message)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not told
    for place in range(6):
        assert sorted(tables.read(f"x{place}", "polars")["n"]) == [0, 1, 2, 3]


def test_first_partitions_of_a_delta_table_all_stand_though_each_makes_it(tmp_path: Path) -> None:
    tables, together = DeltaTables(str(tmp_path / "delta")), threading.Barrier(4, timeout=60)

    def write(number: int) -> None:
        for place in range(6):
            together.wait()
            tables.write("silver", f"x{place}", pl.DataFrame({"n": [number]}), f"p{number}")

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, range(4)))
    for place in range(6):
        assert tables.read(f"x{place}", "polars")["n"].to_list() == [0, 1, 2, 3]


def test_two_duckdb_writers_take_turns(tmp_path: Path) -> None:
    place = tmp_path / "a.duckdb"
    code = """
import sys, polars as pl
from pathlib import Path
from platform_core.storage.duckdb_tables import DuckDBTables
tables = DuckDBTables(Path(sys.argv[1]))
for n in range(5):
    tables.write("silver", "x", pl.DataFrame({"n": [n] * 1000, "who": sys.argv[2]}), sys.argv[2])
"""
    writers = [subprocess.Popen([sys.executable, "-c", code, str(place), who]) for who in ("a", "b")]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert DuckDBTables(place).read("x", "polars").group_by("who").len().sort("who").rows() == [
        ("a", 1000),
        ("b", 1000),
    ]
