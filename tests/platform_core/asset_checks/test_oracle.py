"""Checks of rows and keys against what a loop over Python values finds."""

from __future__ import annotations

import math
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from platform_core.asset_checks import (
    Check,
    check_accepted_values,
    check_no_nulls,
    check_pattern,
    check_range,
    check_referential,
    check_unique_values,
    run_checks,
)

SCHEMA = pl.Schema(
    {
        "n": pl.Int64(),
        "f": pl.Float64(),
        "t": pl.String(),
        "c": pl.Categorical(),
        "d": pl.Decimal(10, 2),
        "l": pl.List(pl.Int64),
        "s": pl.Struct({"x": pl.Int64}),
    }
)
NUMBERS = st.none() | st.integers(-2, 2)
FLOATS = st.none() | st.sampled_from([0.0, -0.0, 0.5, 1.0, math.nan, math.inf, -math.inf])
TEXTS = st.none() | st.sampled_from(["", "a", "A", "ab", "a\n", "é"])
DECIMALS = st.none() | st.sampled_from([Decimal("0.10"), Decimal("1.00"), Decimal("1.05"), Decimal("-3.00")])
LISTS = st.none() | st.lists(NUMBERS, max_size=2)
STRUCTS = st.none() | st.fixed_dictionaries({"x": NUMBERS})
ROWS = st.lists(st.tuples(NUMBERS, FLOATS, TEXTS, TEXTS, DECIMALS, LISTS, STRUCTS), max_size=12)
COLUMNS = st.lists(st.sampled_from(list(SCHEMA)), min_size=1, max_size=3, unique=True)


def frame_of(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def same(value: Any) -> Any:
    """Give what equal values share: one NaN, one zero, and things that can be hashed."""
    if isinstance(value, float) and math.isnan(value):
        return "not a number"
    if isinstance(value, list):
        return ("list", *map(same, value))
    return ("struct", *map(same, value.values())) if isinstance(value, dict) else value


def expect(frame: pl.DataFrame, check: Check, failing: list[int]) -> None:
    """Judge the frame in memory, and as files of rows in groups of several sizes, where footers are asked first."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.parquet")
        sources: list[Any] = [frame.lazy(), path]
        frame.write_parquet(path, row_group_size=1 + (frame.height + len(failing)) % 5)
        for source in sources:
            outcome = check.run(source)
            assert outcome.failed_count == len(failing)
            assert outcome.passed == (not failing)
            assert outcome.sample.equals(frame[failing[:10]])


@given(ROWS, COLUMNS, st.booleans())
def test_no_nulls(rows: list[tuple[Any, ...]], columns: list[str], nan: bool) -> None:
    frame = frame_of(rows)
    missing = [
        i
        for i, row in enumerate(frame.iter_rows(named=True))
        if any(row[c] is None or (nan and same(row[c]) == "not a number") for c in columns)
    ]
    expect(frame, check_no_nulls(*columns, nan=nan), missing)


@given(ROWS, COLUMNS | st.just([]))
def test_unique_values(rows: list[tuple[Any, ...]], columns: list[str]) -> None:
    frame = frame_of(rows)
    keys = [tuple(same(row[c]) for c in columns or frame.columns) for row in frame.iter_rows(named=True)]
    counts = Counter(keys)
    expect(frame, check_unique_values(*columns), [i for i, key in enumerate(keys) if counts[key] > 1])


@given(ROWS, st.lists(NUMBERS), st.lists(TEXTS), st.lists(st.sampled_from([0.1, 1, "1.05", 1.054])))
def test_accepted_values(
    rows: list[tuple[Any, ...]], numbers: list[Any], texts: list[Any], decimals: list[Any]
) -> None:
    frame = frame_of(rows)
    accepted = {"n": numbers, "f": numbers, "t": texts, "c": texts, "d": decimals}
    allowed = {**accepted, "d": [Decimal(str(d)) for d in decimals]}
    failing = [
        i
        for i, row in enumerate(frame.iter_rows(named=True))
        if any(row[c] is not None and row[c] not in wanted for c, wanted in allowed.items())
    ]
    expect(frame, check_accepted_values(accepted), failing)


@given(ROWS, st.floats(-3, 3), st.integers(-3, 3) | st.none(), st.sampled_from(["n", "f", "d"]))
def test_range(rows: list[tuple[Any, ...]], low: float, high: int | None, column: str) -> None:
    frame = frame_of(rows)
    low_exact, upper = Decimal(repr(low)), math.inf if high is None else high
    failing = [
        i
        for i, value in enumerate(frame[column])
        if value is not None and (same(value) == "not a number" or not low_exact <= Decimal(value) <= Decimal(upper))
    ]
    expect(frame, check_range(column, low, high), failing)


@given(ROWS, st.sampled_from(["a", "a*", "(?i)a", "[a-z]|", ".", "a\\n"]), st.sampled_from(["t", "c", "n"]))
def test_pattern(rows: list[tuple[Any, ...]], pattern: str, column: str) -> None:
    frame = frame_of(rows)
    failing = [i for i, v in enumerate(frame[column]) if v is not None and not re.fullmatch(pattern, str(v))]
    expect(frame, check_pattern(column, pattern), failing)


@given(ROWS, ROWS, st.lists(st.sampled_from(["n", "t", "c", "d"]), min_size=1, max_size=2, unique=True))
def test_referential(rows: list[tuple[Any, ...]], others: list[tuple[Any, ...]], columns: list[str]) -> None:
    frame, other = frame_of(rows), frame_of(others)
    known = set(other.select(columns).rows())
    failing = [i for i, key in enumerate(frame.select(columns).rows()) if None not in key and key not in known]
    expect(frame, check_referential(columns, other), failing)


@given(ROWS)
def test_together_they_say_what_each_says_alone(rows: list[tuple[Any, ...]]) -> None:
    frame = frame_of(rows)
    checks = [
        check_no_nulls("n", "t"),
        check_unique_values("n", "l"),
        check_range("f", 0, 1),
        check_referential("t", frame),
    ]
    together = run_checks(frame, checks).outcomes
    for check, outcome in zip(checks, together, strict=True):
        alone = check.run(frame)
        assert (alone.failed_count, alone.description) == (outcome.failed_count, outcome.description)
        assert alone.sample.equals(outcome.sample)
