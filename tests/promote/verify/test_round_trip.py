"""What verification keeps of the notebook against what the lake gives back: equal says equal, a change is named."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from platform_core.errors import UserError
from platform_core.lake import Lake
from promote.verify.canonical import spell
from promote.verify.compare import compare_frames
from promote.verify.frames import read_captured, write_captured
from tests.platform_core.frame_cases import (
    DUCKDB,
    DUCKDB_REFUSED,
    HEADERS,
    INDEXES,
    PANDAS,
    PLAIN,
    POLARS,
    REFUSED,
    objects,
)

UNREAD = "Array of none"  # which Polars writes and does not read back
BIG = "numbers: big-endian"  # of which pandas takes no rows


def verdict(notebook: Any, asset: Any, folder: Path) -> Any:
    """Compare as `Stage.compare` does: the kept frame of the notebook with the stored one of the asset."""
    captured = write_captured(notebook, folder / "0")
    lake = Lake(folder / "lake")
    lake.write("silver", "frame", asset)
    stored = lake.read("frame", "pandas" if captured.kind == "pandas" else "polars")
    return compare_frames(read_captured(captured.path), stored, ordered=True)


@pytest.mark.parametrize("case", PANDAS)
def test_a_pandas_frame_is_proven_equal_to_what_is_stored_of_it(tmp_path: Path, case: str):
    assert verdict(PANDAS[case], PANDAS[case], tmp_path).difference == ""


@pytest.mark.parametrize("case", [name for name in POLARS if name != UNREAD])
def test_a_polars_frame_is_proven_equal_to_what_is_stored_of_it(tmp_path: Path, case: str):
    for frame in (POLARS[case], POLARS[case].lazy()):
        assert verdict(frame, frame, tmp_path).difference == ""


@pytest.mark.parametrize("case", DUCKDB)
def test_a_relation_is_proven_equal_to_what_is_stored_of_it(tmp_path: Path, case: str):
    assert verdict(duckdb.sql(DUCKDB[case]), duckdb.sql(DUCKDB[case]), tmp_path).difference == ""


def unlike_rows(frame: pd.DataFrame) -> tuple[int, int] | None:
    """Give two rows of a frame whose values differ, or None."""
    spelt = [spell(value) for value in frame.get("x", [])]
    return next(((0, row) for row, text in enumerate(spelt) if text != spelt[0]), None)


@pytest.mark.parametrize("case", [n for n, frame in PANDAS.items() if unlike_rows(frame) and n != BIG])
def test_a_changed_cell_is_found_and_its_column_named(tmp_path: Path, case: str):
    frame = PANDAS[case]
    one, other = unlike_rows(frame) or (0, 0)
    changed = frame.take([other if row == one else row for row in range(len(frame))]).reset_index(drop=True)
    found = verdict(frame, changed, tmp_path)
    assert (found.equal, found.columns) == (False, ("x",))


@pytest.mark.parametrize("case", [name for name, frame in PANDAS.items() if list(frame.columns) == ["x"]])
def test_a_column_that_became_objects_or_text_is_named(tmp_path: Path, case: str):
    frame = PANDAS[case]
    if frame["x"].dtype.kind == "O" and isinstance(frame["x"].dtype, np.dtype):
        other = frame.assign(x=pd.array([None] * len(frame), dtype="string"))
    else:
        other = objects(*(None for _ in range(len(frame))))
    found = verdict(frame, other, tmp_path)
    assert (found.equal, found.columns) == (False, ("x",))


@pytest.mark.parametrize("name", INDEXES)
def test_another_index_is_found(tmp_path: Path, name: str):
    assert not verdict(PLAIN.set_axis(INDEXES[name]), PLAIN, tmp_path).equal
    assert not verdict(PLAIN, PLAIN.set_axis(INDEXES[name]), tmp_path).equal


@pytest.mark.parametrize("name", HEADERS)
def test_other_labels_are_found(tmp_path: Path, name: str):
    assert not verdict(PLAIN.set_axis(HEADERS[name], axis=1), PLAIN, tmp_path).equal


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        (objects([1]), objects((1,)), "column 'x' holds list in the notebook, tuple in the asset"),
        (objects([1]), objects(np.array([1])), "column 'x' holds list in the notebook, ndarray in the asset"),
        (objects("a", None), objects("a", float("nan")), "column 'x' holds NoneType in the notebook, float"),
        (objects(["a"]), objects([None]), "column 'x': 1 of 1 row differs"),
        (objects({"a": 1}), objects({"a": 1.0}), "column 'x': 1 of 1 row differs"),
        (objects({"a": None}), objects({"a": float("nan")}), "column 'x': 1 of 1 row differs"),
        (PANDAS["categories: of ints"], PANDAS["categories: of floats"].iloc[[0, 1, 1]].reset_index(drop=True), "'x'"),
        (PANDAS["attrs"], PLAIN, "the attrs of the frames differ"),
        (
            PANDAS["text: string"],
            PANDAS["text: string of Python"],
            "the details of the types of 'x' differ",
        ),
        (PANDAS["header: objects"], PLAIN, "the column labels are of other types"),
        (PANDAS["index: levels"], PANDAS["index: gaps"], "index"),
        (
            PLAIN.set_axis(pd.CategoricalIndex(["a", "b"], categories=["b", "a"])),
            PLAIN.set_axis(pd.CategoricalIndex(["a", "b"], categories=["a", "b"])),
            "the types of the index differ in their details",
        ),
    ],
)
def test_what_differs_is_told(tmp_path: Path, mine: pd.DataFrame, theirs: pd.DataFrame, said: str):
    found = verdict(mine, theirs, tmp_path)
    assert not found.equal
    assert said in found.difference


def test_polars_types_that_differ_are_named(tmp_path: Path):
    for mine, theirs in itertools.pairwise(frame for name, frame in POLARS.items() if name != UNREAD):
        if mine.columns == theirs.columns == ["a"] and mine.schema != theirs.schema:
            assert verdict(mine, theirs, tmp_path).columns == ("a",)


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_file_holds_is_said_where_the_notebook_made_it(tmp_path: Path, case: str):
    frame, held = REFUSED[case]
    with pytest.raises(UserError) as caught:
        write_captured(frame, tmp_path / "0")
    assert held in caught.value.message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("case", DUCKDB_REFUSED)
def test_what_no_file_holds_of_a_relation_is_said_too(tmp_path: Path, case: str):
    with pytest.raises(UserError, match="Column 'a' holds values of DuckDB's type"):
        write_captured(duckdb.sql(DUCKDB_REFUSED[case]), tmp_path / "0")


def test_a_kept_frame_that_polars_cannot_read_back_is_an_error_in_words(tmp_path: Path):
    captured = write_captured(POLARS[UNREAD], tmp_path / "0")
    with pytest.raises(UserError, match="cannot be read back"):
        read_captured(captured.path)


def test_rows_without_columns_count(tmp_path: Path):
    assert not verdict(pl.DataFrame(height=3), pl.DataFrame(height=2), tmp_path).equal
