"""What a step changes of its process is put back, whatever becomes of the step."""

from __future__ import annotations

import calendar
import csv
import decimal
import json
import mimetypes
import os
import socket
import string
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from platform_core.sdk import puts_back
from platform_core.sdk.process_state import put_back


def test_what_changed_is_put_back_after_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "1")
    before = Path.cwd(), list(sys.path), sys.stdout, decimal.getcontext().prec

    @puts_back(
        "the working directory", "the environment", "where modules are looked for", "the decimal context",
        "what print writes to",
    )  # fmt: skip
    def step() -> None:
        os.chdir("/")
        os.environ.update(KEPT="2", MADE="3")
        sys.path = [*sys.path, "/nowhere"]
        decimal.getcontext().prec = 3
        sys.stdout = sys.stderr
        raise ValueError("no such district")

    with pytest.raises(ValueError, match="no such district"):
        step()
    assert (Path.cwd(), sys.path, sys.stdout, decimal.getcontext().prec) == before
    assert (os.environ["KEPT"], os.environ.get("MADE")) == ("1", None)


def test_options_of_frames_and_arrays_are_put_back() -> None:
    rows, rule = pd.get_option("display.max_rows"), np.geterr()["divide"]
    shown, digits = pl.Config.state(), np.get_printoptions()["precision"]
    with put_back("pandas' options", "how Polars shows frames", "how NumPy shows arrays", "the set-up of numpy"):
        pd.set_option("display.max_rows", rows + 1)
        pl.Config.set_tbl_rows(2)
        np.set_printoptions(precision=digits + 1)
        np.seterr(divide="ignore")
    assert pd.get_option("display.max_rows") == rows
    assert pl.Config.state() == shown
    assert (np.get_printoptions()["precision"], np.geterr()["divide"]) == (digits, rule)


def test_patches_of_modules_and_classes_are_put_back() -> None:
    dumps, default, digits = json.dumps, json.JSONEncoder.default, string.digits
    known = dict(mimetypes.types_map)
    with put_back("the set-up of json", "the set-up of string", "the set-up of mimetypes"):
        json.dumps = lambda *_args, **_more: "patched"
        json.JSONEncoder.default = lambda _self, _value: "patched"  # type: ignore[assignment]  # a patch, as notebooks make them
        json.JSONEncoder.twice = 2  # type: ignore[attr-defined]  # as above
        del string.digits
        mimetypes.types_map[".case"] = "text/case"
    assert (json.dumps, json.JSONEncoder.default, string.digits) == (dumps, default, digits)
    assert not hasattr(json.JSONEncoder, "twice")
    assert mimetypes.types_map == known


def test_what_libraries_keep_by_themselves_is_put_back() -> None:
    before = socket.getdefaulttimeout(), calendar.firstweekday(), csv.list_dialects(), list(warnings.filters)
    with put_back("the set-up of socket", "the set-up of calendar", "the set-up of csv", "the set-up of warnings"):
        socket.setdefaulttimeout(7)
        calendar.setfirstweekday(6)
        csv.register_dialect("case", delimiter=";")
        warnings.simplefilter("error")
    assert (socket.getdefaulttimeout(), calendar.firstweekday(), csv.list_dialects(), list(warnings.filters)) == before


def test_a_lazy_frame_is_collected_while_the_state_holds() -> None:
    @puts_back("the environment")
    def step() -> pl.LazyFrame:
        os.environ["CASE_REGION"] = "north"
        asked = pl.col("x").map_elements(lambda _: os.environ["CASE_REGION"], return_dtype=pl.String)
        return pl.LazyFrame({"x": [1]}).with_columns(asked)

    assert step().collect()["x"].to_list() == ["north"]
    assert "CASE_REGION" not in os.environ
