"""The lake on a real disk: every kind of frame, partitions, hostile names, kills, full disks, writers at once."""

from __future__ import annotations

import fcntl
import math
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from platform_core.atomic import clean, replacing
from platform_core.errors import UserError
from platform_core.frames import KINDS, FrameKind, kind_of, to_polars
from platform_core.lake import Lake
from platform_core.parquet_read import FEW_ROWS, read_footer
from tests.platform_core import writers
from tests.platform_core.disks import full_after
from tests.platform_core.kills import kill_writers, mortals

FRAME = pl.DataFrame(
    {
        "id": [1, 2, 3],
        "name": ["a", None, "c"],
        "fee": [1.5, None, -0.0],
        "on": pl.Series(["2025-01-22", None, "2025-02-05"]).str.to_date(),
    }
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def relation(frame: pl.DataFrame) -> Any:
    return duckdb.from_arrow(frame.to_arrow())


WRITERS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "lazy": lambda frame: frame.lazy(),
    "polars": lambda frame: frame,
    "pandas": lambda frame: pd.DataFrame(frame.to_pandas()),
    "duckdb": relation,
    "arrow": lambda frame: frame.to_arrow(),
    "batch": lambda frame: frame.to_arrow().combine_chunks().to_batches()[0],
    "reader": lambda frame: frame.to_arrow().to_reader(),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_whatever_is_written_is_read_as_every_kind(lake: Lake, writer: str) -> None:
    # pandas has no dates without a time, so it is compared without them
    frame = FRAME.drop("on") if writer == "pandas" else FRAME
    footer = lake.write("silver", "permits", WRITERS[writer](frame))
    assert footer.rows == 3
    assert [name for name, _ in footer.columns] == frame.columns
    for kind in KINDS:
        read = lake.read("permits", kind)
        assert kind_of(read) == kind
        back = to_polars(read)
        expected = frame.with_columns(pl.col("on").cast(pl.Datetime("ms"))) if _from_pandas(kind, back) else frame
        assert back.cast(expected.schema).equals(expected)


def _from_pandas(kind: FrameKind, frame: pl.DataFrame) -> bool:
    return kind == "pandas" and "on" in frame.columns


PANDAS = {
    "gaps": pd.DataFrame({"a": [1, 2, 3, 4]}).query("a % 2 == 0"),
    "names": pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="who")),
    "levels": pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["p", "q"])),
    "categories": pd.DataFrame({"c": pd.Categorical(["lo", "hi"], categories=["lo", "hi", "none"], ordered=True)}),
    "zones": pd.DataFrame({"t": pd.date_range("2025-03-30", periods=3, tz="Europe/London")}),
    "nullable": pd.DataFrame({"i": pd.array([1, None], dtype="Int64"), "b": pd.array([True, None], dtype="boolean")}),
    "numbers": pd.DataFrame([[1, 2]], columns=[2024, 2025]),
    "periods": pd.DataFrame({"p": pd.period_range("2025-01", periods=2, freq="M")}),
    "empty": pd.DataFrame({"a": pd.Series([], dtype="int64")}),
}


@pytest.mark.parametrize("case", PANDAS)
def test_pandas_comes_back_with_index_types_categories_and_zones(lake: Lake, case: str) -> None:
    lake.write("silver", "frame", PANDAS[case])
    pd.testing.assert_frame_equal(lake.read("frame", "pandas"), PANDAS[case])
    # and the same file read without pandas is what converting the frame gives
    assert lake.read("frame", "polars").equals(to_polars(PANDAS[case]))
    assert to_polars(lake.read("frame", "duckdb")).columns == to_polars(PANDAS[case]).columns


def test_row_numbers_of_pandas_are_no_column_of_the_asset(lake: Lake) -> None:
    footer = lake.write("silver", "frame", PANDAS["gaps"])
    assert footer.columns == (("a", "Int64"),)
    assert lake.read("frame", "lazy").collect_schema().names() == ["a"]


def test_a_polars_column_that_only_looks_like_an_index_stays(lake: Lake) -> None:
    frame = pl.DataFrame({"__index_level_0__": [7]})
    lake.write("silver", "frame", frame)
    assert lake.read("frame", "polars").equals(frame)


