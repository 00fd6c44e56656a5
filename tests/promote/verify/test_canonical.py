from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UserError
from promote.verify.canonical import as_polars, canonical, spell

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


def same(left: Any, right: Any) -> bool:
    """Say whether two values are the same by type and content; the slow and plain way."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return np.float64(left).tobytes() == np.float64(right).tobytes() or (left != left and right != right)  # noqa: PLR0124 - NaN
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left.items()), list(right.items()))
    return left == right


@given(VALUES, VALUES)
def test_two_values_are_spelt_alike_exactly_when_they_are_the_same(left: object, right: object):
    assert (spell(left) == spell(right)) == same(left, right)


@given(VALUES)
def test_a_value_is_spelt_alike_twice(value: object):
    assert spell(value) == spell(value)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (np.float64(1.0), 1.0),
        (np.int64(1), np.int32(1)),
        (np.array([1, 2]), [1, 2]),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (pd.NA, None),
        (dt.datetime(2025, 1, 1), pd.Timestamp("2025-01-01")),
        (dt.datetime(2025, 1, 1), dt.datetime(2025, 1, 1, tzinfo=dt.UTC)),
        (pd.Timestamp("2025-01-01 00:00:00.000000001"), pd.Timestamp("2025-01-01")),
        ({1, 2}, frozenset({1, 2})),
        ({1: 2}, {2: 1}),
        (complex(1), 1.0),
        (Decimal("1.5"), Decimal("1.51")),
        (Decimal("NaN"), Decimal("Infinity")),
        (Decimal(1), 1),
    ],
)
def test_types_are_part_of_what_is_spelt(left: object, right: object):
    assert spell(left) != spell(right)
    assert spell(left) == spell(left)


def test_decimals_are_numbers_whatever_their_scale():
    assert spell(Decimal("1.50")) == spell(Decimal("1.5")) != spell(Decimal("1.05"))
    wide = "12345678901234567890123456789012345678.90"
    assert spell(Decimal(wide)) != spell(Decimal(wide.replace("8.90", "8.91")))


def test_a_value_that_cannot_be_spelt_is_told_by_its_type():
    with pytest.raises(UserError, match="A column holds a generator"):
        spell(value for value in "")


def test_floats_become_bits_of_their_width_and_nulls_stay():
    frame = pl.DataFrame(
        {"a": [1.0, None, float("nan"), -0.0], "b": pl.Series([1.0, None, float("nan"), 0.0], dtype=pl.Float32)}
    )
    form = canonical(frame)
    assert form.dtypes == [pl.UInt64, pl.UInt32]
    assert form["0"].to_list()[1] is None
    assert form["0"].to_list()[3] == 1 << 63
    other = np.frombuffer(np.uint64(0xFFF8000000000001).tobytes(), dtype=np.float64)
    assert canonical(pl.DataFrame({"a": other}))["0"].to_list() == [form["0"][2]]


def test_chunks_and_slices_leave_no_trace():
    whole = pl.DataFrame({"a": [1.5, None, 2.5, 3.5], "b": ["x", None, "", "y"]})
    parts = pl.concat([whole.slice(0, 1), whole.slice(1, 2), whole.slice(3)], rechunk=False)
    assert canonical(parts).equals(canonical(whole))


def test_nested_times_keep_their_nanoseconds():
    times = pl.Series([[1], [2]], dtype=pl.List(pl.Int64)).cast(pl.List(pl.Datetime("ns")))
    pair = times.to_frame("a")
    assert canonical(pair)["0"].n_unique() == 2
    boxed = pair.select(pl.struct(pl.col("a").list.to_array(1), day=pl.lit(dt.date(2025, 1, 1))))
    assert canonical(boxed)["0"].n_unique() == 2


def test_every_type_has_a_form():
    frame = pl.DataFrame(
        {
            "date": [dt.date(2025, 1, 1)],
            "time": [dt.time(1, 2)],
            "wait": [dt.timedelta(1)],
            "big": pl.Series([1], dtype=pl.Int128),
            "kind": pl.Series(["a"], dtype=pl.Enum(["a"])),
            "none": pl.Series([None], dtype=pl.Null),
            "raw": [b"\xff"],
            "any": pl.Series([object], dtype=pl.Object),
        }
    )
    form = canonical(frame)
    assert form.sort(form.columns).height == 1


def test_pandas_types_that_arrow_lacks_have_a_form_too():
    frame = pd.DataFrame(
        {
            "p": pd.period_range("2025-01", periods=2, freq="M"),
            "i": pd.interval_range(0, 2),
            "c": [1j, 2j],
            "n": pd.Categorical([1, None]),
        }
    )
    form = canonical(frame)
    assert form.columns == ["i0", "0", "1", "2", "3"]
    assert form["3"].to_list()[1] is None
    assert all(form[name].n_unique() == 2 for name in form.columns)


def test_relations_are_read_without_being_consumed():
    import duckdb

    relation = duckdb.connect().sql("SELECT i FROM range(3) AS r(i)")
    assert as_polars(relation)["i"].to_list() == [0, 1, 2]
    assert relation.fetchall() == [(0,), (1,), (2,)]
