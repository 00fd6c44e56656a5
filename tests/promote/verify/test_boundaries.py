"""Rows at and beside the literals of the code."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from promote.verify.boundaries import Code, with_boundaries

DAY = dt.date(2024, 5, 6)


def code(text: str = "", *literals: object, avoid: frozenset[str] = frozenset()) -> Code:
    return Code(text, frozenset(literals), lambda made: made in avoid)


def added(
    values: list[Any], known: Code, *, why: str = "values", dtype: Any = None, rows: int | None = None
) -> list[Any]:
    """Give the values that rows of one batch have in a column of these values."""
    frame = pl.DataFrame({"v": pl.Series(values, dtype=dtype)})
    more, batches = with_boundaries(frame, range(rows or len(values)), known)
    assert more[: len(values)].equals(frame)
    return [more["v"][row] for name, numbers in batches if name == why for row in numbers]


@pytest.mark.parametrize(
    ("values", "known", "expected"),
    [
        ([True], code(), {False}),
        ([7, 9], code("", 5), {5, 6, 4, 0}),
        ([7, 9], code("", 5.5), {0}),
        ([7, 9], code("abs(x)"), {-7, -9, 0}),
        ([7.25], code("", 5), {5.0, 5.5, 4.5, 0.0}),
        ([7.25], code("round(x)"), {7.625, 7.5, 0.0}),
        ([[1]], code(), {(), (1, 1)}),
        ([dt.timedelta(days=1)], code(), {dt.timedelta(days=2), dt.timedelta(days=-1)}),
        (["ab"], code("strip"), {"", " ab ", "  "}),
        (["ab"], code("x == ''", ""), {""}),
        (["ab"], code("", "zz"), set()),
        (["open air", "x"], code("", "open"), {"open", "open air", "openopen"}),
        (["open", "x"], code("", "open", "shut"), {"open", "shut"}),
        (["open", "x"], code("lower()", "open"), {"open", "OPEN", "X"}),
        (["open", "x"], code("case", "open"), {"open", "OPEN"}),
        (["open"], code("replace", "open"), {"openopen"}),
        (["7"], code("", 5), {"5", "6", "4", "0"}),
        (["inf"], code("", 5), set()),
        (["No"], code("upper()"), {"NO", "no", "nO"}),
    ],
)
def test_values_that_the_code_could_tell_apart_are_tried(values: list[Any], known: Code, expected: set[Any]) -> None:
    made = {tuple(value) if isinstance(value, pl.Series) else value for value in added(values, known)}
    assert made == expected


def test_a_number_that_is_none_is_tried_where_the_code_asks_for_it() -> None:
    assert any(math.isnan(value) for value in added([1.5], code("is_nan()")))
    assert not any(math.isnan(value) for value in added([1.5], code()))


def test_days_are_moved_and_set_beside_those_of_the_code() -> None:
    steps = {dt.timedelta(days=days) for days in (1, -1, 7, 31, 366)}
    known = code("", "2024-02-01", dt.date(2024, 3, 1), "2024-99-99 is no day", 90)
    tried = set(added([DAY], known))
    assert {dt.date(2024, 1, 31), dt.date(2024, 2, 1), dt.date(2024, 2, 2), dt.date(2024, 3, 1)} <= tried
    assert {DAY + step for step in steps} | {DAY + dt.timedelta(days=90)} <= tried
    moment = dt.datetime(2024, 5, 6, 8, 30)
    tried = set(added([moment], known))
    assert {dt.datetime(2024, 2, 1), moment + dt.timedelta(hours=5), moment + dt.timedelta(days=90)} <= tried


def test_text_that_may_not_occur_is_not_tried() -> None:
    assert set(added(["Ab"], code("upper()"))) == {"AB", "ab", "aB"}
    assert set(added(["Ab"], code("upper()", avoid=frozenset({"AB", "aB"})))) == {"ab"}


@pytest.mark.parametrize(
    ("values", "avoid", "expected"),
    [
        (["a1"], frozenset(), ["a2"]),
        (["a9", "a0", "Z1"], frozenset(), ["a1"]),
        (["Z"], frozenset(), ["A"]),
        (["£"], frozenset(), []),
        (["Q"], frozenset("RSTUV"), []),
        ([4], frozenset(), [7]),
        ([4, 7], frozenset(), [9]),
        ([math.inf], frozenset(), []),
        ([True], frozenset(), []),
        ([None], frozenset(), []),
        ([DAY], frozenset(), []),
    ],
)
def test_a_stranger_has_the_form_of_another_and_stands_nowhere(
    values: list[Any], avoid: frozenset[str], expected: list[Any]
) -> None:
    assert added(values, code("", avoid=avoid), why="strangers", rows=1) == expected


def test_every_column_that_can_hold_a_null_gets_one() -> None:
    assert added([1, 2], code(), why="nulls") == [None, None]
    frame = pd.DataFrame({"whole": [1, 2], "part": [1.5, 2.5]}, index=["p", "q"])
    more, batches = with_boundaries(frame, [0, 1], code())
    rows = dict(batches)["nulls"]
    assert more.iloc[rows]["part"].isna().all()
    assert more["whole"].dtype == "int64", "a column of whole numbers stays one"
    assert set(more.index) == {"p", "q"}


def test_rows_of_a_counted_index_go_on_counting() -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.RangeIndex(2, name="row"))
    more, _ = with_boundaries(frame, [0, 1], code())
    assert isinstance(more.index, pd.RangeIndex)
    assert (len(more.index), more.index.name) == (len(more), "row")


def test_a_value_that_a_type_cannot_hold_leaves_the_row_as_it_is() -> None:
    assert set(added([7, 9], code("abs(x)", 300), dtype=pl.UInt8)) == {7, 9, 0}
    frame = pd.DataFrame({"a": pd.Series([7, 9], dtype="uint8"), "kind": pd.Categorical(["x", "y"])})
    more, _ = with_boundaries(frame, [0, 1], code("abs(x)", 300, "zz"))
    assert list(more.dtypes) == list(frame.dtypes)
    assert set(more["kind"].dropna()) <= {"x", "y"}


def test_arrays_in_cells_are_told_apart() -> None:
    frame = pd.DataFrame({"a": pd.Series([np.array([1, 2]), np.array([3]), None], dtype=object)})
    more, batches = with_boundaries(frame, [0, 1], code())
    twins = [list(array) for array in more["a"].iloc[dict(batches)["twins"]] if array is not None]
    assert [3] in twins
    assert [1, 2] in twins


def test_a_category_takes_the_values_that_it_knows() -> None:
    made = added(["open", "shut"], code("", "open", "gone"), dtype=pl.Enum(["open", "shut"]))
    assert set(made) <= {"open", "shut"}


def test_of_a_wide_frame_only_what_the_code_names_is_changed() -> None:
    frame = pl.DataFrame({f"column_{n}": [1, 2] for n in range(40)})
    more, _ = with_boundaries(frame, [0, 1], code("pl.col('column_7') < 5", 5))
    changed = [name for name in more.columns if more[name].n_unique() > 2]
    assert changed == ["column_7"]


@pytest.mark.parametrize("frame", [pl.DataFrame({"a": [1]}), pl.DataFrame()])
def test_without_rows_or_columns_there_is_little_to_try(frame: pl.DataFrame) -> None:
    assert with_boundaries(frame, [], code()) == (frame, [])