def test_a_wide_duckdb_sum_keeps_every_digit(lake: Lake) -> None:
    lake.write("gold", "sums", duckdb.sql("SELECT sum(x)::HUGEINT AS total FROM (VALUES (9007199254740993)) t(x)"))
    assert lake.read("sums", "polars")["total"].cast(pl.Int64).to_list() == [9007199254740993]


def test_a_lazy_frame_is_streamed_and_never_collected(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    collect = pl.LazyFrame.collect

    def counted(plan: pl.LazyFrame) -> pl.DataFrame:
        found = collect(plan)
        assert found.height <= FEW_ROWS + 1, "more than a few rows were collected"
        return found

    lake.write("bronze", "source", pl.select(id=pl.int_range(0, 4 * FEW_ROWS)))
    monkeypatch.setattr(pl.LazyFrame, "collect", counted)
    footer = lake.write("silver", "made", lake.read("source", "lazy").filter(pl.col("id") > 1))
    assert (footer.rows, footer.frame) == (4 * FEW_ROWS - 2, None)


def test_few_rows_are_read_with_their_footer_as_they_come_back(lake: Lake) -> None:
    for writer, make in WRITERS.items():
        footer = lake.write("silver", "permits", make(FRAME))
        frame = lake.read("permits", "polars", layer="silver")
        assert footer.frame is not None, writer
        assert_frame_equal(footer.frame, frame)
        assert footer == read_footer(lake.path("silver", "permits")), writer
    assert lake.write("silver", "permits", FRAME.clear()).frame is not None
    assert lake.write("silver", "permits", pl.select(id=pl.int_range(0, FEW_ROWS))).frame is not None


def test_an_asset_may_be_rewritten_from_itself(lake: Lake) -> None:
    lake.write("silver", "log", pl.LazyFrame({"n": [1]}))
    for _ in range(2):
        lake.write("silver", "log", pl.concat([lake.read("log", "lazy"), pl.LazyFrame({"n": [2]})]))
    assert lake.read("log", "polars")["n"].to_list() == [1, 2, 2]


def test_every_column_has_statistics_in_the_footer(lake: Lake) -> None:
    for writer, make in WRITERS.items():
        lake.write("silver", "permits", make(FRAME))
        group = pq.read_metadata(lake.path("silver", "permits")).row_group(0)
        assert all(group.column(i).statistics is not None for i in range(group.num_columns)), writer


def test_the_footer_is_read_without_the_rows(lake: Lake) -> None:
    lake.write("silver", "permits", FRAME)
    path = lake.path("silver", "permits")
    footer = read_footer(path)
    assert footer.columns == (("id", "Int64"), ("name", "String"), ("fee", "Float64"), ("on", "Date"))
    assert footer.size == path.stat().st_size


def test_duckdb_reads_lengths_of_time_and_arrays_as_what_they_are(lake: Lake) -> None:
    frame = pl.DataFrame(
        {"wait": [timedelta(days=2), None], "deep": [[timedelta(hours=1)], []], "pair": [[1, 2], [3, 4]]},
        schema_overrides={"pair": pl.Array(pl.Int64, 2)},
    )
    lake.write("silver", "frame", frame)
    relation = lake.read("frame", "duckdb")
    assert [str(kind) for kind in relation.types] == ["INTERVAL", "INTERVAL[]", "BIGINT[2]"]
    assert relation.filter("wait > INTERVAL 1 DAY").project("wait").fetchall() == [(timedelta(days=2),)]


def test_duckdb_finds_nan_that_the_statistics_of_a_file_leave_out(lake: Lake) -> None:
    """To DuckDB it is the greatest number; where a file's statistics have none, it looks for none."""
    frame = pl.DataFrame({"x": [1.0, 2.0], "deep": [[{"y": 1.0}], []], "n": [1, 2]})
    nan = (
        frame.with_columns(x=pl.Series([1.0, math.nan])),
        frame.with_columns(deep=pl.Series([[{"y": math.nan}], None], dtype=frame.schema["deep"])),
    )
    lake.write("silver", "frame", frame)
    plain = lake.read("frame", "duckdb")
    assert "PARQUET" in plain.explain(), "nothing was read, and the file's columns and rows can be skipped"
    for held, said in zip(nan, ("isnan(x)", "isnan(deep[1].y)"), strict=True):
        for key in ("a", "b"):
            lake.write("gold", "parts", held if key == "b" else frame, key)
        relation = lake.read("parts", "duckdb")
        greater = said.removeprefix("isnan(").removesuffix(")") + " > 100"
        assert [len(relation.filter(which).fetchall()) for which in (said, greater)] == [1, 1]


# --- partitions


def test_partitions_are_one_file_each_and_one_scan_together(lake: Lake) -> None:
    for key in ("2025-02-05", "2025-01-22", "2025-01-30"):
        lake.write("bronze", "odp", pl.DataFrame({"on": [key]}), key)
    files = lake.find("odp")
    assert files is not None
    assert files.path is None
    assert list(files.partitions) == ["2025-01-22", "2025-01-30", "2025-02-05"]
    assert files.paths[0] == lake.root / "bronze" / "odp" / "2025-01-22.parquet"
    assert lake.read("odp").collect()["on"].to_list() == ["2025-01-22", "2025-01-30", "2025-02-05"]
    assert lake.read("odp", "polars", "2025-01-30")["on"].to_list() == ["2025-01-30"]
    assert lake.read("odp", "polars", ["2025-02-05", "2025-01-22"])["on"].to_list() == ["2025-02-05", "2025-01-22"]
    assert to_polars(lake.read("odp", "duckdb")).height == 3


@pytest.mark.parametrize("key", ["a*b", "[ab]", "x=1", "10:00", "a|b", "50%", "é", "{curly}", "a b", "-", "a.parquet"])
def test_odd_partition_keys_are_names_not_patterns(lake: Lake, key: str) -> None:
    lake.write("bronze", "odd", pl.DataFrame({"k": [key]}), key)
    lake.write("bronze", "odd", pl.DataFrame({"k": ["other"]}), "aXb")
    for kind in KINDS:
        assert to_polars(lake.read("odd", kind, key))["k"].to_list() == [key]
    assert sorted(lake.read("odd", "polars")["k"]) == sorted([key, "other"])
    assert set(lake.read("odd", "polars").columns) == {"k"}


@pytest.mark.parametrize(
    "key", ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\\b", ".hidden", "a..b", "a\0b", "a\nb", "x" * 250]
)
def test_a_key_or_name_that_could_be_a_path_is_refused(lake: Lake, key: str) -> None:
    for arguments in ((key, "name", None), ("silver", key, None), ("silver", "name", key)):
        with pytest.raises(UserError, match="plain file name"):
            lake.write(arguments[0], arguments[1], FRAME, arguments[2])
    assert not lake.root.exists()


def test_partitions_of_different_ages_are_one_frame_where_no_value_changes(lake: Lake) -> None:
    lake.write("bronze", "odp", pl.DataFrame({"n": pl.Series([1], dtype=pl.Int32), "empty": [None]}), "a")
    lake.write("bronze", "odp", pl.DataFrame({"new": ["x"], "n": [2**40], "empty": ["y"]}), "b")
    expected = pl.DataFrame({"n": [1, 2**40], "empty": [None, "y"], "new": [None, "x"]})
    for kind in KINDS:
        assert to_polars(lake.read("odp", kind)).equals(expected)


def test_partitions_that_do_not_fit_are_an_error_that_names_them(lake: Lake) -> None:
    lake.write("bronze", "odp", pl.DataFrame({"fee": [1]}), "2025-01-22")
    lake.write("bronze", "odp", pl.DataFrame({"fee": ["1"]}), "2025-01-30")
    with pytest.raises(UserError, match=r"bronze/odp .*'fee' is Int64 in '2025-01-22' but String in '2025-01-30'"):
        lake.read("odp")
    assert lake.read("odp", "polars", "2025-01-30")["fee"].to_list() == ["1"]


def test_pandas_partitions_keep_their_types_together(lake: Lake) -> None:
    for key, frame in {"a": pd.DataFrame({"t": pd.to_datetime(["2025-01-01"])}), "b": PANDAS["zones"]}.items():
        lake.write("bronze", "whens", frame, key)
    with pytest.raises(UserError, match="do not fit"):
        lake.read("whens", "pandas")
    for key in ("a", "b"):
        lake.write("bronze", "same", PANDAS["nullable"], key)
    assert lake.read("same", "pandas")["i"].dtype == "Int64"
    assert list(lake.read("same", "pandas").index) == [0, 1, 2, 3]
    lake.write("bronze", "more", PANDAS["nullable"], "a")
    lake.write("bronze", "more", PANDAS["nullable"].assign(x=1), "b")
    assert lake.read("more", "pandas").shape == (4, 3)


def test_partitions_written_by_pandas_with_and_without_row_numbers_are_one_frame(lake: Lake) -> None:
    lake.write("bronze", "mixed", PANDAS["gaps"], "a")
    lake.write("bronze", "mixed", pl.DataFrame({"a": [9]}), "b")
    for kind in KINDS:
        assert to_polars(lake.read("mixed", kind)).to_dict(as_series=False) == {"a": [2, 4, 9]}


def test_a_lazy_frame_gives_the_old_data_whole_where_a_writer_comes_between(lake: Lake) -> None:
    """Polars keeps a footer that it has seen: a path would give it the pages of another file to read by that."""
    for key in (None, "a"):
        lake.write("bronze", f"held_{key}", FRAME, key)
        plan = lake.read(f"held_{key}")
        assert plan.collect_schema().names() == FRAME.columns
        lake.write("bronze", f"held_{key}", pl.DataFrame({"id": range(100_000), "name": "x"}), key)
        assert plan.collect().equals(FRAME)
        assert lake.read(f"held_{key}", "polars").height == 100_000


def test_a_lazy_frame_of_many_partitions_opens_them_one_by_one(lake: Lake) -> None:
    for day in range(40):
        lake.write("bronze", "many", pl.DataFrame({"day": [day]}), f"{day:02}")
    held = set(Path("/proc/self/fd").iterdir())
    plan = lake.read("many")
    assert len(set(Path("/proc/self/fd").iterdir()) - held) < 10
    assert plan.collect()["day"].to_list() == list(range(40))


# --- what is not there, or twice


def test_what_was_never_written_is_said_with_the_command_to_write_it(lake: Lake) -> None:
    assert lake.find("rents") is None
    with pytest.raises(UserError, match="workbench materialize rents"):
        lake.read("rents")
    lake.write("bronze", "rents", FRAME, "a")
    with pytest.raises(UserError, match="--partition b"):
        lake.read("rents", "lazy", "b")
    assert lake.find("rents", layer="silver") is None
    lake.write("silver", "whole", FRAME)
    with pytest.raises(UserError, match="no partitions"):
        lake.read("whole", "lazy", "a")


def test_an_asset_in_two_layers_or_two_forms_is_an_error(lake: Lake) -> None:
    lake.write("bronze", "rents", FRAME)
    lake.write("silver", "rents", FRAME)
    with pytest.raises(UserError, match="bronze and silver"):
        lake.find("rents")
    assert lake.read("rents", "polars", layer="silver").height == 3
    lake.write("gold", "both", FRAME)
    lake.write("gold", "both", FRAME, "a")
    with pytest.raises(UserError, match="both as one file and as partitions"):
        lake.read("both")


def test_the_lake_of_a_project_can_be_overridden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path / "scratch"))
    assert Lake.of_project().root == tmp_path / "scratch"


