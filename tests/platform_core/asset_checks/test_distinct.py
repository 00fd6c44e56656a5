"""Keys that stand there twice: every type, every way of finding them, against a loop over Python values."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.asset_checks import check_unique_values, distinct, jobs, run_checks
from platform_core.asset_checks.distinct import Code, code_of, repeated
from platform_core.asset_checks.facts import facts_of

LONG = "x" * 100_000
CASES: dict[str, pl.Series] = {
    "nothing": pl.Series([], dtype=pl.Int64),
    "one null": pl.Series([None, 1], dtype=pl.Int64),
    "all null": pl.Series([None] * 3, dtype=pl.Int64),
    "untyped": pl.Series([None] * 3),
    "least and greatest": pl.Series([-(2**63), 2**63 - 1, -(2**63), 0]),
    "unsigned": pl.Series([2**64 - 1, 0, 2**63, 2**64 - 1], dtype=pl.UInt64),
    "bytes": pl.Series([-128, 127, -128, None], dtype=pl.Int8),
    "wide whole numbers": pl.Series([2**100, -(2**100), 2**100], dtype=pl.Int128),
    "floats": pl.Series([0.0, -0.0, math.nan, -math.nan, math.inf, -math.inf, None, None, 5e-324]),
    "short floats": pl.Series([0.0, -0.0, math.nan, 1.5], dtype=pl.Float32),
    "booleans": pl.Series([True, False, None, True]),
    "wide decimals": pl.Series([Decimal(10) ** 35, Decimal(10) ** 35, Decimal(1)], dtype=pl.Decimal(38, 2)),
    "dates": pl.Series([date(1, 1, 1), date(9999, 12, 31), date(1, 1, 1)]),
    "nanoseconds": pl.Series([1000, 2000, 1000]).cast(pl.Datetime("ns")),
    "one moment in two zones": pl.Series([datetime(2025, 10, 26, 0, 30, tzinfo=UTC)] * 2).dt.convert_time_zone(
        "Europe/London"
    ),
    "times": pl.Series([time(1), time(1), time(2)]),
    "durations": pl.Series([timedelta(1), timedelta(hours=24), None]),
    "categories": pl.Series(["a", "b", "a", None], dtype=pl.Categorical),
    "an enum": pl.Series(["a", "b", "b"], dtype=pl.Enum(["a", "b", "c"])),
    "texts": pl.Series(["", None, "a", "A", "é", "e\u0301", "a\x00", "a", ""]),
    "long texts": pl.Series([LONG + "a", LONG + "b", LONG + "a"]),
    "bytes of any length": pl.Series([b"", b"\x00", b"\x00\x00", b"", None]),
    "lists": pl.Series([[1], [1], [], [None], None, [1, None]]),
    "lists of lists": pl.Series([[[1]], [[1]], [[]], [[], []]]),
    "structs": pl.Series([{"x": 1, "y": "a"}, {"x": 1, "y": "a"}, {"x": None, "y": None}, None]),
    "arrays": pl.Series([[1, 2], [1, 2], None], dtype=pl.Array(pl.Int64, 2)),
}


def same(value: Any) -> Any:
    """Give what equal values share."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value + 0.0
    if isinstance(value, list):
        return ("list", *map(same, value))
    if isinstance(value, dict):
        return ("struct", *map(same, value.values()))
    return (type(value).__name__, value) if isinstance(value, bool) else value


def expected(frame: pl.DataFrame, columns: list[str]) -> tuple[list[int], int]:
    """Give the places of rows that share their key, and the number of such keys."""
    keys = [tuple(same(row[c]) for c in columns) for row in frame.iter_rows(named=True)]
    counts = Counter(keys)
    return [i for i, key in enumerate(keys) if counts[key] > 1], sum(n > 1 for n in counts.values())


def judge(frame: pl.DataFrame, columns: list[str], folder: Path | None = None, rows: int | None = None) -> None:
    given: Any = frame.lazy()
    if folder is not None:
        given = folder / "keys.parquet"
        frame.write_parquet(given, row_group_size=rows)
    places, groups = expected(frame, columns)
    outcome = run_checks(given, [check_unique_values(*columns)]).outcomes[0]
    assert (outcome.failed_count, outcome.metadata.get("groups", 0)) == (len(places), groups)
    assert outcome.sample.equals(frame[places[:10]])


