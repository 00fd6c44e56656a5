"""Checks of single rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from platform_core.asset_checks import (
    check_accepted_values,
    check_expression,
    check_no_nulls,
    check_pattern,
    check_range,
)
from platform_core.errors import UsageError

FRAME = pl.DataFrame({"a": [1, 2, None], "t": ["x", None, "y"]})


def test_no_nulls_looks_at_every_column_where_none_is_named() -> None:
    outcome = check_no_nulls().run(FRAME)
    assert outcome.failed_count == 2
    assert outcome.metadata["by_column"] == {"a": 1, "t": 1}


def test_nan_is_a_value_unless_it_is_asked_for() -> None:
    frame = pl.DataFrame({"f": [1.0, float("nan"), None], "t": ["a", "b", "c"]})
    assert check_no_nulls("f").run(frame).failed_count == 1
    assert check_no_nulls(nan=True).run(frame).failed_count == 2


@pytest.mark.parametrize(
    "check",
    [
        check_no_nulls("a", "zz"),
        check_accepted_values({"a": [1], "zz": [1]}),
        check_range("zz", 0),
        check_pattern("zz", "x"),
        check_expression(pl.col("zz") > pl.col("a"), name="rule"),
    ],
)
def test_a_missing_column_is_a_failed_check_that_names_it(check: Any) -> None:
    outcome = check.run(FRAME)
    assert not outcome.passed
    assert outcome.description == "The frame has no column zz."
    assert outcome.metadata["missing_columns"] == ["zz"]
    assert outcome.sample.schema == FRAME.schema


def test_an_empty_frame_and_one_without_columns_pass() -> None:
    assert check_no_nulls("a").run(FRAME.clear()).passed
    assert check_range("a", 0).run(FRAME.clear()).passed
    assert check_no_nulls().run(pl.DataFrame()).passed


def test_all_null_passes_everything_but_no_nulls() -> None:
    frame = pl.DataFrame({"a": [None, None]}, schema={"a": pl.Int64})
    assert check_accepted_values({"a": [1]}).run(frame).passed
    assert check_range("a", 0).run(frame).passed
    assert check_no_nulls("a").run(frame).failed_count == 2


def test_a_column_without_a_type_holds_nothing_but_nulls() -> None:
    frame = pl.DataFrame({"a": [None, None]})
    checks = [check_accepted_values({"a": [1]}), check_range("a", 0), check_pattern("a", "x")]
    assert [check.run(frame).passed for check in checks] == [True] * 3


LONDON = pl.Series([datetime(2025, 6, 1), datetime(2025, 6, 2)]).dt.replace_time_zone("Europe/London")


@pytest.mark.parametrize(
    ("values", "accepted", "failed"),
    [
        (pl.Series([2**64 - 1, 1], dtype=pl.UInt64), [2**64 - 1], 1),
        (pl.Series([1, 2], dtype=pl.Int8), [1, 300, 2.5], 1),
        (pl.Series([True, False]), [True], 1),
        (pl.Series([date(2025, 1, 1), date(2025, 1, 2)]), ["2025-01-01"], 1),
        (pl.Series([date(2025, 1, 1)]), [date(2025, 1, 1)], 0),
        (pl.Series([datetime(2025, 1, 1), datetime(2025, 1, 1, 12)]), ["2025-01-01"], 1),
        (LONDON, ["2025-06-01"], 1),
        (LONDON, [datetime(2025, 5, 31, 23, tzinfo=UTC)], 1),
        (LONDON, ["2025-05-31T23:00:00Z", date(2025, 6, 2)], 0),
        (pl.Series([time(9), time(10)]), ["09:00", time(10)], 0),
        (pl.Series([timedelta(days=1)]), [timedelta(hours=24)], 0),
        (pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])), ["a", "not of the enum"], 1),
        (pl.Series([Decimal("1.10")]), [1.1], 0),
        (pl.Series([0.1, 0.2], dtype=pl.Float32), [0.1], 1),
        (pl.Series([1.0, 2.0]), [1, Decimal(2)], 0),
    ],
)
def test_values_are_compared_as_the_type_compares(values: pl.Series, accepted: list[Any], failed: int) -> None:
    assert check_accepted_values({"v": accepted}).run(values.alias("v").to_frame()).failed_count == failed


@pytest.mark.parametrize(
    ("values", "accepted"),
    [
        (pl.Series([1]), ["1"]),
        (pl.Series([1]), [True]),
        (pl.Series([1.0]), [False]),
        (pl.Series([1.0]), ["1"]),
        (pl.Series(["1"]), [1]),
        (pl.Series([True]), [1]),
        (pl.Series([date(2025, 1, 1)]), ["01/01/2025"]),
        (pl.Series([date(2025, 1, 1)]), [datetime(2025, 1, 1)]),
        (pl.Series([datetime(2025, 1, 1)]), [datetime(2025, 1, 1, tzinfo=UTC)]),
        (pl.Series([datetime(2025, 1, 1)]), [3]),
        (pl.Series([Decimal(1)]), ["one"]),
        (pl.Series([Decimal(1)]), [float("nan")]),
        (pl.Series([1.0]), [10**400]),
        (pl.Series([[1]]), [1]),
    ],
)
def test_what_cannot_be_compared_is_a_failed_check_without_the_value(values: pl.Series, accepted: list[Any]) -> None:
    outcome = check_accepted_values({"v": accepted}).run(values.alias("v").to_frame())
    assert not outcome.passed
    assert outcome.description.startswith("Column v is ")
    assert "cannot be compared" in outcome.description


@pytest.mark.parametrize(
    ("values", "low", "high", "failed"),
    [
        (pl.Series([0, 1, 2, 3]), 1, 2, 2),
        (pl.Series([0, 1]), 0.5, None, 1),
        (pl.Series([2**63 - 1, 0]), None, 2**63 - 2, 1),
        (pl.Series([2**64 - 1], dtype=pl.UInt64), -1, 10**60, 0),
        (pl.Series([1, 2]), float("-inf"), float("inf"), 0),
        (pl.Series([1.0, float("nan")]), 0, None, 1),
        (pl.Series([float("inf")]), None, 5, 1),
        (pl.Series([Decimal("1.10"), Decimal("1.11")]), None, 1.1, 1),
        (pl.Series([Decimal("1.10"), Decimal("1.11")]), Decimal("1.101"), 10**50, 1),
        (pl.Series([date(2025, 1, 1), date(2025, 1, 9)]), "2025-01-02", None, 1),
        (LONDON, "2025-06-01T12:00", None, 1),
        (pl.Series([time(9)]), None, "08:00", 1),
    ],
)
def test_bounds_are_exact(values: pl.Series, low: Any, high: Any, failed: int) -> None:
    assert check_range("v", low, high).run(values.alias("v").to_frame()).failed_count == failed


def test_text_and_booleans_have_no_range() -> None:
    for values in (["a"], [True]):
        assert "has no range" in check_range("v", 0).run(pl.DataFrame({"v": values})).description


def test_mappings_hold_several_columns() -> None:
    frame = pl.DataFrame({"a": [1, 9], "b": ["x", "xx"]})
    outcome = check_range({"a": {"max": 5}}).run(frame)
    assert outcome.description == "1 row is out of bounds: a (1)."
    assert check_pattern({"b": "x", "a": r"\d"}).run(frame).failed_count == 1


def test_a_pattern_matches_the_whole_text() -> None:
    frame = pl.DataFrame({"t": ["AB1", "AB12", "xAB1", "AB1\n"]})
    assert check_pattern("t", r"[A-Z]{2}\d").run(frame).failed_count == 3
    assert check_pattern("t", r"^[A-Z]{2}\d$").run(frame).failed_count == 3
    assert check_pattern("t", r"a|AB1").run(frame).failed_count == 3


def test_a_pattern_needs_text() -> None:
    assert check_pattern("f", "x").run(pl.DataFrame({"f": [1.0]})).description == "Column f is Float64, not text."


class TestExpression:
    def test_false_fails_and_null_passes(self) -> None:
        frame = pl.DataFrame({"opened": [1, 5, None], "closed": [2, 4, 3]})
        outcome = check_expression(pl.col("closed") >= pl.col("opened"), name="closes later").run(frame)
        assert outcome.name == "closes_later"
        assert outcome.failed_count == 1
        assert outcome.sample.rows() == [(5, 4)]

    def test_a_figure_of_the_whole_frame_is_taken(self) -> None:
        assert check_expression(pl.col("a").sum() == 3, name="total").run(FRAME).passed
        assert check_expression(pl.col("a").sum() > 3, name="total").run(FRAME).failed_count == 1

    def test_columns_by_pattern_are_taken(self) -> None:
        assert check_expression(pl.col("^a$") > 0, name="rule").run(FRAME).passed

    @pytest.mark.parametrize(
        ("expression", "said"),
        [
            (pl.col("a") + 1, "does not give one boolean column"),
            (pl.col("a", "t").is_null(), "does not give one boolean column"),
            (pl.col("t").struct.field("x") > 1, "cannot be computed on this frame"),
            (pl.col("a").str.len_chars() > 1, "could not be computed (SchemaError)"),
            (pl.col("t").str.to_date("%Y") > date(2025, 1, 1), "could not be computed (InvalidOperationError)"),
        ],
    )
    def test_what_cannot_be_computed_is_a_failed_check(self, expression: pl.Expr, said: str) -> None:
        outcome = check_expression(expression, name="rule").run(FRAME)
        assert not outcome.passed
        assert said in outcome.description

    def test_a_failed_figure_without_rows_has_no_sample(self) -> None:
        outcome = check_expression(pl.col("a").unique().drop_nulls() > 1, name="rule").run(FRAME)
        assert outcome.failed_count == 1
        assert outcome.sample.is_empty()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: check_no_nulls(["a", "b"]), "named by text, not by a list"),  # type: ignore[arg-type] # a wrong call
        (lambda: check_accepted_values({"a": "open"}), "must be a list"),
        (lambda: check_accepted_values({"a": 3}), "must be a list"),  # type: ignore[dict-item] # a wrong call
        (lambda: check_accepted_values({}), "needs a mapping"),
        (lambda: check_accepted_values("a"), "needs a mapping"),  # type: ignore[arg-type] # a wrong call
        (lambda: check_range("a"), "needs a `min`"),
        (lambda: check_range({"a": {"mn": 1}}), "needs a `min`"),
        (lambda: check_range({"a": 1}), "needs a `min`"),  # type: ignore[dict-item] # a wrong call
        (lambda: check_pattern("a"), "no regular expression"),
        (lambda: check_pattern("a", "(["), "no regular expression"),
        (lambda: check_pattern("a", "(?=x)"), "no regular expression"),
    ],
)
def test_a_wrong_call_is_refused_where_the_check_is_made(make: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make()