# --- what cannot be written


def test_what_is_no_frame_is_refused_before_the_disk_is_touched(lake: Lake) -> None:
    with pytest.raises(UserError, match=r"silver/x is no frame but a list"):
        lake.write("silver", "x", [1, 2])
    assert not lake.root.exists()


def test_repeated_columns_are_refused_whatever_the_frame(lake: Lake) -> None:
    table = pa.table([[1], [2]], names=["a", "a"])
    for value in (table, table.to_reader(), pd.DataFrame([[1, 2]], columns=["a", "a"])):
        with pytest.raises(UserError, match="'a'"):
            lake.write("silver", "x", value)
    assert list((lake.root / "silver").iterdir()) == []


def test_a_plan_that_fails_leaves_the_old_file_and_shows_no_value(lake: Lake) -> None:
    lake.write("silver", "x", FRAME)
    with pytest.raises(UserError, match="Computing silver/x failed: InvalidOperationError") as caught:
        lake.write("silver", "x", pl.LazyFrame({"a": ["SECRET"]}).select(pl.col("a").cast(pl.Int64)))
    assert "SECRET" not in str(caught.value)
    assert lake.read("x", "polars").equals(FRAME)
    lake.write("silver", "x", FRAME)  # Polars may open its file once more after it failed; the next write clears it
    assert [entry.name for entry in (lake.root / "silver").iterdir()] == ["x.parquet"]


