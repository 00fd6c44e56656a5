"""What is proven from footers and dictionaries, and what must not be."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_core.asset_checks import (
    Check,
    check_accepted_values,
    check_freshness,
    check_length,
    check_no_nulls,
    check_null_share,
    check_pattern,
    check_range,
    check_row_count,
    check_unique_values,
    run_checks,
)
from platform_core.asset_checks.facts import Facts, facts_of

MOMENT = datetime(2025, 1, 1, 12)
FRAME = pl.DataFrame(
    {
        "n": [1, None, -5, 7],
        "u": pl.Series([0, 2**64 - 1, 1, 2], dtype=pl.UInt64),
        "d": [date(2025, 1, 1), None, date(1890, 1, 1), date(2025, 1, 2)],
        "at": [MOMENT, MOMENT + timedelta(days=1), None, None],
        "zoned": pl.Series([MOMENT.replace(tzinfo=UTC)] * 4),
        "t": ["a", "b", None, "a"],
        "c": pl.Series(["x", "y", "x", None], dtype=pl.Categorical),
        "f": [0.0, math.nan, math.inf, None],
        "dec": pl.Series([Decimal("1.10")] * 4, dtype=pl.Decimal(38, 2)),
        "l": [[1], None, [None], []],
        "s": [{"x": 1}, {"x": None}, {"x": 3}, {"x": 4}],
        "s.x": [9, 9, 9, 9],
        "void": pl.Series([None] * 4, dtype=pl.Int64),
    }
)


def facts(folder: Path, frame: pl.DataFrame = FRAME, **options: Any) -> Facts:
    path = folder / "x.parquet"
    frame.write_parquet(path, **options)
    told = facts_of([path], pl.scan_parquet(path).collect_schema())
    assert told is not None
    return told


def test_nulls_and_extremes_are_told_where_they_are_sure(tmp_path: Path) -> None:
    told = facts(tmp_path, row_group_size=2)
    assert told.rows == 4
    assert {name: told.nulls(name) for name in ("n", "u", "d", "at", "t", "f", "void")} == {
        "n": 1, "u": 0, "d": 1, "at": 2, "t": 1, "f": 1, "void": 4,
    }  # fmt: skip
    for name in ("n", "u", "d", "at", "zoned"):
        found = told.extremes(name)
        assert found is not None
        assert found.dtype == FRAME.schema[name]
        assert found.to_list() == [FRAME[name].min(), FRAME[name].max()], name
    assert told.extremes("void") is not None
    assert [told.extremes(name) for name in ("f", "t", "dec", "l", "s")] == [None] * 5
    assert [told.nulls(name) for name in ("l", "s", "s.x")] == [None] * 3, "a dot may name the field of a struct"


def test_values_are_told_where_every_page_has_them_in_its_dictionary(tmp_path: Path) -> None:
    told = facts(tmp_path, row_group_size=2)
    values = told.values("t")
    assert values is not None
    assert set(values) == {"a", "b"}
    assert told.values("n") is None
    many = pl.DataFrame({"t": [f"{n:040}" for n in range(60_000)]})
    assert facts(tmp_path, many).values("t") is None


@pytest.mark.parametrize("codec", ["zstd", "snappy", "gzip", "lz4", "uncompressed"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_what_arrow_writes_is_read_too(tmp_path: Path, codec: Any, version: Any) -> None:
    frame = pl.DataFrame({"t": [["ä", "b", None][n % 3] for n in range(5000)]})
    path = tmp_path / "x.parquet"
    pq.write_table(
        frame.to_arrow(), path, compression=None if codec == "uncompressed" else codec, data_page_version=version,
        row_group_size=999, data_page_size=500,
    )  # fmt: skip
    told = facts_of([path], frame.schema)
    assert told is not None
    values = told.values("t")
    assert (values is None) if codec == "lz4" else (values is not None and set(values) == {"ä", "b"})


def test_pages_without_a_dictionary_tell_nothing(tmp_path: Path) -> None:
    """A writer gives up its dictionary where it grows too large: later pages hold values of their own."""
    frame = pl.DataFrame({"t": ["a"] * 3000 + [f"other {n:030}" for n in range(3000)]})
    path = tmp_path / "x.parquet"
    pq.write_table(frame.to_arrow(), path, dictionary_pagesize_limit=1000, data_page_size=1000, write_batch_size=100)
    told = facts_of([path], frame.schema)
    assert told is not None
    assert told.values("t") is None
    assert run_checks(path, [check_accepted_values({"t": ["a"]})]).outcomes[0].failed_count == 3000
    pq.write_table(frame.to_arrow(), path, use_dictionary=False)
    assert facts_of([path], frame.schema).values("t") is None  # type: ignore[union-attr] # a footer that can be read


def test_a_file_that_is_damaged_after_its_footer_was_written_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    frame = pl.DataFrame({"t": ["a", "b"] * 500})
    for place in range(4, 60):
        frame.write_parquet(path)
        content = bytearray(path.read_bytes())
        content[place] ^= 0xFF
        path.write_bytes(content)
        told = facts_of([path], frame.schema)
        if told is not None:
            values = told.values("t")
            assert values is None or len(values) <= 2


def test_missing_statistics_tell_nothing(tmp_path: Path) -> None:
    told = facts(tmp_path, statistics=False)
    assert [told.nulls("n"), told.extremes("n")] == [None, None]
    path = tmp_path / "x.parquet"
    assert [o.failed_count for o in run_checks(path, [check_no_nulls("n"), check_range("n", 0)]).outcomes] == [1, 1]


def test_times_that_are_stored_in_another_unit_tell_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"at": pa.array([MOMENT], pa.timestamp("s"))}), path)
    schema = pl.scan_parquet(path).collect_schema()
    told = facts_of([path], pl.Schema({"at": pl.Datetime("us")}))
    assert told is not None
    assert told.extremes("at") is None
    own = facts_of([path], schema)
    assert own is not None
    found = own.extremes("at")
    assert found is None or found.to_list() == [MOMENT, MOMENT]


PROVABLE = [
    check_no_nulls("u"),
    check_range("n", -5, 7),
    check_range("u", 0, 2**64 - 1),
    check_range("d", "1890-01-01", "2025-01-02"),
    check_range({"zoned": {"min": "2025-01-01"}, "void": {"max": 1}}),
    check_accepted_values({"t": ["a", "b"], "c": ["x", "y"]}),
    check_pattern("t", "[ab]"),
    check_length("t", 1, 1),
    check_null_share("n", 0.25),
    check_row_count(4, 4),
    check_freshness("d", "1d", as_of="2025-01-03"),
    check_freshness("zoned", "1d", as_of="2025-01-02"),
]
REFUTED = [
    check_range("n", -4, 7),
    check_range("f", 0),
    check_accepted_values({"t": ["a"], "c": ["x"]}),
    check_pattern("t", "a"),
    check_length("t", 2),
    check_no_nulls("n", "d", "at"),
    check_no_nulls("void"),
    check_no_nulls("n", "u", "t"),
    check_unique_values("void"),
]


@pytest.mark.parametrize("check", PROVABLE + REFUTED, ids=lambda c: c.name)
@pytest.mark.parametrize("rows", [1, 2, 4])
def test_a_file_and_its_frame_are_judged_alike(tmp_path: Path, check: Check, rows: int) -> None:
    path = tmp_path / "x.parquet"
    FRAME.write_parquet(path, row_group_size=rows)
    of_file, of_frame = run_checks(path, [check]).outcomes[0], check.run(FRAME)
    assert of_file.passed == (check in PROVABLE)
    assert (of_file.description, of_file.metadata) == (of_frame.description, of_frame.metadata)
    assert of_file.sample.equals(of_frame.sample)


def test_a_folder_that_names_a_column_counts_more_than_what_the_file_tells(tmp_path: Path) -> None:
    path = tmp_path / "day=2025-01-01" / "x.parquet"
    path.parent.mkdir()
    pl.DataFrame({"day": ["a", None], "n": [1, 2]}).write_parquet(path)
    scan = pl.scan_parquet(tmp_path, hive_partitioning=True)
    checks = [check_no_nulls("day"), check_accepted_values({"day": ["a"]})]
    assert [one.failed_count for one in run_checks(scan, checks, files=[path]).outcomes] == [0, 2]


def test_what_is_proven_reads_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.parquet"
    FRAME.write_parquet(path, row_group_size=2)

    def read(*_: Any, **__: Any) -> Any:
        raise AssertionError("rows were read")

    monkeypatch.setattr("platform_core.asset_checks.running.pl.collect_all", read)
    assert run_checks(path, [check for check in PROVABLE if check.name != "accepted_values_t_c"]).passed


def test_an_empty_file_and_one_of_empty_groups_are_judged(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    FRAME.clear().write_parquet(path)
    checks = [check_no_nulls("n"), check_range("n", 0), check_unique_values("n"), check_accepted_values({"t": []})]
    assert run_checks(path, checks).passed
    assert not run_checks(path, [check_row_count()]).passed


def test_128_bit_numbers_have_no_footer_that_arrow_reads(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"w": pl.Series([2**100, 2**100, None], dtype=pl.Int128)}).write_parquet(path)
    outcomes = run_checks(path, [check_unique_values("w"), check_no_nulls("w"), check_range("w", 0)]).outcomes
    assert [outcome.failed_count for outcome in outcomes] == [2, 1, 0]
