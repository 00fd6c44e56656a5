from __future__ import annotations

import datetime as dt
import pickle
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

from platform_core.errors import UserError
from promote.verify.compare import compare_frames
from promote.verify.frames import read_captured, rows_of, schema_of, write_captured

FRAME = pl.DataFrame(
    {
        "name": ["a", None, "ä"],
        "fee": [1.5, float("nan"), None],
        "when": [dt.datetime(2025, 1, 1), None, dt.datetime(2025, 1, 2)],
        "kind": pl.Series(["x", "y", "x"], dtype=pl.Categorical),
        "status": pl.Series(["open", None, "open"], dtype=pl.Enum(["open", "shut"])),
        "tags": [["x"], [], None],
        "raw": [b"\xff", None, b""],
        "open": [True, None, False],
        "nothing": pl.Series([None, None, None], dtype=pl.Null),
    }
)


@pytest.mark.parametrize("kind", ["lazy", "polars", "duckdb", "pandas"])
def test_a_kept_frame_comes_back_as_it_was(kind: str, tmp_path: Path):
    plain = FRAME.drop("status", "nothing") if kind == "duckdb" else FRAME
    value: Any = {
        "lazy": plain.lazy,
        "polars": lambda: plain,
        "duckdb": lambda: duckdb.connect().from_arrow(plain.to_arrow()),
        "pandas": lambda: plain.drop("nothing").to_pandas().set_index("name"),
    }[kind]()
    written = write_captured(value, tmp_path / "7")
    assert (written.kind, written.rows, written.path.parent) == (kind, 3, tmp_path)
    kept = read_captured(written.path)
    assert written.schema == schema_of(kept)
    if kind == "pandas":
        assert compare_frames(value, kept, ordered=True).equal
    elif kind != "duckdb":
        assert compare_frames(FRAME, kept, ordered=True).equal


def test_keeping_a_pandas_frame_keeps_its_attributes(tmp_path: Path):
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["source"] = {"year": 2024}
    kept = read_captured(write_captured(frame, tmp_path / "0").path)
    assert kept.attrs == {"source": {"year": 2024}}  # type: ignore[union-attr]  # a pandas frame
    frame.attrs["open"] = open
    with pytest.raises(UserError, match="attrs hold objects"):
        write_captured(frame, tmp_path / "0")


class Table(pd.DataFrame):
    """A frame of a class that the notebook defines."""


class Lazy(pl.LazyFrame):
    """As above, of Polars."""


def test_what_cannot_be_kept_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UserError, match="gives a list, not a frame"):
        write_captured([1], tmp_path / "0")
    with pytest.raises(UserError, match="Column 'a' holds Python objects"):
        write_captured(pl.DataFrame({"a": pl.Series([object()], dtype=pl.Object)}), tmp_path / "0")
    with pytest.raises(UserError, match="Column 'a' holds values of several types"):
        write_captured(pd.DataFrame({"a": [1, "x"]}), tmp_path / "0")
    for frame in (Table({"a": [1]}), Lazy({"a": [1]})):
        with pytest.raises(UserError, match=f"it is a {type(frame).__name__}, and what the next step gets is a plain"):
            write_captured(frame, tmp_path / "0")
    monkeypatch.setattr(Table, "__module__", "gone")
    monkeypatch.setitem(sys.modules, "gone", type(sys)("gone"))
    monkeypatch.setattr(sys.modules["gone"], "Table", Table, raising=False)
    path = tmp_path / "0.pickle"
    path.write_bytes(pickle.dumps(Table({"a": [1]})))
    monkeypatch.delitem(sys.modules, "gone")
    with pytest.raises(UserError, match="objects of a class that the notebook defines"):
        read_captured(path)


def test_schemas_speak_of_types_and_never_of_values():
    assert ("status", "Enum") in schema_of(FRAME)
    assert ("when", "Datetime(time_unit='us', time_zone=None)") in schema_of(FRAME.lazy())
    nested = pl.DataFrame(schema={"a": pl.List(pl.Enum(["secret"])), "b": pl.Array(pl.Enum(["secret"]), 2)})
    assert schema_of(nested) == (("a", "List(Enum)"), ("b", "Array(Enum, shape=(2,))"))
    boxed = pl.DataFrame(schema={"c": pl.Struct({"x": pl.Enum(["secret"])})})
    assert schema_of(boxed) == (("c", "Struct({'x': Enum})"),)
    assert schema_of(duckdb.connect().sql("SELECT 1 AS one, 'x' AS two")) == (("one", "Int32"), ("two", "String"))


def test_the_index_of_pandas_is_part_of_the_schema_unless_it_counts_rows():
    frame = pd.DataFrame({"k": ["a"], "v": [1.5]})
    assert schema_of(frame) == (("k", "str"), ("v", "float64"))
    assert schema_of(frame.set_index("k")) == (("index k", "str"), ("v", "float64"))
    assert schema_of(frame.iloc[[0]].set_axis([5]))[0] == ("index", "int64")
    assert [name for name, _ in schema_of(frame.set_index(["k", "v"], append=True))] == ["index", "index k", "index v"]


def test_rows_are_counted_in_every_kind():
    relation = duckdb.connect().sql("SELECT * FROM range(3)")
    frames = [FRAME, FRAME.lazy(), FRAME.drop("nothing").to_pandas(), relation]
    assert [rows_of(frame) for frame in frames] == [3, 3, 3, 3]