def test_a_duckdb_plan_that_fails_shows_no_value(lake: Lake) -> None:
    words = pl.DataFrame({"a": ["SECRET"] * 10})  # noqa: F841 - DuckDB finds it by name
    for query in ("SELECT a::INT AS n FROM words", "SELECT error(a) AS n FROM words"):
        with pytest.raises(UserError, match=r"Computing silver/x failed: \w+\n") as caught:
            lake.write("silver", "x", duckdb.sql(query))
        assert "SECRET" not in str(caught.value)
    assert lake.find("x") is None


def test_a_plan_whose_source_is_gone_says_so(lake: Lake) -> None:
    lake.write("bronze", "gone", FRAME)
    plan = pl.scan_parquet(lake.path("bronze", "gone"))
    lake.path("bronze", "gone").unlink()
    with pytest.raises(UserError, match="a file that it reads is not there"):
        lake.write("silver", "x", plan)


def test_a_folder_that_cannot_be_written_is_the_users_to_mend(lake: Lake) -> None:
    lake.root.mkdir()
    (lake.root / "silver").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="could not be written"):
        lake.write("silver", "x", FRAME)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_that_may_grow_no_further_leaves_the_old_one(lake: Lake, writer: str) -> None:
    lake.write("silver", "x", FRAME)
    value = WRITERS[writer](pl.select(pl.int_range(200_000).hash(7).alias("n")))
    with (
        full_after(100_000),
        pytest.raises(UserError, match="The disk is full: silver/x was not written and is as it was"),
    ):
        lake.write("silver", "x", value)
    assert lake.read("x", "polars").equals(FRAME)
    assert [entry.name for entry in (lake.root / "silver").iterdir()] == ["x.parquet"]


