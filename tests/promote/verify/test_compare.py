from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from promote.verify.compare import compare_frames

FRAME = pl.DataFrame(
    {
        "name": ["a", "b", "b", None],
        "fee": [1.5, float("nan"), None, -0.0],
        "when": [dt.datetime(2025, 1, 1), None, dt.datetime(2025, 1, 2), dt.datetime(2025, 1, 2)],
        "tags": [["x"], [], None, ["x", None]],
        "place": [{"x": 1.0, "y": None}, {"x": float("nan"), "y": 2}, None, {"x": 0.0, "y": 3}],
        "cost": [Decimal("1.50"), None, Decimal("0.00"), Decimal("2.25")],
        "open": [True, False, None, True],
    }
)


def test_a_frame_equals_itself_and_its_rows_in_another_order():
    assert compare_frames(FRAME, FRAME, ordered=True).equal
    shuffled = FRAME.sample(fraction=1.0, shuffle=True, seed=3)
    assert compare_frames(FRAME, shuffled).equal
    assert compare_frames(FRAME, shuffled).order == "not compared"


def test_order_is_compared_only_where_it_is_asked_for():
    verdict = compare_frames(FRAME, FRAME.reverse(), ordered=True)
    assert not verdict.equal
    assert verdict.order == "compared"
    assert verdict.difference == "the same rows stand in another order"
    assert compare_frames(FRAME, FRAME, ordered=False).order == "not compared"


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "c"),
        ("fee", 1.5000000000000002),
        ("when", dt.datetime(2025, 1, 1, 0, 0, 0, 1)),
        ("tags", ["y"]),
        ("place", {"x": 1.0, "y": 1}),
        ("cost", Decimal("1.51")),
        ("open", None),
    ],
)
def test_one_changed_cell_is_found_and_its_column_named(column: str, value: object, ordered: bool):
    cells = FRAME[column].to_list()
    cells[0] = value
    changed = FRAME.with_columns(pl.Series(column, cells, dtype=FRAME.schema[column]))
    verdict = compare_frames(FRAME, changed, ordered=ordered)
    assert not verdict.equal
    assert verdict.columns == (column,)
    assert "1 of 4 rows" in verdict.difference


def test_a_dropped_row_is_found():
    verdict = compare_frames(FRAME, FRAME.head(3))
    assert (verdict.equal, verdict.difference) == (False, "4 rows in the notebook, 3 in the asset")


def test_duplicates_are_counted():
    mine, theirs = pl.DataFrame({"a": ["x", "x", "y"]}), pl.DataFrame({"a": ["x", "y", "y"]})
    verdict = compare_frames(mine, theirs)
    assert (verdict.equal, verdict.difference) == (False, "column 'a': 1 of 3 rows has no equal")


def test_another_type_is_found_and_told():
    verdict = compare_frames(pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}, schema={"a": pl.Int32}))
    assert verdict.difference == "column 'a' is Int64 in the notebook and Int32 in the asset"
    assert verdict.columns == ("a",)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (pl.Datetime("us"), pl.Datetime("ms")),
        (pl.Datetime("us"), pl.Datetime("us", "UTC")),
        (pl.String, pl.Categorical()),
        (pl.Enum(["a", "b"]), pl.Enum(["b", "a"])),
        (pl.List(pl.Int64), pl.List(pl.Int32)),
        (pl.Decimal(10, 2), pl.Decimal(10, 3)),
    ],
)
def test_units_zones_categories_and_inner_types_count(mine: pl.DataType, theirs: pl.DataType):
    frames = (pl.DataFrame({"a": pl.Series([], dtype=dtype)}) for dtype in (mine, theirs))
    verdict = compare_frames(*frames)
    assert not verdict.equal
    assert verdict.columns == ("a",)


def test_null_is_not_nan_and_nan_is_nan():
    nan, null = pl.DataFrame({"a": [1.0, float("nan")]}), pl.DataFrame({"a": [1.0, None]})
    assert compare_frames(nan, nan, ordered=True).equal
    verdict = compare_frames(nan, null)
    assert not verdict.equal
    assert "0 nulls in the notebook, 1 in the asset" in verdict.difference
    assert not compare_frames(nan, null, tolerance=0.1).equal


def test_minus_zero_is_not_zero_unless_a_tolerance_is_given():
    mine, theirs = pl.DataFrame({"a": [0.0]}), pl.DataFrame({"a": [-0.0]})
    assert not compare_frames(mine, theirs).equal
    assert compare_frames(mine, theirs, tolerance=1e-9).equal


def test_columns_in_another_order_missing_and_added():
    assert compare_frames(FRAME, FRAME.select(reversed(FRAME.columns))).difference == (
        "the columns stand in another order"
    )
    verdict = compare_frames(FRAME, FRAME.rename({"fee": "cost2"}))
    assert verdict.difference == "the asset lacks 'fee', the notebook lacks 'cost2'"
    assert verdict.columns == ("fee", "cost2")


