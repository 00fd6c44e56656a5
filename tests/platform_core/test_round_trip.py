"""What a step gives is what the next one gets: every hard frame through the lake, and what cannot go through."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import pandas as pdst
from polars.testing import assert_frame_equal
from polars.testing.parametric import dataframes

from platform_core.errors import UserError
from platform_core.frames import convert, to_polars
from platform_core.lake import Lake
from platform_core.pandas_parquet.table import KEY, frame_of, table_of
from tests.platform_core.frame_cases import (
    DUCKDB,
    DUCKDB_REFUSED,
    PANDAS,
    PLAIN,
    POLARS,
    REFUSED,
    WIDE,
    assert_same,
    objects,
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.mark.parametrize("case", PANDAS)
def test_a_pandas_frame_comes_back_the_same(lake: Lake, case: str) -> None:
    frame = PANDAS[case]
    before = frame.copy(deep=True)
    before.attrs = dict(frame.attrs)
    footer = lake.write("silver", "frame", frame)
    assert footer.rows == len(frame)
    assert_same(lake.read("frame", "pandas"), frame)
    assert_same(frame, before)


@pytest.mark.parametrize("case", PANDAS)
def test_other_readers_see_plain_columns(lake: Lake, case: str) -> None:
    frame = PANDAS[case]
    lake.write("silver", "frame", frame)
    path = lake.path("silver", "frame")
    read = lake.read("frame", "polars")
    assert read.height == len(frame)
    assert_frame_equal(read, to_polars(frame), categorical_as_str=True)
    assert read.schema == lake.read("frame", "lazy").collect_schema()
    if read.width:
        assert len(lake.read("frame", "duckdb").fetchall()) == len(frame)
    assert len(pq.read_table(path)) == len(frame)
    assert pd.read_parquet(path).shape == frame.shape


def test_a_frame_that_was_read_may_be_changed_in_place(lake: Lake) -> None:
    lake.write("silver", "frame", PANDAS["numbers: float64"])
    frame = lake.read("frame", "pandas")
    frame.loc[0, "x"] = 9.0
    frame["x"].to_numpy(copy=True)[0] = 1.0
    assert frame["x"].iloc[0] == 9.0


def test_partitions_of_pandas_keep_types_together(lake: Lake) -> None:
    for key in ("a", "b"):
        lake.write("bronze", "parts", PANDAS["objects: dicts"].assign(day=PANDAS["moments: pytz"]["x"].iloc[0]), key)
    read = lake.read("parts", "pandas")
    assert read["x"].tolist()[:2] == [{"a": 1, "b": "x"}, {"b": "y", "a": 2}]
    assert list(read.index) == list(range(10))
    assert str(read["day"].dtype) == "datetime64[us, Europe/London]"


def test_a_file_that_another_tool_wrote_anew_is_read_as_it_now_is(lake: Lake) -> None:
    table = table_of(PLAIN).select(["b"])
    assert KEY in table.schema.metadata
    assert list(frame_of(table).columns) == ["b"]


def test_a_table_that_no_pandas_frame_made_is_read_as_arrow_reads_it() -> None:
    assert frame_of(pa.table({"a": [1, 2]})).to_dict("list") == {"a": [1, 2]}


def test_a_name_that_is_no_unicode_is_refused(lake: Lake) -> None:
    with pytest.raises(UserError, match="A column's name is no Unicode"):
        lake.write("silver", "frame", PLAIN.set_axis(pd.Index(["\ud800", "b"], dtype=object), axis=1))


@pytest.mark.parametrize("case", POLARS)
@pytest.mark.parametrize("lazily", [False, True])
def test_a_polars_frame_comes_back_the_same(lake: Lake, case: str, lazily: bool) -> None:
    frame = POLARS[case]
    footer = lake.write("silver", "frame", frame.lazy() if lazily else frame)
    assert footer.rows == frame.height
    for read in (lake.read("frame", "polars"), lake.read("frame", "lazy").collect()):
        assert_frame_equal(read, frame)
        assert read.schema == frame.schema
        assert read.height == frame.height


@pytest.mark.parametrize("case", DUCKDB)
def test_a_duckdb_relation_comes_back_with_its_types(lake: Lake, case: str) -> None:
    relation: Any = duckdb.sql(DUCKDB[case])
    lake.write("silver", "frame", relation)
    read = lake.read("frame", "duckdb")
    assert (read.columns, list(map(str, read.types))) == (relation.columns, list(map(str, relation.types)))
    assert read.fetchall() == relation.fetchall()
    assert_frame_equal(lake.read("frame", "polars"), to_polars(relation))


@pytest.mark.parametrize("case", REFUSED)
def test_what_parquet_cannot_hold_of_pandas_is_named_with_what_to_do(lake: Lake, case: str) -> None:
    frame, held = REFUSED[case]
    for use in (lambda: lake.write("silver", "frame", frame), lambda: to_polars(frame)):
        with pytest.raises(UserError) as caught:
            use()
        assert caught.value.message == f"Column 'x' holds {held}, which no Parquet file can hold."
        assert "df['x']" in (caught.value.hint or "")
        assert caught.value.__cause__ is None
    assert lake.find("frame") is None


@pytest.mark.parametrize("case", ["arrays of two dimensions", "arrays of no dimension", "lists of text and int"])
@pytest.mark.parametrize("columns", [1, 8])
def test_what_is_said_to_convert_it_does(lake: Lake, case: str, columns: int) -> None:
    whole = REFUSED[case][0]
    df = pd.concat([whole, *(whole[["x"]].rename(columns={"x": n}) for n in range(1, columns))], axis=1)
    with pytest.raises(UserError) as caught:
        lake.write("silver", "frame", df)
    if columns > 1:
        assert caught.value.message.startswith("Columns 'x', '1', '2', '3', '4' and 3 more hold ")
    code = (caught.value.hint or "").partition(" first, as with ")[2].rstrip(".")
    exec(code, {"df": df})  # noqa: S102
    lake.write("silver", "frame", df)


def test_an_index_a_header_and_attrs_that_cannot_be_stored_are_named(lake: Lake) -> None:
    with pytest.raises(UserError, match=r"The index holds values of several types \(int, str\)"):
        lake.write("silver", "frame", PLAIN.set_axis([1, "x"]))
    with pytest.raises(UserError, match="The header holds a label of type type"):
        lake.write("silver", "frame", PLAIN.set_axis([int, "x"], axis=1))
    frame = PLAIN.copy()
    frame.attrs["opener"] = open
    with pytest.raises(UserError, match=r"attrs hold objects \(builtin_function_or_method\)"):
        lake.write("silver", "frame", frame)
    with pytest.raises(UserError, match="Several columns are called '1'"):
        lake.write("silver", "frame", PLAIN.set_axis([1, "1"], axis=1))


@pytest.mark.parametrize("case", DUCKDB_REFUSED)
def test_what_parquet_cannot_hold_of_duckdb_is_named_with_what_to_do(lake: Lake, case: str) -> None:
    relation: Any = duckdb.sql(DUCKDB_REFUSED[case])
    for use in (lambda: lake.write("silver", "frame", relation), lambda: to_polars(relation)):
        with pytest.raises(
            UserError, match=r"Column 'a' holds values of DuckDB's type .* which no Parquet file"
        ) as caught:
            use()
        assert "CAST" in (caught.value.hint or "")


def test_what_parquet_cannot_hold_of_polars_is_named_with_what_to_do(lake: Lake) -> None:
    odd = pl.DataFrame({"a": pl.Series([object()], dtype=pl.Object)})
    for frame in (odd, odd.lazy()):
        with pytest.raises(UserError, match="Column 'a' holds Python objects, which no Parquet file can hold"):
            lake.write("silver", "frame", frame)
    with pytest.raises(UserError, match="Column 'a' holds structs without a field"):
        lake.write("silver", "frame", pl.Series("a", [{}], pl.Struct([])).to_frame())


@pytest.mark.parametrize("case", WIDE)
@pytest.mark.parametrize("kind", ["pandas", "duckdb"])
def test_numbers_of_128_bits_are_refused_where_there_are_none(lake: Lake, case: str, kind: Any) -> None:
    lake.write("silver", "frame", WIDE[case].to_frame())
    with pytest.raises(UserError, match="Column 'a' holds whole numbers of 128 bits"):
        lake.read("frame", kind)


def test_a_relation_needs_a_column(lake: Lake) -> None:
    lake.write("silver", "frame", pl.DataFrame(height=3))
    with pytest.raises(UserError, match="without columns"):
        lake.read("frame", "duckdb")
    assert lake.read("frame", "pandas").shape == (3, 0)


def test_an_arrow_table_gets_types_that_every_reader_knows(lake: Lake) -> None:
    table = pa.table({"t": pa.array([1], pa.timestamp("us", "-05:30")), "d": pa.array([1], pa.duration("s"))})
    for value in (table, table.to_reader()):
        lake.write("silver", "frame", value)
        assert lake.read("frame", "polars").schema == {"t": pl.Datetime("us", "UTC"), "d": pl.Duration("ms")}
    with pytest.raises(UserError, match="Column 'i' holds values of Arrow's type month_day_nano_interval"):
        lake.write("silver", "frame", pa.table({"i": pa.array([(1, 2, 3)], pa.month_day_nano_interval())}))


TEXTS = pa.array(["b", "a", None])
NAN = float("nan")
ENUM = pl.Enum(["b", "a"])
LISTED = pl.List(pl.List(pl.Struct({"x": ENUM})))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (pl.Series([["a"], None], dtype=pl.List(ENUM)).to_arrow(), pl.List(ENUM)),
        (pl.Series([[[{"x": "a"}]]], dtype=LISTED).to_arrow(), LISTED),
        (TEXTS.cast(pa.large_string()).dictionary_encode(), pl.Series(["b", "a", None], dtype=pl.Categorical)),
        (pa.array([["a"], None], pa.list_(pa.dictionary(pa.int8(), pa.large_string()))), pl.List(pl.Categorical)),
        (pa.array([2, NAN, None]).dictionary_encode(), pl.Series([2.0, NAN, None])),
        (pa.array([{"x": NAN, "t": 1}], pa.struct([("x", pa.float64()), ("t", pa.duration("s"))])), None),
        (pa.array([Decimal(1500)], pa.decimal128(5, -2)), pl.Series([Decimal(1500)], dtype=pl.Decimal(7, 0))),
    ],
)
def test_arrow_comes_back_with_its_values(lake: Lake, given: pa.Array, found: Any) -> None:
    lake.write("silver", "frame", pa.table({"a": given}))
    read = lake.read("frame", "polars")["a"]
    if isinstance(found, pl.Series):
        assert read.equals(found, check_dtypes=True)
    else:
        assert read.dtype == (found or pl.Struct({"x": pl.Float64, "t": pl.Duration("ms")}))
        assert read.len() == len(given)


def test_what_cannot_be_read_again_takes_no_place(lake: Lake) -> None:
    lake.write("silver", "frame", pl.DataFrame({"a": [1]}))
    with pytest.raises(UserError, match="a time zone that Polars cannot read again"):
        lake.write("silver", "frame", pa.table({"a": pa.array([1], pa.timestamp("us", "Nowhere/City"))}))
    with pytest.raises(UserError, match="list_view"):  # whose cast Arrow gets wrong
        lake.write("silver", "frame", pa.table({"a": pa.array([[1], None, [2]], pa.list_view(pa.int64()))}))
    assert lake.read("frame", "polars").to_dict(as_series=False) == {"a": [1]}


def test_a_named_index_is_a_column_of_every_other_kind() -> None:
    assert to_polars(PLAIN.set_axis(pd.RangeIndex(2, name="id"))).to_dict(as_series=False)["id"] == [0, 1]
    assert to_polars(PLAIN.set_axis(pd.Index([7, 8], name="a"))).columns == ["a", "b", "a_index"]
    made: Any = convert(PLAIN.set_axis(pd.Index(["p", "q"], name="k")), "duckdb")
    assert made.columns == ["a", "b", "k"]


# --- random frames

MISSING = st.sampled_from([None, float("nan"), pd.NA, pd.NaT])
SCALARS: list[st.SearchStrategy[Any]] = [
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.one_of(st.integers(-(2**50), 2**50), st.floats(allow_nan=False)),
    st.binary(max_size=3),
    st.dates(),
    st.datetimes(),
    st.timedeltas(-dt.timedelta(days=10**8), dt.timedelta(days=10**8)),  # beyond, microseconds need over 64 bits
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=1, max_value=10**9),
]
CELLS = st.sampled_from(SCALARS).flatmap(
    lambda cell: st.sampled_from(
        [
            cell,
            st.lists(st.one_of(cell, MISSING), max_size=3),
            st.tuples(cell, cell),
            st.dictionaries(st.sampled_from("abc"), st.one_of(cell, MISSING), min_size=1, max_size=3),
            st.lists(st.dictionaries(st.sampled_from("ab"), cell, min_size=1), max_size=2),
        ]
    ).map(lambda sort: st.lists(st.one_of(sort, MISSING), max_size=6))
)


@given(CELLS.flatmap(lambda column: column))
def test_any_column_of_objects_of_one_sort_comes_back(values: list[Any]) -> None:
    frame = objects(*values)
    assert_same(frame_of(table_of(frame)), frame)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
DTYPES = (
    *("int8", "uint64", "float32", "float64", "bool", "complex128", "M8[s]", "M8[ms]", "M8[us]", "M8[ns]", "m8[s]"),
    *("m8[ns]", "int64", "str"),
)


@given(
    st.lists(st.sampled_from(DTYPES), min_size=1, max_size=4).flatmap(
        lambda dtypes: pdst.data_frames(
            [
                pdst.column(f"c{place}", dtype=dtype, elements=TEXT if dtype == "str" else None)
                for place, dtype in enumerate(dtypes)
            ],
            index=pdst.indexes(dtype="int64", max_size=6) if len(dtypes) % 2 else pdst.range_indexes(max_size=6),
        )
    )
)
def test_any_frame_of_numpy_types_comes_back(frame: pd.DataFrame) -> None:
    try:
        table = table_of(frame)
    except UserError as error:
        assert "further off than milliseconds reach" in error.message  # noqa: PT017 - allowed, and this only
        return
    assert_same(frame_of(table), frame)
    categories = frame.astype({name: "category" for name in frame.columns if frame[name].dtype.kind in "iufMm"})
    assert_same(frame_of(table_of(categories)), categories)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(dataframes(max_cols=4, max_size=6, excluded_dtypes=[pl.Object]))
def test_any_polars_frame_comes_back(tmp_path: Path, frame: pl.DataFrame) -> None:
    lake = Lake(tmp_path / "lake")
    lake.write("silver", "frame", frame)
    read = lake.read("frame", "polars")
    assert read.schema == frame.schema
    assert read.height == frame.height
    assert_frame_equal(read, frame)
    assert np.all(read.null_count().to_numpy() == frame.null_count().to_numpy())