def test_a_relation_that_could_not_be_written_leaves_its_connection_free(lake: Lake) -> None:
    with duckdb.connect() as connection:
        table = pl.select(pl.int_range(300_000).hash(7).alias("n")).to_arrow()
        with full_after(100_000), pytest.raises(UserError) as caught:
            lake.write("silver", "x", connection.from_arrow(table))
        assert caught.tb is not None  # which holds the frames, as whoever shows the error does
        assert connection.sql("SELECT 1").fetchall() == [(1,)]


def test_a_full_disk_leaves_the_old_file(lake: Lake) -> None:
    lake.root.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(lake.root)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("LOUD SKIP: no right to mount a small tmpfs here; the file-size limit test covers the same path")
    try:
        lake.write("silver", "x", FRAME)
        big = pl.select(pl.int_range(300_000).hash(7).alias("n"))
        for kind in KINDS:
            with pytest.raises(UserError, match="The disk is full: silver/x was not written and is as it was"):
                lake.write("silver", "x", WRITERS[kind](big))
            assert lake.read("x", "polars").equals(FRAME)
            assert [entry.name for entry in (lake.root / "silver").iterdir()] == ["x.parquet"]
    finally:
        subprocess.run(["umount", str(lake.root)], check=True)  # noqa: S607 - as above


# --- kills and company


def test_killed_writers_leave_a_whole_file_and_the_next_cleans_up(lake: Lake, full_count: bool) -> None:
    left: list[str] = []
    lake.write("silver", "x", pl.DataFrame({"n": [0] * 200_000, "i": range(200_000)}))

    def newest() -> int:
        frame = lake.read("x", "polars")
        assert frame.height == 200_000
        (found,) = frame["n"].unique()
        left.extend(entry.name for entry in (lake.root / "silver").iterdir() if entry.name != "x.parquet")
        lake.write("silver", "x", frame)
        assert [entry.name for entry in (lake.root / "silver").iterdir()] == ["x.parquet"]
        return int(found)

    assert kill_writers(writers.files, [str(lake.root)], 1000 if full_count else 50, newest) > 0
    assert left, "no kill fell inside a write"


def test_a_kill_before_and_after_every_call_of_the_write_leaves_old_or_new(lake: Lake) -> None:
    old, new = pl.DataFrame({"n": [1]}), pl.DataFrame({"n": [2, 2]})
    seen = set()
    with mortals(writers.two_rows, [str(lake.root)]) as lives:
        for moment in range(1, 60):
            lake.write("silver", "x", old)
            alive = lives(2, moment)
            frame = lake.read("x", "polars")
            assert frame.equals(old) or frame.equals(new)
            seen.add(frame.height)
            if alive:
                break
        else:
            pytest.fail("the write never came to its end")
    assert seen == {1, 2}
    lake.write("silver", "x", old)
    assert [entry.name for entry in (lake.root / "silver").iterdir()] == ["x.parquet"]


