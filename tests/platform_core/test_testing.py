"""The frame files and the comparison that generated tests stand on."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from polars.testing.parametric import dataframes

from platform_core.errors import UserError
from platform_core.testing import assert_frames_equal, frame_schema, given_frame, read_frame, write_frame
from tests.platform_core.frame_cases import PANDAS as HARD
from tests.platform_core.frame_cases import POLARS, REFUSED, assert_same

RICH = pl.DataFrame(
    {
        "text": ["a", None, "é\n\"'"],
        "price": pl.Series(["1.20", None, "-0.05"]).cast(pl.Decimal(10, 2)),
        "zoned": pl.Series([1, None, 1_750_000_000_123_456_789]).cast(pl.Datetime("ns", "Europe/London")),
        "plain": pl.Series([-1, None, 5]).cast(pl.Datetime("ms")),
        "day": [dt.date(2025, 3, 19), None, dt.date(1, 1, 1)],
        "clock": pl.Series([1, None, 86_399_999_999_999]).cast(pl.Time),
        "span": pl.Series([1, None, -5]).cast(pl.Duration("us")),
        "level": pl.Series(["low", None, "high"], dtype=pl.Enum(["low", "high"])),
        "label": pl.Series(["x", None, "y"], dtype=pl.Categorical),
        "raw": [b"\x00\xff", None, b""],
        "many": [[1, None], None, []],
        "pair": pl.Series([[1.5, 2.5], None, [math.nan, -0.0]], dtype=pl.Array(pl.Float32, 2)),
        "record": [{"a": 1, "b": ["x"]}, None, {"a": None, "b": None}],
        "number": [math.inf, None, 0.1 + 0.2],
        "wide": pl.Series([2**100, None, -1], dtype=pl.Int128),
        "nothing": pl.Series([None, None, None], dtype=pl.Null),
    }
)


def trip(frame: Any, folder: Path) -> Any:
    return read_frame(write_frame(frame, folder / "frame.json"))


def test_polars_types_survive(tmp_path: Path) -> None:
    back = trip(RICH, tmp_path)
    assert back.schema == RICH.schema
    assert_frame_equal(back, RICH, categorical_as_str=False)
    assert_frames_equal(back, RICH, ordered=True)
    assert trip(RICH.clear(), tmp_path).schema == RICH.schema


def test_writing_twice_gives_the_same_bytes_one_row_a_line(tmp_path: Path) -> None:
    first, second = (write_frame(RICH, tmp_path / name).read_bytes() for name in ("a.json", "b.json"))
    assert first == second
    assert len(first.decode().splitlines()) == 7 + len(RICH.columns) + RICH.height
    assert "é" in first.decode()


@given(
    frame=dataframes(max_cols=4, max_size=5, excluded_dtypes=[pl.Object, pl.Categorical, pl.Extension], allow_null=True)
)
def test_any_polars_frame_survives(tmp_path_factory: pytest.TempPathFactory, frame: pl.DataFrame) -> None:
    folder = tmp_path_factory.mktemp("trip")
    back = trip(frame, folder)
    assert back.schema == frame.schema
    assert_frames_equal(back, frame, ordered=True)
    assert_frame_equal(back, frame)


PANDAS = pd.DataFrame(
    {
        "object": pd.Series(["a", None, Decimal("1.20")], dtype=object),
        "str": pd.Series(["a", None, "c"]),
        "string": pd.Series(["a", None, "c"], dtype="string"),
        "masked": pd.Series([1, None, 3], dtype="Int64"),
        "float": [1.5, math.nan, -0.0],
        "masked_float": pd.Series([1.5, None, 2.5], dtype="Float64"),
        "flag": pd.Series([True, None, False], dtype="boolean"),
        "small": np.array([1, 2, 3], dtype="int8"),
        "zoned": pd.DatetimeIndex(["2025-01-01", pd.NaT, "2025-07-01"]).tz_localize("Europe/London"),
        "plain": pd.DatetimeIndex(["2025-01-01 10:00:00.5", pd.NaT, "2025-07-01"]),
        "span": pd.to_timedelta(["1D", None, "2h"]),
        "label": pd.Categorical(["x", None, "y"], categories=["y", "x", "z"], ordered=True),
        "month": pd.PeriodIndex(["2025-01", None, "2025-03"], freq="M"),
        "arrow": pd.array([1, None, 3], dtype="int64[pyarrow]"),
        "mixed": pd.Series([[1, 2], {"a": (1, {2})}, pd.Timestamp("2025-01-01", tz="UTC")], dtype=object),
        "more": pd.Series([pd.NA, pd.NaT, np.float64(1.5)], dtype=object),
        "days": pd.Series([dt.date(2025, 1, 1), dt.datetime(2025, 1, 1, 1), b"\x01"], dtype=object),
    }
)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(3),
        pd.Index(["x", "y", "z"], name="key"),
        pd.Index([5, 5, 7]),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["letter", None]),
        pd.DatetimeIndex(["2025-01-01", "2025-01-02", "2025-01-03"], tz="UTC", name="day"),
        pd.CategoricalIndex(["u", "v", "u"]),
    ],
    ids=["range", "text", "numbers", "levels", "days", "labels"],
)
def test_pandas_types_and_indexes_survive(tmp_path: Path, index: Any) -> None:
    frame = PANDAS.set_axis(index)
    back = trip(frame, tmp_path)
    pd.testing.assert_frame_equal(back, frame, check_freq=False)
    assert_frames_equal(back, frame, ordered=True)
    assert type(back.index) is type(frame.index)


def test_pandas_column_levels_and_names_survive(tmp_path: Path) -> None:
    levels = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["letter", "number"])
    frame = pd.DataFrame([[1, 2]], columns=levels)
    pd.testing.assert_frame_equal(trip(frame, tmp_path), frame)
    named = pd.DataFrame({"a": [1]}).rename_axis(columns="measure")
    pd.testing.assert_frame_equal(trip(named, tmp_path), named)


def test_each_kind_is_given(tmp_path: Path) -> None:
    path = write_frame(pl.DataFrame({"a": [1, 2]}), tmp_path / "deep" / "a.json")
    assert isinstance(read_frame(path, as_="lazy"), pl.LazyFrame)
    assert isinstance(read_frame(path, as_="polars"), pl.DataFrame)
    assert isinstance(read_frame(path, as_="pandas"), pd.DataFrame)
    assert isinstance(read_frame(path, as_="duckdb"), duckdb.DuckDBPyRelation)
    relation = duckdb.sql("SELECT 1::BIGINT AS a UNION ALL SELECT 2")
    assert_frames_equal(relation, read_frame(path), ordered=False)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"kind": "polars", "columns": [["a", "No"]], "rows": []}', "é"])
def test_what_is_no_frame_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError):
        read_frame(path)
    with pytest.raises(UserError):
        read_frame(tmp_path / "absent.json")


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"a": pl.Series([object()], dtype=pl.Object)}),
        pd.DataFrame({"a": pd.Series([object()], dtype=object)}),
        HARD["Arrow: map"],
        HARD["objects: numpy moments"],
        *(REFUSED[name][0] for name in ("floats of 80 bits", "a column in a zone without a name")),
        REFUSED["datetimes in a zone without a name"][0],
    ],
)
def test_what_json_cannot_hold_is_refused(tmp_path: Path, frame: Any) -> None:
    with pytest.raises(UserError, match="cannot be written as JSON"):
        write_frame(frame, tmp_path / "a.json")


BASE = pl.DataFrame({"a": [1, 2, 2], "b": [0.1, 0.2, math.nan]})


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (BASE.rename({"a": "c"}), "columns"),
        (BASE.select("b", "a"), "columns"),
        (BASE.cast({"a": pl.Int32}), "type of column 'a'"),
        (BASE.head(2), "2 rows, expected 3"),
        (BASE.with_columns(b=pl.Series([0.1 + 1e-17 + 1e-16, 0.2, math.nan])), "row 1, column 'b'"),
        (BASE.with_columns(a=pl.Series([1, 2, None])), "row 3, column 'a'"),
        (BASE.to_pandas(), "pandas frame"),
        (BASE.reverse(), "row 1"),
        (BASE.lazy().reverse(), "row 1"),
    ],
)
def test_differences_are_told(got: Any, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        assert_frames_equal(got, BASE, ordered=True)


def test_many_differences_are_counted() -> None:
    with pytest.raises(AssertionError, match="and 3 more"):
        assert_frames_equal(pl.DataFrame({"a": range(8)}), pl.DataFrame({"a": range(1, 9)}))


def test_order_and_multiplicity() -> None:
    assert_frames_equal(BASE.reverse(), BASE, ordered=False)
    with pytest.raises(AssertionError, match="1 rows differ"):
        assert_frames_equal(
            BASE[[0, 0, 1, 2]], BASE[[0, 1, 2, 2]].with_columns(a=pl.Series([1, 2, 2, 3])), ordered=False
        )


@pytest.mark.parametrize("ordered", [True, False])
def test_tolerance(ordered: bool) -> None:
    near = BASE.with_columns(b=pl.Series([0.1 + 1e-9, 0.2, math.nan]), c=[[1.0], [2.0], None])
    exact = BASE.with_columns(c=[[1.0 + 1e-9], [2.0], None])
    with pytest.raises(AssertionError):
        assert_frames_equal(near, exact, ordered=ordered)
    assert_frames_equal(near, exact, ordered=ordered, tolerance=1e-6)
    with pytest.raises(AssertionError):
        assert_frames_equal(near, exact, ordered=ordered, tolerance=1e-12)


def test_pandas_index_counts() -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="key"))
    assert_frames_equal(frame.copy(), frame, ordered=True)
    with pytest.raises(AssertionError, match="row 2, index 'key'"):
        assert_frames_equal(frame.set_axis(pd.Index(["x", "z"], name="key")), frame, ordered=True)
    with pytest.raises(AssertionError, match="index: "):
        assert_frames_equal(frame.reset_index(drop=True), frame, ordered=True)


def test_signed_zero_counts() -> None:
    with pytest.raises(AssertionError):
        assert_frames_equal(pl.DataFrame({"a": [-0.0]}), pl.DataFrame({"a": [0.0]}))


def test_what_is_no_frame_is_said() -> None:
    with pytest.raises(UserError, match="no frame"):
        assert_frames_equal([1], BASE)


def test_given_frames_are_found_and_converted() -> None:
    assert isinstance(given_frame({"asset": BASE}, "pandas", "parameter", "asset"), pd.DataFrame)
    with pytest.raises(UserError, match="'parameter' or 'asset'"):
        given_frame({"other": BASE}, "lazy", "parameter", "asset")


def test_schemas_are_text() -> None:
    assert frame_schema(BASE.lazy()) == frame_schema(BASE) == {"a": "Int64", "b": "Float64"}
    assert frame_schema(PANDAS[["small", "str"]]) == {"small": "int8", "str": "str"}


@given(st.floats(width=64))
def test_every_float_keeps_its_bits(tmp_path_factory: pytest.TempPathFactory, value: float) -> None:
    back = trip(pl.DataFrame({"a": [value]}), tmp_path_factory.getbasetemp()).item()
    assert back == value or (math.isnan(back) and math.isnan(value))
    assert math.copysign(1, back) == math.copysign(1, value) or math.isnan(value)


def test_no_category_but_those_of_the_frame_comes_into_its_file(tmp_path: Path) -> None:
    kind = pl.Categorical(pl.Categories("towns", namespace="test", physical=pl.UInt8))
    pl.Series(["Camden"], dtype=kind)  # of another frame, in the same categories
    frame = pl.DataFrame({"town": pl.Series(["Ambridge"], dtype=kind)})
    read = trip(frame, tmp_path)
    assert read.schema == frame.schema
    assert read["town"].to_list() == ["Ambridge"]
    assert "Camden" not in (tmp_path / "frame.json").read_text()


FAR = pl.DataFrame(
    {
        "moment": pl.Series([2**62, -(2**62), 0]).cast(pl.Datetime("ms")),
        "day": pl.Series([2**31 - 1, -(2**31), 0], dtype=pl.Int32).cast(pl.Date),
        "nothing in it": pl.Series([{}, None, {}], dtype=pl.Struct([])),
    }
)


POLARS_HARD = {name: frame for name, frame in POLARS.items() if name != "rows without columns"}  # a row is a line


@pytest.mark.parametrize("frame", [*POLARS_HARD.values(), FAR], ids=[*POLARS_HARD, "far away"])
def test_hard_polars_frames_keep_types_and_values(tmp_path: Path, frame: pl.DataFrame) -> None:
    read = trip(frame, tmp_path)
    assert (read.schema, read.height) == (frame.schema, frame.height)
    physical = pl.all().to_physical() if frame is FAR else pl.all()  # no Python date is so far away
    assert_frame_equal(read.select(physical), frame.select(physical))


@pytest.mark.parametrize("case", [name for name in HARD if name not in {"Arrow: map", "objects: numpy moments"}])
def test_hard_pandas_frames_keep_types_and_values(tmp_path: Path, case: str) -> None:
    frame = HARD[case]
    read = read_frame(write_frame(frame, tmp_path / "frame.json"))
    assert_frames_equal(read, frame)
    assert list(read.dtypes) == list(frame.dtypes)
    for place in range(frame.shape[1]):
        parts = (whole.iloc[:, [place]].set_axis(["x"], axis=1).reset_index(drop=True) for whole in (read, frame))
        one, other = (part.set_flags(allows_duplicate_labels=True) for part in parts)
        one.attrs = other.attrs = {}  # of attrs and flags a frame file tells nothing
        assert_same(one, other)