@pytest.mark.parametrize("ordered", [True, False])
def test_a_tolerance_is_relative_and_applies_to_floats_alone(ordered: bool):
    mine = pl.DataFrame({"k": [1, 2, 3], "a": [100.0, 1e-9, float("inf")]})
    near = pl.DataFrame({"k": [1, 2, 3], "a": [100.01, 1.0001e-9, float("inf")]})
    theirs = near if ordered else near.reverse()
    assert compare_frames(mine, theirs, tolerance=1e-3, ordered=ordered).equal
    verdict = compare_frames(mine, theirs, tolerance=1e-6, ordered=ordered)
    assert (verdict.equal, verdict.columns) == (False, ("a",))
    far = theirs.with_columns(pl.col("a").replace(float("inf"), 1e300))
    assert not compare_frames(mine, far, tolerance=0.5, ordered=ordered).equal
    assert not compare_frames(mine, theirs.with_columns(k=pl.col("k") + 1), tolerance=0.5, ordered=ordered).equal


def test_the_column_that_is_not_deterministic_is_named_whatever_the_order():
    mine = pl.DataFrame({"key": range(50), "same": ["x"] * 50, "random": [i * 0.1 for i in range(50)]})
    theirs = mine.with_columns(random=pl.col("random") * 7 + 1).sample(fraction=1.0, shuffle=True, seed=1)
    assert compare_frames(mine, theirs).columns == ("random",)


def test_values_put_together_in_other_rows_are_found():
    mine = pl.DataFrame({"key": [1, 2, 3], "group": ["x", "x", "x"], "value": [10, 20, 30]})
    theirs = mine.with_columns(value=pl.Series([20, 10, 30]))
    verdict = compare_frames(mine, theirs)
    assert not verdict.equal
    assert verdict.columns == ("value",)
    assert "2 of 3 rows have no equal" in verdict.difference


def test_no_value_is_told():
    mine = pl.DataFrame({"name": ["Winifred"], "fee": [4711.25]})
    theirs = pl.DataFrame({"name": ["Ethelred"], "fee": [1174.75]})
    told = repr(compare_frames(mine, theirs))
    assert "Winifred" not in told
    assert "Ethelred" not in told
    assert "4711" not in told


def test_frames_without_rows_or_columns():
    assert compare_frames(pl.DataFrame(), pl.DataFrame()).equal
    assert compare_frames(FRAME.clear(), FRAME.clear(), ordered=True).equal
    assert compare_frames(pd.DataFrame(), pd.DataFrame()).equal


PANDAS = pd.DataFrame(
    {"name": ["a", "b", None], "fee": [1.5, float("nan"), 2.0], "kind": pd.Categorical(["x", None, "y"])}
)


def test_pandas_frames():
    assert compare_frames(PANDAS, PANDAS.copy(), ordered=True).equal
    changed = PANDAS.copy()
    changed.loc[2, "fee"] = 2.5
    assert compare_frames(PANDAS, changed).columns == ("fee",)
    recoded = PANDAS.assign(kind=PANDAS["kind"].cat.add_categories("z"))
    assert compare_frames(PANDAS, recoded).difference == "the categories of 'kind' differ"
    assert compare_frames(PANDAS, pl.DataFrame({"a": [1]})).difference.startswith("one is a Polars frame")


def test_the_index_of_pandas_counts():
    named = PANDAS.set_index("name")
    assert compare_frames(named, named.copy()).equal
    assert not compare_frames(named, PANDAS).equal
    assert not compare_frames(named, named.rename_axis("other")).equal
    filtered = PANDAS.iloc[[0, 2]]
    renumbered = filtered.reset_index(drop=True)
    assert not compare_frames(filtered, renumbered).equal
    moved = filtered.set_axis([0, 1])
    assert compare_frames(filtered, moved).columns == ("index",)
    deep = PANDAS.set_index(["name", "kind"])
    assert compare_frames(deep, deep.copy()).equal
    assert not compare_frames(deep, deep.swaplevel()).equal


def test_the_header_of_pandas_counts():
    numbers = pd.DataFrame([[1, 2]], columns=[1, 2])
    assert compare_frames(numbers, numbers.copy()).equal
    assert "other types" in compare_frames(numbers, numbers.rename(columns=str)).difference
    assert "header" in compare_frames(numbers, numbers.rename_axis(columns="h")).difference
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert compare_frames(twice, twice.copy()).equal
    assert not compare_frames(twice, pd.DataFrame([[1, 3]], columns=["a", "a"])).equal


def test_python_objects_in_pandas_count_with_their_types():
    mine = pd.DataFrame({"a": pd.Series([1, "x", None, [1, 2]], dtype=object)})
    assert compare_frames(mine, mine.copy(deep=True)).equal
    for other in (["1", "x", None, [1, 2]], [1.0, "x", None, [1, 2]], [1, "x", None, (1, 2)], [1, "x", 0, [1, 2]]):
        assert not compare_frames(mine, pd.DataFrame({"a": pd.Series(other, dtype=object)})).equal


def test_the_types_of_python_objects_are_told():
    mine = pd.DataFrame({"tags": [["x"], None]})
    theirs = pd.DataFrame({"tags": [np.array(["x"]), None]})
    verdict = compare_frames(mine, theirs)
    assert verdict.difference == "column 'tags' holds list in the notebook, ndarray in the asset"
    other = pd.DataFrame({"tags": [["x"], ["x"]]})
    assert compare_frames(mine, other).difference.startswith("column 'tags' holds NoneType")


def test_missing_in_pandas_extension_types_is_not_nan():
    mine = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "t": pd.to_datetime(pd.Series(["2025-01-01", None]))})
    assert compare_frames(mine, mine.copy()).equal
    assert compare_frames(mine, mine.assign(a=pd.array([1, 2], dtype="Int64"))).columns == ("a",)
