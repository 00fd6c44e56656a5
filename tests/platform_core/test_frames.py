"""Kinds of frame and conversion between them, with real frames of every kind."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated, Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pandera.typing.polars import LazyFrame as PanderaLazyFrame

from platform_core.errors import UserError
from platform_core.frames import KINDS, FrameKind, annotation_kind, convert, is_arrow, kind_of, to_polars

FRAME = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"], "fee": [1.5, None, -0.0]})


def as_kind(kind: FrameKind) -> Any:
    return {
        "lazy": FRAME.lazy(),
        "polars": FRAME,
        "pandas": FRAME.to_pandas(),
        "duckdb": duckdb.from_arrow(FRAME.to_arrow()),
    }[kind]


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_every_kind_becomes_every_other(source: FrameKind, target: FrameKind) -> None:
    made = convert(as_kind(source), target)
    assert kind_of(made) == target
    assert to_polars(made).equals(FRAME)


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_of_the_kind_is_given_back_itself(kind: FrameKind) -> None:
    frame = as_kind(kind)
    assert convert(frame, kind) is frame


def test_arrow_is_converted_but_is_no_kind() -> None:
    table = pa.table({"id": [1, 2]})
    for value in (table, table.to_batches()[0], table.to_reader()):
        assert is_arrow(value)
        assert kind_of(value) is None
        made: Any = convert(value, "polars")
        assert made.equals(pl.DataFrame({"id": [1, 2]}))


def test_arrow_keeps_odd_names_and_rows_without_columns() -> None:
    table = pa.table({"": [1, 2], "b": [3, 4]})
    for value in (table, table.to_batches()[0], table.to_reader()):
        assert to_polars(value).columns == ["", "b"]
    assert to_polars(table.select([])).height == 2
    with pytest.raises(UserError, match="Several columns are called 'a'"):
        to_polars(pa.table([[1], [2]], names=["a", "a"]))


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (pl.LazyFrame, "lazy"),
        (pl.DataFrame, "polars"),
        (pd.DataFrame, "pandas"),
        (duckdb.DuckDBPyRelation, "duckdb"),
        (Any, "lazy"),
        ("pl.LazyFrame", "lazy"),
        ("'pd.DataFrame'", "pandas"),
        ("duckdb.DuckDBPyRelation", "duckdb"),
        (Annotated[pl.DataFrame, "note"], "polars"),
        (PanderaLazyFrame[Any], "lazy"),
        (int, None),
        ("str", None),
        (list[pl.DataFrame], None),
        (None, None),
    ],
)
def test_annotations_ask_for_kinds(annotation: object, kind: str | None) -> None:
    assert annotation_kind(annotation) == kind


def test_named_pandas_index_becomes_a_column_and_row_numbers_do_not() -> None:
    grouped = pd.DataFrame({"who": ["a", "b", "a"], "fee": [1, 2, 3]}).groupby("who").sum()
    assert to_polars(grouped).to_dict(as_series=False) == {"fee": [4, 2], "who": ["a", "b"]}
    gaps = pd.DataFrame({"id": [1, 2, 3]}).loc[[0, 2]].query("id != 1")
    assert to_polars(gaps).columns == ["id"]
    labels = pd.DataFrame({"n": [1]}, index=["x"])
    assert to_polars(labels).to_dict(as_series=False) == {"n": [1], "__index_level_0__": ["x"]}


def test_no_value_of_the_data_stands_in_the_error_about_mixed_types() -> None:
    with pytest.raises(UserError) as caught:
        to_polars(pd.DataFrame({"ok": [1, 2], "mixed": [1, "SECRET"]}))
    assert "'mixed'" in str(caught.value)
    assert "int, str" in str(caught.value)
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_mixed_index_and_repeated_columns_are_named() -> None:
    with pytest.raises(UserError, match="The index holds"):
        to_polars(pd.DataFrame({"a": [1, 2]}, index=[1, "x"]))
    with pytest.raises(UserError, match="Several columns are called 'a'"):
        to_polars(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_what_is_no_frame_is_refused_by_type() -> None:
    with pytest.raises(UserError, match="no frame but a dict"):
        to_polars({"a": [1]})
    with pytest.raises(UserError, match="to_frame"):
        to_polars(pd.Series([1]))


def test_pandas_duckdb_and_arrow_are_not_imported_until_a_frame_of_theirs_is_at_hand() -> None:
    code = (
        "import sys, polars as pl\n"
        "from platform_core.frames import convert, kind_of\n"
        "from platform_core.lake import Lake\n"
        "assert kind_of(convert(pl.DataFrame({'a': [1]}), 'lazy')) == 'lazy'\n"
        "print([m for m in ('pandas', 'duckdb', 'pyarrow', 'numpy', 'dagster') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
