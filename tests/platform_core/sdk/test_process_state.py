"""What a step changes of its process is put back, whatever becomes of the step."""

from __future__ import annotations

import calendar
import csv
import decimal
import gc
import json
import mimetypes
import os
import socket
import string
import sys
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace

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


class _Renewed:
    """Garbage that brings a module along when it is collected, and leaves garbage of its kind."""

    def __init__(self, modules: dict[str, ModuleType]) -> None:
        self.modules, self.itself = modules, self

    def __del__(self) -> None:
        if sys.modules is self.modules:
            self.modules[f"brought_along_{len(self.modules)}"] = string
            _Renewed(self.modules)


def test_a_finalizer_that_imports_while_modules_are_looked_at_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {"string": string} | {f"module_{number}": string for number in range(5000)}  # as a long session has
    monkeypatch.setattr(sys, "modules", modules)
    usual = gc.get_threshold()
    _Renewed(modules)
    gc.set_threshold(5)
    try:
        with put_back("the set-up of anything"):
            string.digits = "0"  # type: ignore[misc]  # as a step may
    finally:
        gc.set_threshold(*usual)
        monkeypatch.undo()
    gc.collect()
    assert string.digits == "0123456789"
    assert len(modules) > 5001


def test_an_option_that_registers_others_when_it_is_put_back_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"first": 1, "second": 2}

    def set_option(name: str, value: int) -> None:
        options[name] = value
        options[f"brought_along_{len(options)}"] = value

    monkeypatch.setattr(pd, "options", SimpleNamespace(d=options))
    monkeypatch.setattr(pd, "set_option", set_option)
    with put_back("pandas' options"):
        options["first"] = 5
    assert (options["first"], options["second"]) == (1, 2)
