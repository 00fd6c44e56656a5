"""Checks of a column's figures, against Python's own arithmetic over its values."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.asset_checks import (
    check_compare,
    check_drift,
    check_length,
    check_mean,
    check_null_share,
    check_quantile,
    check_row_change,
    run_checks,
)
from platform_core.errors import UsageError, UserError
from platform_core.sdk.loading import overrides

NUMBERS = st.lists(st.none() | st.integers(-50, 50), max_size=30)
TEXTS = st.lists(st.none() | st.text(max_size=4), max_size=20)


@given(NUMBERS, st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_null_share(values: list[int | None], share: float) -> None:
    outcome = check_null_share("v", share).run(pl.DataFrame({"v": values}, schema={"v": pl.Int64}))
    nulls = values.count(None)
    assert outcome.passed == (not values or nulls <= share * len(values))
    assert outcome.failed_count == (0 if outcome.passed else nulls)
    assert outcome.sample.height == min(10, outcome.failed_count)


@given(NUMBERS, st.integers(-20, 0), st.integers(0, 20))
def test_mean(values: list[int | None], low: int, high: int) -> None:
    held = [v for v in values if v is not None]
    outcome = check_mean("v", low, high).run(pl.DataFrame({"v": values}, schema={"v": pl.Int64}))
    assert outcome.passed == bool(held and low <= statistics.fmean(held) <= high)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30), st.sampled_from([0.0, 0.5, 1.0]))
def test_quantile_ends_and_middle(values: list[int], q: float) -> None:
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    near = {ordered[math.floor(place)], ordered[math.ceil(place)]}
    frame = pl.DataFrame({"v": values})
    assert check_quantile("v", q, min(near), max(near)).run(frame).passed
    assert not check_quantile("v", q, max=min(near) - 1).run(frame).passed


def test_nan_and_infinities_have_no_sound_figure() -> None:
    frame = pl.DataFrame({"v": [1.0, math.nan], "i": [math.inf, -math.inf], "up": [math.inf, 1.0]})
    assert check_mean("v", -1e9, 1e9).run(frame).description == "The mean of v is no number."
    assert not check_mean("i", -1e9).run(frame).passed
    assert check_mean("up", 0).run(frame).passed
    assert not check_mean("up", max=1e300).run(frame).passed


def test_figures_of_decimals_and_of_nothing() -> None:
    frame = pl.DataFrame({"v": [Decimal("1.10"), Decimal("1.30")], "n": pl.Series([None, None], dtype=pl.Float64)})
    assert check_mean("v", 1.19, 1.21).run(frame).passed
    assert check_mean("n", 0).run(frame).description == "Column n holds no number."
    assert "is no number" in check_quantile("t", 0.5, 0).run(pl.DataFrame({"t": ["a"]})).description
    assert "no column z" in check_mean("z", 0).run(frame).description


@pytest.mark.parametrize(
    ("rows", "drop", "growth", "passed"),
    [(90, 0.1, None, True), (89, 0.1, None, False), (110, None, 0.1, True), (111, 0.5, 0.1, False), (0, 1.0, 0, True)],
)
def test_row_change(tmp_path: Path, rows: int, drop: float | None, growth: float | None, passed: bool) -> None:
    frame = pl.DataFrame({"a": range(rows)}, schema={"a": pl.Int64})
    frame.write_parquet(tmp_path / "x.parquet")
    for to in (100, pl.DataFrame({"a": range(100)})):
        for now in (frame, tmp_path / "x.parquet"):
            (outcome,) = run_checks(now, [check_row_change(to, drop, growth)]).outcomes
            assert (outcome.passed, outcome.metadata["rows_before"]) == (passed, 100)


def test_another_asset_is_read_by_name() -> None:
    frame = pl.DataFrame({"v": [1, 2, 3]})
    with overrides(assets={"before": frame}):
        assert check_row_change("before", 0).run(frame).passed
        assert check_drift("v", "before").run(frame).passed
    assert check_drift("v", "before").needs == ("before",)


def test_an_asset_that_is_not_there_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path))
    for check in (check_row_change("before", 0), check_drift("v", "before")):
        assert not check.run(pl.DataFrame({"v": [1]})).passed


def index_of(before: list[Any], now: list[Any], group: Any) -> float:
    """Give the stability index of two lists by a function from a value to its group."""
    old, new = Counter(map(group, before)), Counter(map(group, now))
    total = 0.0
    for key in old.keys() | new.keys():
        share, was = max(new[key] / len(now), 1e-4), max(old[key] / len(before), 1e-4)
        total += (share - was) * math.log(share / was)
    return total


@given(
    st.lists(st.none() | st.sampled_from("abc"), min_size=1, max_size=40),
    st.lists(st.none() | st.sampled_from("abcd"), min_size=1, max_size=40),
)
def test_drift_of_text(before: list[str | None], now: list[str | None]) -> None:
    known = set(before)
    outcome = check_drift("v", pl.DataFrame({"v": before}, schema={"v": pl.String}), 0.2).run(
        pl.DataFrame({"v": now}, schema={"v": pl.Categorical})
    )
    wanted = index_of(before, now, lambda v: v if v is None or v in known else "the rest")
    assert outcome.metadata["stability_index"] == pytest.approx(wanted, abs=1e-6)
    assert outcome.passed == (wanted <= 0.2)


@given(
    st.lists(st.none() | st.floats(-9, 9) | st.just(math.nan), min_size=1, max_size=40),
    st.lists(st.none() | st.floats(-9, 9) | st.just(math.nan), min_size=1, max_size=40),
)
def test_drift_of_numbers(before: list[float | None], now: list[float | None]) -> None:
    held = pl.Series(before, dtype=pl.Float64).drop_nulls().drop_nans()
    cuts = sorted({cut for i in range(1, 10) if (cut := held.quantile(i / 10, "nearest")) is not None})

    def group(value: float | None) -> Any:
        return value if value is None else "nan" if math.isnan(value) else sum(value > cut for cut in cuts)

    outcome = check_drift("v", pl.DataFrame({"v": before}, schema={"v": pl.Float64})).run(
        pl.DataFrame({"v": now}, schema={"v": pl.Float64})
    )
    assert outcome.metadata["stability_index"] == pytest.approx(index_of(before, now, group), abs=1e-6)


def test_drift_of_dates_and_what_has_none() -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(100)]
    before = pl.DataFrame({"v": days, "l": [[1]] * 100})
    assert check_drift("v", before).run(before).passed
    assert not check_drift("v", before).run(before.with_columns(pl.col("v") + timedelta(days=90))).passed
    assert "of the other is Date" in check_drift("l", before, to_column="v").run(before).description
    assert not check_drift("l", before).run(before).passed
    assert "no column z" in check_drift("v", before, to_column="z").run(before).description
    assert "no rows" in check_drift("v", before).run(before.clear()).description


@given(TEXTS, st.integers(0, 3), st.integers(1, 4))
def test_length_of_text_bytes_and_lists(values: list[str | None], low: int, high: int) -> None:
    frame = pl.DataFrame({"t": values}, schema={"t": pl.String}).with_columns(
        b=pl.col("t").cast(pl.Binary), l=pl.col("t").str.split("").list.slice(0, 2)
    )
    for column in ("t", "b", "l"):
        failing = sum(v is not None and not low <= len(v) <= high for v in frame[column].to_list())
        assert check_length(column, low, high).run(frame).failed_count == failing


def test_columns_are_compared_row_by_row() -> None:
    frame = pl.DataFrame({"a": [1, 2, None, 3], "b": [2, 2, 1, None], "t": ["x"] * 4})
    expected = {"<": 1, "<=": 0, "==": 1, "!=": 1, ">=": 1, ">": 2}
    assert {r: check_compare("a", r, "b").run(frame).failed_count for r in expected} == expected
    assert not check_compare("a", "<", "t").run(frame).passed
    assert "no column z" in check_compare("a", "<", "z").run(frame).description


FAR, NOW = date(9999, 12, 31), datetime(2025, 3, 30, 1)


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        (pl.Series([2**53 + 1]), pl.Series([2.0**53]), ">"),
        (pl.Series([2**127 - 1], dtype=pl.Int128), pl.Series([2.0**127]), "<"),
        (pl.Series([5]), pl.Series([math.nan]), "<"),
        (pl.Series([-1], dtype=pl.Int128), pl.Series([2**128 - 1], dtype=pl.UInt128), "<"),
        (pl.Series([Decimal("1.01")]), pl.Series([10**37], dtype=pl.Int128), "<"),
        (pl.Series([Decimal("-1.01")]), pl.Series([-1]), "<"),
        (pl.Series([FAR]), pl.Series([NOW], dtype=pl.Datetime("ns")), ">"),
        (pl.Series([1]).cast(pl.Datetime("ns")), pl.Series([0]).cast(pl.Datetime("ms")), ">"),
        (pl.Series([1]).cast(pl.Duration("ns")), pl.Series([0]).cast(pl.Duration("ms")), ">"),
        (
            pl.Series([NOW], dtype=pl.Datetime("us", "UTC")),
            pl.Series([NOW]).dt.replace_time_zone("Asia/Tokyo"),
            ">",
        ),
        (pl.Series([NOW.date()]), pl.Series([datetime(2025, 3, 30)]).dt.replace_time_zone("Asia/Tokyo"), "="),
        (pl.Series(["b"], dtype=pl.Categorical(pl.Categories("x", "y"))), pl.Series(["a"], dtype=pl.Categorical), ">"),
    ],
)
def test_columns_of_two_types_are_compared_exactly(left: pl.Series, right: pl.Series, order: str) -> None:
    holding = {"<": {"<", "<=", "!="}, "=": {"<=", "==", ">="}, ">": {">", ">=", "!="}}[order]
    frame = pl.DataFrame({"a": left, "b": right}).select(pl.all().extend_constant(None, 1))
    mixed = frame.with_columns(pl.col("b").shift(1).alias("none"))
    for relation in ("<", "<=", "==", "!=", ">=", ">"):
        assert check_compare("a", relation, "b").run(frame).passed == (relation in holding), relation
        assert check_compare("a", relation, "none").run(mixed.head(1)).passed, "null passes"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (pl.Series([1]), pl.Series([FAR])),
        (pl.Series([NOW]), pl.Series([NOW]).dt.replace_time_zone("UTC")),
        (pl.Series(["a"], dtype=pl.Enum(["b", "a"])), pl.Series(["a"], dtype=pl.Enum(["a", "b"]))),
        (pl.Series([{1}], dtype=pl.Object), pl.Series([1])),
    ],
)
def test_columns_that_have_no_order_together_are_refused(left: pl.Series, right: pl.Series) -> None:
    outcome = check_compare("a", "<=", "b").run(pl.DataFrame({"a": left, "b": right}))
    assert (outcome.passed, "is not compared with b" in outcome.description) == (False, True)


@pytest.mark.parametrize(
    "make",
    [
        lambda: check_null_share("a", 2),
        lambda: check_null_share("a", True),
        lambda: check_mean("a"),
        lambda: check_mean("a", math.nan),
        lambda: check_quantile("a", 1.5, 0),
        lambda: check_quantile("a", 0.5),
        lambda: check_row_change(10),
        lambda: check_row_change(10, -1),
        lambda: check_drift("a", pl.DataFrame({"a": [1]}), -1),
        lambda: check_length("a"),
        lambda: check_length("a", -1),
        lambda: check_length({"a": {"mn": 1}}),
        lambda: check_compare("a", "=", "b"),
    ],
)
def test_a_wrong_call_is_refused(make: Any) -> None:
    with pytest.raises(UsageError):
        make()


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(UserError):
        check_row_change(1.5, 0)
    with pytest.raises(UserError):
        check_drift("a", 3)
