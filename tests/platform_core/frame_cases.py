"""Frames of all kinds that are hard to store, by name, and what it means that one comes back the same."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from decimal import Decimal
from typing import Any

import dateutil.tz  # type: ignore[import-untyped]  # ships no types
import numpy as np
import pandas
import polars as pl
import pyarrow as pa
import pytz  # type: ignore[import-untyped]  # ships no types

pd: Any = pandas  # more may stand in a frame than its stubs allow

NAN = float("nan")
LONDON = zoneinfo.ZoneInfo("Europe/London")
PYTZ = pytz.timezone("Europe/London")
TIMES = pd.to_datetime(["2025-03-30 01:30", None, "2025-10-26 01:30"])
UNITS: tuple[Any, ...] = ("s", "ms", "us", "ns")


def objects(*values: Any) -> pandas.DataFrame:
    """Give a frame with one column of Python objects, exactly these."""
    column = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        column[place] = value
    return pd.DataFrame({"x": pd.Series(column, dtype=object)})


def column(values: Any, dtype: Any = None) -> pandas.DataFrame:
    return pd.DataFrame({"x": pd.Series(values, dtype=dtype)})


def arrow(values: Any, dtype: Any) -> pandas.DataFrame:
    return column(pd.array(values, dtype=pd.ArrowDtype(dtype)))


OBJECTS = {
    "text": objects("a", "é"),
    "text and None": objects("a", None),
    "text and NaN": objects("a", NAN),
    "text and NA": objects("a", pd.NA),
    "text and all that is missing": objects("a", None, NAN, pd.NA, pd.NaT, np.float64("nan"), "é"),
    "None alone": objects(None, None),
    "NaN alone": objects(NAN, NAN),
    "None and NaN": objects(None, NAN),
    "int": objects(1, 2, None),
    "int of 64 bits": objects(2**63, 1),
    "int of 37 digits": objects(10**37, -5),
    "bool": objects(True, None, NAN),
    "int and float": objects(1, 2.5, None),
    "float": objects(1.5, -0.0, float("inf"), None),
    "numpy ints": objects(np.int64(1), np.int64(-2)),
    "numpy int8": objects(np.int8(1)),
    "numpy float32": objects(np.float32(1.5), np.float32("nan")),
    "numbers of all types": objects(np.int64(1), 2, np.float64(2.5), 2.5, np.float64("nan"), NAN),
    "numpy text": objects(np.str_("a"), "b"),
    "numpy text alone": objects(np.str_("a"), np.str_("é")),
    "numpy truth": objects(np.bool_(True), False),
    "numpy moments": objects(np.datetime64("2025-01-01", "s"), np.datetime64("NaT", "s")),
    "complex": objects(1 + 2j, complex(-0.0, NAN)),
    "bytes": objects(b"a", None, b"\x00"),
    "bytearray": objects(bytearray(b"a")),
    "decimals": objects(Decimal("1.50"), None),
    "decimals of several scales": objects(*map(Decimal, ("1.5", "1.50", "1E+3", "0", "-0.001"))),
    "decimal of 38 digits": objects(Decimal("1" * 38)),
    "dates": objects(dt.date(2025, 1, 1), None, dt.date(1, 1, 1)),
    "datetimes": objects(dt.datetime(2025, 1, 1, 1, 2, 3, 4), None),
    "datetimes in a zone": objects(dt.datetime(2025, 1, 1, tzinfo=LONDON), dt.datetime(2025, 7, 1, tzinfo=LONDON)),
    "datetimes of pytz": objects(PYTZ.localize(dt.datetime(2025, 1, 1)), PYTZ.localize(dt.datetime(2025, 7, 1))),
    "datetimes in UTC": objects(dt.datetime(2025, 1, 1, tzinfo=dt.UTC)),
    "times": objects(dt.time(1, 2, 3, 4), None),
    "datetimes told twice": objects(dt.datetime(2025, 10, 26, 1, 30, fold=1, tzinfo=LONDON)),
    "timedeltas": objects(dt.timedelta(days=1, microseconds=1), None),
    "uuids": objects(uuid.UUID(int=5), None),
    "timestamps": objects(pd.Timestamp("2025-01-01"), pd.NaT, None),
    "timestamps in a zone": objects(pd.Timestamp("2025-01-01", tz="Europe/London")),
    "timestamps in ns": objects(pd.Timestamp(5, unit="ns")),
    "Timedelta": objects(pd.Timedelta("1s")),
    "Period": objects(pd.Period("2025-01", "M"), None),
    "Interval": objects(pd.Interval(0, 1), None),
    "lists": objects(["a"], [], None, ["b", None]),
    "lists of lists": objects([[1], []], []),
    "lists of numpy ints": objects([np.int64(1)]),
    "lists of timestamps": objects([pd.Timestamp("2025-01-01")]),
    "empty lists": objects([], []),
    "tuples": objects((1, 2), (3,)),
    "lists of tuples": objects([(1, 2)]),
    "sets": objects({"a", "b"}, set()),
    "frozensets": objects(frozenset({1})),
    "arrays": objects(np.array([1, 2]), np.array([], dtype="int64")),
    "arrays of floats": objects(np.array([1.5, NAN])),
    "arrays of objects": objects(np.array(["a", None], dtype=object)),
    "dicts": objects({"a": 1, "b": "x"}, {"b": "y", "a": 2}, {"a": 3}, {}, None),
    "dicts in dicts": objects({"a": {"b": [1, None]}}, {"a": None}),
    "lists of dicts": objects([{"a": 1}, {"b": 2}], None, []),
    "nothing": objects(),
}
NUMBERS = {
    "float16": column([1.5, NAN], "float16"),
    "float32": column([1.5, NAN], "float32"),
    "float64": column([1.5, NAN, -0.0, np.inf]),
    "int8": column([1], "int8"),
    "uint64": column([2**64 - 1], "uint64"),
    "truth": column([True, False]),
    "big-endian": column(np.array([1, 2], dtype=">i4")),
    "complex128": column([1 + 2j, complex(NAN, -0.0)]),
    "complex64": column([1 + 2j], "complex64"),
    "nullable Int64": column([1, None], "Int64"),
    "nullable UInt8": column([1, None], "UInt8"),
    "nullable Float64 with NaN": column(pd.arrays.FloatingArray(np.array([1.0, NAN, 2.0]), np.array([0, 0, 1], bool))),
    "nullable boolean": column([True, None], "boolean"),
    "sparse ints": column(pd.arrays.SparseArray([0, 0, 1])),
    "sparse floats": column(pd.arrays.SparseArray([NAN, 1.0])),
    "sparse with a fill": column(pd.arrays.SparseArray([5, 5, 1], fill_value=5)),
    "sparse truth": column(pd.arrays.SparseArray([True, False])),
}
TEXTS = {
    "str": column(["a", None]),
    "string": column(["a", None], "string"),
    "string of Python": column(["a", None], pd.StringDtype("python")),
    "str of Python": column(["a", None], pd.StringDtype("python", na_value=np.nan)),
}
MOMENTS = {
    **{f"datetime64[{unit}]": column(TIMES.as_unit(unit)) for unit in UNITS},
    **{f"timedelta64[{unit}]": column(pd.to_timedelta([1, None, -5], unit="s").as_unit(unit)) for unit in UNITS},
    **{f"zoned {unit}": column(TIMES.as_unit(unit).tz_localize("UTC").tz_convert(LONDON)) for unit in UNITS},
    "far away": column(np.array(["0001-01-01", "9999-01-01"], dtype="M8[s]")),
    "pytz": column(TIMES.tz_localize("UTC").tz_convert(PYTZ)),
    "dateutil": column(TIMES.tz_localize("UTC").tz_convert(dateutil.tz.gettz("Europe/London"))),
    "UTC": column(TIMES.tz_localize("UTC")),
    "UTC of zoneinfo": column(TIMES.tz_localize(zoneinfo.ZoneInfo("UTC"))),
    "UTC of pytz": column(TIMES.tz_localize(pytz.UTC)),
    "UTC of dateutil": column(TIMES.tz_localize(dateutil.tz.tzutc())),
    "one hour": column(TIMES.tz_localize(dt.timezone(dt.timedelta(hours=1)))),
    "half an hour": column(TIMES.tz_localize(dt.timezone(dt.timedelta(hours=-5, minutes=-30)))),
    "a named offset": column(TIMES.tz_localize(dt.timezone(dt.timedelta(hours=2), "CEST"))),
    "seconds": column(TIMES.tz_localize(dt.timezone(dt.timedelta(seconds=30)))),
    "an offset of pytz": column(TIMES.tz_localize(pytz.FixedOffset(90))),
    "an offset of dateutil": column(TIMES.tz_localize(dateutil.tz.tzoffset("X", 3600))),
    "a zone of this machine": column(TIMES.tz_localize("UTC").tz_convert(zoneinfo.ZoneInfo("Factory"))),
    "periods": column(pd.PeriodIndex(["2025-01", None], freq="M")),
    "quarters": column(pd.period_range("2025Q1", periods=2, freq="Q-MAR")),
    "intervals": column(pd.arrays.IntervalArray.from_tuples([(0, 1), None], closed="left")),
    "intervals of ints": column(pd.interval_range(0, 2)),
    "intervals of moments": column(pd.interval_range(pd.Timestamp("2025-01-01"), periods=2)),
    "intervals in a zone": column(pd.interval_range(pd.Timestamp("2025-01-01", tz="Europe/London"), periods=2)),
}
CATEGORIES = {
    "ordered": column(["a", None, "b"], pd.CategoricalDtype(["b", "z", "a"], ordered=True)),
    "of ints": column([3, 1, None], pd.CategoricalDtype([3, 1, 7])),
    "of floats": column([1.5, None], "category"),
    "of moments": column(TIMES, "category"),
    "of moments in a zone": column(TIMES.tz_localize("UTC"), "category"),
    "of objects": column(pd.Categorical(["a"], categories=pd.Index(["a", "b"], dtype=object))),
    "of intervals": column(pd.cut([1, 2, 9], 3)),
    "of periods": column(pd.period_range("2025-01", periods=2, freq="M"), "category"),
    "of tuples": column(pd.Categorical.from_codes([0, 1], categories=pd.Index([(1, 2), (3, 4)], tupleize_cols=False))),
    "of truth": column([True, False], "category"),
    "of Int64": column(pd.Series([1, None], dtype="Int64").astype("category")),
    "none": column([], "category"),
    "nothing but missing": column(pd.Categorical([None, None], categories=["q"])),
}
ARROW = {
    "int32": arrow([1, None], pa.int32()),
    "string": arrow(["a", None], pa.string()),
    "large string": arrow(["a", None], pa.large_string()),
    "seconds": arrow([dt.datetime(2025, 1, 1), None], pa.timestamp("s")),
    "an offset": arrow([dt.datetime(2025, 1, 1, tzinfo=dt.UTC)], pa.timestamp("us", "-05:30")),
    "date32": arrow([dt.date(2025, 1, 1)], pa.date32()),
    "date64": arrow([dt.date(2025, 1, 1)], pa.date64()),
    "time32": arrow([dt.time(1, 2, 3)], pa.time32("s")),
    "duration": arrow([dt.timedelta(1)], pa.duration("s")),
    "decimal128": arrow([Decimal("1.5")], pa.decimal128(10, 2)),
    "decimal256": arrow([Decimal("1.5")], pa.decimal256(60, 2)),
    "list": arrow([[1, None], None], pa.list_(pa.int64())),
    "large list": arrow([[1, None], None], pa.large_list(pa.int64())),
    "struct": arrow([{"a": 1}], pa.struct([("a", pa.int8())])),
    "map": arrow([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
    "binary": arrow([b"a"], pa.binary()),
    "binary of one width": arrow([b"ab"], pa.binary(2)),
    "null": arrow([None], pa.null()),
    "half": arrow([1.5], pa.float16()),
    "dictionary": arrow(["a", "b", "a"], pa.dictionary(pa.int8(), pa.string())),
}
PLAIN = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
INDEXES: dict[str, Any] = {
    "a name": pd.Index(["p", "q"], name="k"),
    "objects": pd.Index(["p", None], dtype=object, name="k"),
    "gaps": [5, 9],
    "a range": pd.RangeIndex(3, 7, 2),
    "a range with a name": pd.RangeIndex(2, name="id"),
    "days": pd.date_range("2025-01-01", periods=2, freq="D", name="t"),
    "hours in a zone": pd.date_range("2025-01-01", periods=2, freq="h", tz="Europe/London"),
    "categories": pd.CategoricalIndex(["a", "b"], categories=["b", "a", "c"], ordered=True),
    "periods": pd.period_range("2025-01", periods=2, freq="M"),
    "intervals": pd.interval_range(0, 2),
    "timedeltas": pd.timedelta_range("1s", periods=2),
    "floats": [1.5, NAN],
    "Int64": pd.Index([1, None], dtype="Int64"),
    "truth": [True, False],
    "dates": [dt.date(2025, 1, 1), dt.date(2025, 1, 2)],
    "int8": pd.Index([1, 2], dtype="int8"),
    "levels": pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["p", None]),
    "levels with gaps": pd.MultiIndex.from_arrays([[1, None], ["a", None]], names=["p", "q"]),
    "levels of one name": pd.MultiIndex.from_arrays(
        [pd.Categorical(["a", "b"]), pd.to_datetime(["2025-01-01", None])], names=["p", "p"]
    ),
    "levels as they came": pd.MultiIndex([["b", "a"], [1, 2]], [[0, 1], [0, 1]]),
    "levels that rows are gone of": pd.MultiIndex([["a", "b", "c"], [1]], [[2, 1], [0, 0]]),
    "levels in an order of their own": pd.MultiIndex([["b", "a"], [2, 1]], [[1, 0], [1, 0]]),
    "one level": pd.MultiIndex.from_arrays([["a", "b"]], names=["z"]),
    "the name of a column": pd.Index([7, 8], name="a"),
    "a tuple as name": pd.Index([7, 8], name=("a", 1)),
    "a number as name": pd.Index([7, 8], name=5),
}
HEADERS: dict[str, Any] = {
    "ints": [2024, 2025],
    "a range": pd.RangeIndex(2),
    "text and int": ["a", 1],
    "None": [None, "a"],
    "NaN": [NAN, "a"],
    "tuples": pd.Index([("a", 1), ("b", 2)], tupleize_cols=False),
    "levels": pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")], names=["l", None]),
    "levels of ints": pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]),
    "levels as they came": PLAIN.groupby("b").agg({"a": ["sum", "mean"]}).columns,
    "days": pd.date_range("2025-01-01", periods=2, freq="D", name="d"),
    "periods": pd.period_range("2025-01", periods=2, freq="M"),
    "categories": pd.CategoricalIndex(["a", "b"], categories=["b", "a", "c"]),
    "intervals": pd.interval_range(0, 2),
    "a name": pd.Index(["a", "b"], name="n"),
    "objects": pd.Index(["a", "b"], dtype=object),
    "floats": [1.5, 2.0],
    "truth": [True, False],
    "a timestamp": pd.Index([pd.Timestamp("2025-01-01"), "a"]),
    "dates": [dt.date(2025, 1, 1), dt.date(2025, 1, 2)],
    "nothing and a line": ["", '"\n'],
}
SHAPES = {
    "no columns and no rows": pd.DataFrame(),
    "rows without columns": pd.DataFrame(index=range(3)),
    "an index without columns": pd.DataFrame(index=pd.Index(["a", "b"], name="k")),
    "no rows": PLAIN.iloc[:0],
    "levels without rows": PLAIN.set_axis(INDEXES["levels"]).iloc[:0],
    "no rows of objects": pd.DataFrame({"a": pd.Series([], dtype=object)}),
    "columns only": pd.DataFrame(columns=["a", "b"]),
    "a header of ints and no columns": pd.DataFrame(columns=pd.Index([], dtype="int64")),
    "what looks like an index": pd.DataFrame({"__index_level_0__": [5]}),
}


def _with_attrs() -> pandas.DataFrame:
    frame = PLAIN.copy()
    frame.attrs = {"source": "register", "years": [2024, {"last": None}]}
    return frame


PANDAS: dict[str, pandas.DataFrame] = {
    **{f"objects: {name}": frame for name, frame in OBJECTS.items()},
    **{f"numbers: {name}": frame for name, frame in NUMBERS.items()},
    **{f"text: {name}": frame for name, frame in TEXTS.items()},
    **{f"moments: {name}": frame for name, frame in MOMENTS.items()},
    **{f"categories: {name}": frame for name, frame in CATEGORIES.items()},
    **{f"Arrow: {name}": frame for name, frame in ARROW.items()},
    **{f"index: {name}": PLAIN.set_axis(index) for name, index in INDEXES.items()},
    **{f"header: {name}": PLAIN.set_axis(header, axis=1) for name, header in HEADERS.items()},
    **{f"shape: {name}": frame for name, frame in SHAPES.items()},
    "attrs": _with_attrs(),
    "flags": PLAIN.set_flags(allows_duplicate_labels=False),
}

WIDE = {"Int128": pl.Series("a", [1, None, 2**100], pl.Int128), "UInt128": pl.Series("a", [1, 2**127], pl.UInt128)}
POLARS: dict[str, pl.DataFrame] = {
    **{name: series.to_frame() for name, series in WIDE.items()},
    "list of Int128": pl.Series("a", [[1], None], pl.List(pl.Int128)).to_frame(),
    "Float16": pl.Series("a", [1, None, 2.5], pl.Float16).to_frame(),
    "Enum": pl.Series("a", ["x", None], pl.Enum(["y", "x", "z"])).to_frame(),
    "Categorical": pl.Series("a", ["x", None], pl.Categorical).to_frame(),
    "named Categorical": pl.Series("a", ["x"], pl.Categorical(pl.Categories("t", namespace="n"))).to_frame(),
    "list of Enum": pl.Series("a", [["x"], None], pl.List(pl.Enum(["y", "x"]))).to_frame(),
    "Null": pl.DataFrame({"a": [None, None]}),
    "list of Null": pl.Series("a", [[None], None], pl.List(pl.Null)).to_frame(),
    "nested structs": pl.DataFrame({"a": [{"x": 1, "y": [{"z": dt.date(2020, 1, 1)}]}, None]}),
    "Decimal": pl.Series("a", [Decimal("1.50"), None], pl.Decimal(10, 2)).to_frame(),
    "Decimal of 38 digits": pl.Series("a", [Decimal("1" * 38)], pl.Decimal(38, 0)).to_frame(),
    "Time": pl.DataFrame({"a": [dt.time(1, 2, 3, 4), None]}),
    "Binary": pl.DataFrame({"a": [b"\x00\xff", None]}),
    "Array": pl.Series("a", [[1, 2], None], pl.Array(pl.Int8, 2)).to_frame(),
    "Array of none": pl.Series("a", [[], None], pl.Array(pl.Int8, 0)).to_frame(),
    **{f"Duration {unit}": pl.Series("a", [1, None, -5]).cast(pl.Duration(unit)).to_frame() for unit in UNITS[1:]},
    **{f"Datetime {unit}": pl.Series("a", [1, None, -5]).cast(pl.Datetime(unit)).to_frame() for unit in UNITS[1:]},
    **{f"zoned {u}": pl.Series("a", [1, -5]).cast(pl.Datetime(u, "Europe/London")).to_frame() for u in UNITS[1:]},
    "NaN and null": pl.DataFrame({"a": [NAN, None, -0.0]}),
    "no columns": pl.DataFrame(),
    "rows without columns": pl.DataFrame(height=3),
    "no rows": pl.DataFrame(schema={"a": pl.Int8, "b": pl.Enum(["a"])}),
    "odd names": pl.DataFrame({"": [1], "a.b": [2], 'q"\n': [3], "A": [4], "a": [5]}),
}
DUCKDB = {
    "HUGEINT": "SELECT 170141183460469231731687303715884105727::HUGEINT AS a",
    "a sum": "SELECT sum(x) AS a FROM range(5) t(x)",
    "ENUM": "SELECT 'a'::ENUM('b', 'a') AS a UNION ALL SELECT NULL",
    "LIST": "SELECT [1, NULL] AS a",
    "ARRAY": "SELECT [1, 2]::INT[2] AS a",
    "MAP": "SELECT MAP {'k': 1} AS a",
    "STRUCT": "SELECT {'x': 1, 'y': [{'z': DATE '2020-01-01'}]} AS a",
    "STRUCT of HUGEINT": "SELECT {'x': 1::HUGEINT} AS a",
    "UUID": 'SELECT \'550e8400-e29b-41d4-a716-446655440000\'::UUID AS "a ""b"',
    "JSON": "SELECT '{}'::JSON AS a",
    "BLOB": "SELECT 'a'::BLOB AS a",
    "TIME": "SELECT TIME '01:02:03' AS a",
    "TIMESTAMP_S": "SELECT TIMESTAMP_S '2020-01-01 00:00:00' AS a",
    "TIMESTAMP_NS": "SELECT TIMESTAMP_NS '2020-01-01' AS a",
    "TIMESTAMPTZ": "SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' AS a",
    "DECIMAL": "SELECT 1.5::DECIMAL(10, 2) AS a",
    "NULL": "SELECT NULL AS a",
    "no rows": "SELECT 1::TINYINT AS a WHERE false",
}
DUCKDB_REFUSED = {
    "INTERVAL": "SELECT INTERVAL 1 MONTH AS a",
    "a list of INTERVAL": "SELECT [INTERVAL 1 DAY] AS a",
    "UHUGEINT": "SELECT 1::UHUGEINT AS a",
    "BIT": "SELECT '101'::BIT AS a",
    "TIMETZ": "SELECT TIMETZ '01:02:03+01' AS a",
    "BIGNUM": "SELECT 5::BIGNUM AS a",
    "UNION": "SELECT union_value(num := 2) AS a",
}


class Register:
    """An object of a class that is no data."""


class Here(dt.tzinfo):
    """A zone that only this program knows."""

    def utcoffset(self, when: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta(hours=1)

    def dst(self, when: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta(0)

    def tzname(self, when: dt.datetime | None) -> str:
        return "here"


REFUSED: dict[str, tuple[pandas.DataFrame, str]] = {
    "text and int": (objects("a", 1), "values of several types (int, str)"),
    "int and date": (objects(1, dt.date(2025, 1, 1)), "values of several types (date, int)"),
    "bool and int": (objects(True, 1), "values of several types (bool, int)"),
    "lists of text and int": (objects(["a", 1]), "values of several types (int, str)"),
    "an object": (objects(Register()), "objects of type Register"),
    "a class": (objects(Register), "objects of type type"),
    "keys that are no text": (objects({1: 2}), "dictionaries whose keys are not text"),
    "empty dictionaries": (objects({}), "empty dictionaries only"),
    "arrays of two dimensions": (objects(np.zeros((2, 2))), "arrays of several types, or of other than one dimension"),
    "arrays of no dimension": (
        objects(np.where(True, 1, 0), np.where(False, 1, 0)),
        "arrays of several types, or of other than one dimension",
    ),
    "ints of 39 digits": (objects(10**38), "whole numbers of more than 38 digits"),
    "great ints and floats": (objects(2**60 + 1, 0.5), "floats beside whole numbers of more than 53 bits"),
    "a decimal that is infinite": (objects(Decimal("Infinity")), "decimals that are infinite, NaN or minus zero"),
    "several zones": (
        objects(dt.datetime(2025, 1, 1, tzinfo=LONDON), dt.datetime(2025, 1, 1)),
        "times of several time zones",
    ),
    "lone surrogates": (objects("\ud800"), "text that is no Unicode (lone surrogates)"),
    "numpy moments of several units": (
        objects(np.datetime64("2025-01-01", "s"), np.datetime64("2025-01-01", "ms")),
        "objects of type datetime64",
    ),
    "decimals of 50 digits": (objects(Decimal("1" * 30), Decimal("1E-20")), "decimals of more than 38 digits"),
    "times in a zone": (objects(dt.time(1, 2, tzinfo=dt.UTC)), "times of day with a time zone"),
    "a thousand keys": (
        objects({f"k{n}": n for n in range(1001)}),
        "dictionaries with more than 1000 different keys",
    ),
    "intervals of several sides": (
        objects(pd.Interval(0, 1, "left"), pd.Interval(0, 1, "right")),
        "intervals closed on different sides",
    ),
    "timestamps of several units": (
        objects(pd.Timestamp("2025-01-01").as_unit("s"), pd.Timestamp("2025-01-01").as_unit("ns")),
        "objects of type Timestamp that differ in unit, zone or closed side",
    ),
    "timestamps of several zones": (
        objects(pd.Timestamp("2025-01-01", tz="UTC"), pd.Timestamp("2025-01-01", tz="Europe/Paris")),
        "objects of type Timestamp that differ in unit, zone or closed side",
    ),
    "floats of 80 bits": (column(np.array([1], "longdouble")), f"values of type {np.dtype('longdouble')}"),
    "complex of 80 bits": (column(np.array([1], "clongdouble")), f"values of type {np.dtype('clongdouble')}"),
    "lone surrogates as string": (
        column(["\ud800"], pd.StringDtype("python")),
        "text that is no Unicode (lone surrogates)",
    ),
    "datetimes in a zone without a name": (
        objects(dt.datetime(2025, 1, 1, tzinfo=Here())),
        "times in a zone without a name (Here)",
    ),
    "a column in a zone without a name": (
        column(pd.to_datetime(["2025-01-01"]).tz_localize(Here())),
        "times in a zone without a name (Here)",
    ),
    "the zone of this machine": (
        column(pd.to_datetime(["2025-01-01"]).tz_localize(dateutil.tz.tzlocal())),
        "times in a zone without a name (tzlocal)",
    ),
    "spans beyond microseconds": (objects(dt.timedelta.max), "values that Arrow refuses (ArrowInvalid)"),
    "decimals of Arrow with 50 digits": (
        arrow([Decimal("1" * 50)], pa.decimal256(60, 0)),
        "values of Arrow's type decimal256(60, 0)",
    ),
    "a dictionary of numbers of Arrow": (
        arrow([1, 2, 1], pa.dictionary(pa.int8(), pa.int64())),
        "values of Arrow's type dictionary<values=int64, indices=int8, ordered=0>",
    ),
    "views of lists of Arrow": (
        arrow([[1]], pa.list_view(pa.int64())),
        "values of Arrow's type list_view<item: int64>",
    ),
    "large views of lists of Arrow": (
        arrow([[1]], pa.large_list_view(pa.int64())),
        "values of Arrow's type large_list_view<item: int64>",
    ),
    "an empty struct of Arrow": (arrow([{}], pa.struct([])), "values of Arrow's type struct<>"),
    "a union of Arrow": (
        arrow([dt.timedelta(1)], pa.duration("s")).assign(
            x=pd.array([(1, 2, 3)], dtype=pd.ArrowDtype(pa.month_day_nano_interval()))
        ),
        "values of Arrow's type month_day_nano_interval",
    ),
}


def assert_same(got: pandas.DataFrame, expected: pandas.DataFrame) -> None:
    """Assert that a pandas frame is another to type, labels, zone, attrs, and the type of every object in a cell."""
    pd.testing.assert_frame_equal(got, expected, check_freq=True, check_column_type=True, check_index_type=True)
    assert list(got.dtypes) == list(expected.dtypes)
    assert (got.attrs, got.flags) == (expected.attrs, expected.flags)
    assert (type(got.index), type(got.columns)) == (type(expected.index), type(expected.columns))
    assert _orders(got.index) + _orders(got.columns) == _orders(expected.index) + _orders(expected.columns)
    assert [_zone(dtype) for dtype in got.dtypes] == [_zone(dtype) for dtype in expected.dtypes]
    assert list(map(repr, got.columns)) == list(map(repr, expected.columns))
    for place, dtype in enumerate(expected.dtypes):
        if dtype.kind == "O" and isinstance(dtype, np.dtype):
            for mine, theirs in zip(got.iloc[:, place], expected.iloc[:, place], strict=True):
                assert _spelt(mine) == _spelt(theirs)


def _orders(labels: Any) -> list[list[Any]]:
    """Give the values of each level in their order, by which pandas unstacks; those that no row has are left out."""
    if not isinstance(labels, pd.MultiIndex) or any((codes < 0).any() for codes in labels.codes):
        return []
    return [list(level) for level in labels.remove_unused_levels().levels]


def _zone(dtype: Any) -> str:
    zone = getattr(dtype, "tz", None)
    return f"{type(zone)} {zone!r}"


def _spelt(value: Any) -> Any:
    """Give a value in a form in which another type anywhere inside is another form."""
    if isinstance(value, list | tuple | np.ndarray):
        return type(value), [_spelt(item) for item in value], getattr(value, "dtype", None)
    if isinstance(value, dict):
        return [(key, _spelt(item)) for key, item in value.items()]
    if isinstance(value, set | frozenset):
        return type(value), value
    return type(value), repr(value)