def test_the_file_of_a_writer_that_lives_is_not_cleaned_away(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.parquet") as first:
        first.write_text("first")
        with replacing(tmp_path / "a.parquet") as second:
            second.write_text("second")
        assert first.exists()
        assert (tmp_path / "a.parquet").read_text() == "second"
    assert (tmp_path / "a.parquet").read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.parquet"]


def test_a_temporary_that_a_cleaner_took_between_making_and_locking_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(["removed", "held"])
    real = fcntl.flock
    cleaners = []

    def flock(descriptor: int, operation: int) -> None:
        """Be a cleaner that comes just before the writer's lock."""
        match next(moments, None):
            case "removed":
                next(tmp_path.glob(".write-*")).unlink()
            case "held":
                other = os.open(next(tmp_path.glob(".write-*")), os.O_RDWR)
                cleaners.append(other)
                real(other, operation)
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with replacing(tmp_path / "a.parquet") as path:
        path.write_text("whole")
    assert (tmp_path / "a.parquet").read_text() == "whole"
    assert next(moments, "both came") == "both came"
    os.close(cleaners[0])


def test_cleaning_takes_what_is_dead_and_leaves_what_is_not_ours(tmp_path: Path) -> None:
    dead, link, other = tmp_path / ".write-0.part", tmp_path / ".write-1.part", tmp_path / "note.part"
    dead.write_text("")
    other.write_text("")
    link.symlink_to(other)
    clean(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".write-1.part", "note.part"]


def test_an_error_inside_the_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a.parquet") as path:
        path.write_text(str(1 / 0))
    assert list(tmp_path.iterdir()) == []


def test_two_writers_and_a_reader_at_once_see_whole_files_only(lake: Lake) -> None:
    lake.write("silver", "x", pl.DataFrame({"n": [0] * 1000}))
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for _ in range(30):
                lake.write("silver", "x", pl.LazyFrame({"n": [number] * 1000}))
        except BaseException as error:  # noqa: BLE001 - carried to the main thread, which fails on any
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        frame = lake.read("x", "polars")
        assert frame.height == 1000
        assert frame["n"].n_unique() == 1
    for thread in threads:
        thread.join()
    assert errors == []
    assert [entry.name for entry in (lake.root / "silver").iterdir()] == ["x.parquet"]


def test_a_new_file_has_the_rights_that_the_umask_leaves(lake: Lake) -> None:
    before = os.umask(0o027)
    try:
        lake.write("silver", "x", FRAME)
    finally:
        os.umask(before)
    assert lake.path("silver", "x").stat().st_mode & 0o777 == 0o640


STREAM = """
import pathlib, re, sys, polars as pl
from platform_core.lake import Lake
lake = Lake(pathlib.Path(sys.argv[1]))
plan = lake.read("big").filter(pl.col("n") % 2 == 0).with_columns(m=pl.col("n") % 17, o=pl.col("n") % 19)
if sys.argv[2] == "eager":
    plan = plan.collect()
lake.write("silver", "out", plan)
# Not ru_maxrss, which counts what the parent held when it started us
print(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.nightly
def test_a_lazy_frame_goes_through_in_less_memory_than_an_eager_one(lake: Lake, full_count: bool) -> None:
    if not full_count:
        pytest.skip("writes 240 million values: `make test-nightly`")
    numbers = pl.LazyFrame({"n": pl.int_range(40_000_000, eager=True)})
    lake.write("bronze", "big", numbers.with_columns(*((pl.col("n") % m).alias(f"c{m}") for m in (3, 5, 7, 11, 13))))

    def peak(how: str) -> int:
        command = [sys.executable, "-c", STREAM, str(lake.root), how]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert peak("lazy") < 0.5 * peak("eager")


def test_outside_any_project_no_list_of_partitions_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_PROJECT", raising=False)
    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.chdir(tmp_path)
    lake = Lake.of_project()
    assert lake.lists() == {}
    lake.write("bronze", "parts", pl.DataFrame({"a": [1]}), "2025")
    assert list(lake.find("parts").partitions) == ["2025"]  # type: ignore[union-attr]  # it was just written