@pytest.mark.parametrize("name", CASES)
def test_every_type_in_memory_and_from_a_file(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame({"k": CASES[name], "row": range(len(CASES[name]))})
    judge(frame, ["k"])
    judge(frame, ["k"], tmp_path, 2)
    both = frame.with_columns(other=pl.lit(1))
    judge(both, ["other", "k"])
    judge(both, ["k", "other"], tmp_path, 1)


def test_moments_a_nanosecond_apart_are_two() -> None:
    """Python's own moments cannot tell them apart, so what is expected is written down."""
    frame = pl.DataFrame({"k": pl.Series([1, 2, 1]).cast(pl.Datetime("ns"))})
    assert check_unique_values("k").run(frame).failed_count == 2


KEYS = {
    "i": st.none() | st.integers(-3, 3) | st.sampled_from([-(2**63), 2**63 - 1]),
    "s": st.none() | st.integers(-3, 3),
    "u": st.none() | st.sampled_from([0, 1, 2**64 - 1, 2**63]),
    "b": st.none() | st.booleans(),
    "d": st.none() | st.sampled_from([date(1, 1, 1), date(2025, 1, 1), date(9999, 12, 31)]),
    "t": st.none() | st.sampled_from(["", "a", "b"]),
    "f": st.none() | st.sampled_from([0.0, -0.0, math.nan, 1.0]),
}
SCHEMA = {
    "i": pl.Int64,
    "s": pl.Int16,
    "u": pl.UInt64,
    "b": pl.Boolean,
    "d": pl.Date,
    "t": pl.String,
    "f": pl.Float64,
}


@given(
    st.lists(st.tuples(*KEYS.values()), max_size=30),
    st.lists(st.sampled_from(list(KEYS)), min_size=1, max_size=4, unique=True),
    st.integers(1, 12),
)
def test_any_composite_key(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], columns: list[str], group: int
) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    judge(frame, columns)
    judge(frame, columns, tmp_path_factory.mktemp("keys"), group)


@given(st.lists(st.integers(-4, 4) | st.none(), max_size=40), st.integers(0, 2**62), st.integers(1, 5))
def test_repeated_numbers_dense_and_sparse(values: list[int | None], apart: int, sample: int) -> None:
    spread = [None if v is None else v * apart % 2**62 for v in values]
    counts = Counter(spread)
    found = repeated(pl.Series(spread, dtype=pl.Int64), sample)
    again = [v for v in spread if counts[v] > 1]
    assert (found.rows, found.groups) == (len(again), len(set(again)))
    assert dict(zip(found.codes.tolist(), found.sizes.tolist(), strict=True)) == {
        v: n for v, n in counts.items() if n > 1 and v is not None
    }
    assert set(found.first) == set(again[:sample])


def test_two_keys_with_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every hash is made to collide: what is said must be exact all the same."""

    def bad_hash(columns: Any, schema: Any, facts: Any) -> Code:
        return Code(pl.col("k").str.len_bytes().cast(pl.UInt64).fill_null(2), exact=False)

    monkeypatch.setattr(jobs, "code_of", bad_hash)
    judge(pl.DataFrame({"k": ["aa", "bb", "cc", "d"]}), ["k"])
    judge(pl.DataFrame({"k": ["aa", "bb", "aa", "d", None, None, "ccc", "ddd", "ccc"]}), ["k"])


def test_confirming_and_passing_in_parts_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "_HELD", 3)
    monkeypatch.setattr(jobs, "_PASS_ROWS", 7)
    monkeypatch.setattr(distinct, "_STEP", 4)
    frame = pl.DataFrame({"k": [f"{n * n % 17}" for n in range(40)], "n": [n * n % 17 for n in range(40)]})
    for columns in (["k"], ["n"], ["k", "n"]):
        judge(frame, columns, tmp_path, 5)


def test_what_packs_is_exact_and_what_does_not_is_hashed(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    frame = pl.DataFrame({"a": [1, 2**40], "b": [5, 6], "c": [-(2**62), 2**62], "t": ["x", "y"], "o": [True, None]})
    frame = frame.with_columns(frame["b"].alias("^b$"))  # a pattern, to Polars
    frame.write_parquet(path)
    facts = facts_of([path], frame.schema)
    exact = [["a"], ["a", "b"], ["b", "o", "a"], ["c"], ["^b$"]]
    assert all(code_of(columns, frame.schema, facts).exact for columns in exact)
    hashed = [["a", "c"], ["t"], ["a", "t"]]
    assert not any(code_of(columns, frame.schema, facts).exact for columns in hashed)
    assert not code_of(["a", "b"], frame.schema, None).exact, "without a footer the extremes are not known"
    codes = frame.select(code_of(["b", "o", "a"], frame.schema, facts).expression).to_series()
    assert len(np.unique(codes.to_numpy())) == 2
