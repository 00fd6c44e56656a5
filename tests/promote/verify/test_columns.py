"""What is told of columns: counts, and in which of them two versions agree."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.verify.columns import agreement, figures
from promote.verify.values import Agreement, Figures

FRAME = pl.DataFrame({"town": ["a", "a", None, "b"], "rent": [1.5, None, float("nan"), 2.0], "open": [True] * 4})


def test_nulls_and_rows_that_repeat_a_key_are_counted() -> None:
    assert figures(FRAME, ["town"]) == Figures({"town": 1, "rent": 1, "open": 0}, 1)
    assert figures(FRAME, ["town", "rent"]).repeats == 0
    assert figures(FRAME, ["open"]).repeats == 3


def test_what_pandas_holds_for_missing_counts_as_null() -> None:
    assert figures(FRAME.to_pandas(), ["town"]) == Figures({"town": 1, "rent": 2, "open": 0}, 1)


def test_a_key_may_be_of_lists_and_objects() -> None:
    frame = pl.DataFrame({"a": [[1], [1], [2]], "b": [1, 2, 3]})
    assert figures(frame, ["a"]).repeats == figures(frame.to_pandas(), ["a"]).repeats == 1


@pytest.mark.parametrize("frame", [FRAME, FRAME.to_pandas()])
def test_a_key_that_the_frame_lacks_is_not_counted(frame: object) -> None:
    assert figures(frame, ["nothing"]).repeats is None  # type: ignore[arg-type]
    assert figures(frame).repeats is None  # type: ignore[arg-type]


@pytest.mark.parametrize("frame", [pl.DataFrame(), pl.DataFrame({"a": []}), pd.DataFrame({"a": []}), pd.DataFrame()])
def test_an_empty_frame_has_no_nulls_and_agrees_with_itself(frame: pl.DataFrame | pd.DataFrame) -> None:
    names = {str(name) for name in frame.columns}
    assert figures(frame, ["a"]) == Figures(dict.fromkeys(names, 0), 0 if names else None)
    assert agreement(frame, frame) == Agreement(frozenset(names), True)


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        (pl.col("rent").fill_null(0.0), {"town", "open"}),
        (pl.col("rent").fill_nan(None), {"town", "open"}),
        (pl.col("rent").cast(pl.Float32), {"town", "open"}),
        (pl.col("town").sort(), {"town", "rent", "open"}),
        (pl.lit(1).alias("more"), {"town", "rent", "open"}),
    ],
)
def test_columns_agree_as_multisets_of_one_type(change: pl.Expr, columns: set[str]) -> None:
    assert agreement(FRAME, FRAME.with_columns(change)) == Agreement(frozenset(columns), False)
    assert agreement(FRAME, FRAME.reverse()) == Agreement(frozenset(FRAME.columns), True)


def test_one_row_more_is_seen_in_every_column_and_kinds_do_not_mix() -> None:
    assert agreement(FRAME, pl.concat([FRAME, FRAME.head(1)])) == Agreement()
    assert agreement(FRAME, FRAME.to_pandas()) == Agreement()


def test_the_index_of_pandas_is_a_column_too() -> None:
    frame = FRAME.to_pandas().set_index("town")
    assert agreement(frame, frame.assign(rent=0.0)).columns == {"index town", "open"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 2)), max_size=8), st.randoms())
def test_only_the_order_of_rows_is_nothing(rows: list[tuple[str, int]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    schema = {"a": pl.String, "b": pl.Int64}
    one, other = (pl.DataFrame(r, schema=schema, orient="row") for r in (rows, shuffled))
    assert agreement(one, other) == Agreement(frozenset("ab"), True)
    assert figures(one, ["a"]).repeats == len(rows) - len({a for a, _ in rows})
    more = other.with_columns(pl.col("b") + 1)
    assert ("b" in agreement(one, more).columns) == all(b is None for _, b in rows)
