from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import IPython
import polars as pl
import pytest

from platform_core import sdk
from platform_core.lake import Lake
from platform_core.sdk import loading
from promote.verify.capture import keep, note_load, watch_loads


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Give the names of a notebook, in a shell that stands in for the kernel's."""

    class Shell:
        user_ns: dict[str, Any] = {}  # noqa: RUF012 - one for one test

    Shell.user_ns = {}
    monkeypatch.setattr(IPython, "get_ipython", lambda: Shell)
    return Shell.user_ns


def test_a_frame_is_kept_as_it_is_now(names: dict[str, Any], tmp_path: Path):
    names["rents"] = pl.LazyFrame({"rent": [900.0, None]})
    before = dict(names)
    keep(3, "rents", str(tmp_path))
    assert names == before
    told = json.loads((tmp_path / "3.json").read_text())
    assert told["kind"] == "lazy"
    assert told["schema"] == [["rent", "Float64"]]
    assert (told["rows"], told["file"]) == (2, "3.arrow")
    assert pl.read_ipc(tmp_path / told["file"])["rent"].to_list() == [900.0, None]


def fail(series: pl.Series) -> pl.Series:
    raise ValueError("Winifred Holtby")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([1], {"problem": "no frame", "type": "list"}),
        (pl.Series([1]), {"problem": "no frame", "type": "Series"}),
        (
            pl.DataFrame({"a": pl.Series([object()], dtype=pl.Object)}),
            {
                "problem": "unkept",
                "said": "Column 'a' holds Python objects, which no Parquet file can hold.",
                "hint": "Convert it first, as with pl.col('a').map_elements(str, return_dtype=pl.String).",
            },
        ),
        (
            pl.LazyFrame({"a": ["Winifred"]}).select(pl.col("a").cast(pl.Int64)),
            {"problem": "unkept", "said": "Collecting it fails: InvalidOperationError."},
        ),
    ],
)
def test_what_cannot_be_kept_is_written_down_without_a_value(
    names: dict[str, Any], tmp_path: Path, value: object, told: dict[str, str]
):
    names["rents"] = value
    keep(0, "rents", str(tmp_path))
    assert json.loads((tmp_path / "0.json").read_text()) == told


def test_a_name_that_does_not_exist_is_written_down(names: dict[str, Any], tmp_path: Path):
    keep(0, "rents", str(tmp_path))
    assert json.loads((tmp_path / "0.json").read_text()) == {"problem": "missing"}


def test_loads_are_noted_once_for_each_asset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Lake(tmp_path / "lake").write("silver", "rents", pl.DataFrame({"rent": [900]}))
    monkeypatch.setenv("WORKBENCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setattr(loading, "load_asset", loading.load_asset)  # put back at the end
    monkeypatch.setitem(vars(sdk), "load_asset", loading.load_asset)
    watch_loads(tmp_path)
    from platform_core.sdk import load_asset

    assert load_asset("rents").collect()["rent"].to_list() == [900]
    assert load_asset(name="rents", as_="pandas")["rent"].tolist() == [900]
    (path,) = (tmp_path / "loads").iterdir()
    assert json.loads(path.read_text()) == {
        "name": "rents",
        "kind": "lazy",
        "schema": [["rent", "Int64"]],
        "rows": 1,
    }
    assert (load_asset.__doc__ or "").startswith("Read an asset")


def test_a_load_that_cannot_be_noted_is_left_to_the_notebook(tmp_path: Path):
    note_load("rents", pl.scan_parquet(tmp_path / "gone.parquet"), tmp_path / "1.json")
    assert not (tmp_path / "1.json").exists()
