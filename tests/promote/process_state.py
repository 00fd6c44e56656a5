"""What a notebook leaves behind in its process, put back so that promoted functions cannot live on it.

A promoted function runs in a fresh process. The tests run it in the one in which the notebook ran, so everything that
is no variable of the notebook is put back first: the environment, the working directory, options, generators of
numbers, attributes of modules and classes, and what was put in `sys.modules`. The depth of recursion is left: code that
goes too deep in a fresh process stops there, so a run tells.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import datetime
import decimal
import gc
import json
import locale
import logging
import math
import os
import random
import socket
import statistics
import string
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from pandas._config.config import _registered_options  # type: ignore[attr-defined]  # no stub names it

from platform_core.sdk.process_state import put_back as kept

PATCHED = (
    *(builtins, math, json, json.JSONEncoder, random, os, time, datetime, string, statistics, warnings, decimal, np),
    *(pd, pd.DataFrame, pd.Series, pl, pl.DataFrame, pl.LazyFrame, pl.Series, pl.Expr),
)
_UNLIKELY = 987_654_321  # a seed that no notebook sets
_FROM_FILES: dict[str, ModuleType] = {}  # modules that were looked at before


@contextlib.contextmanager
def as_deep() -> Iterator[None]:
    """Put back afterwards how deep calls may be, which `put_back` leaves: other tests need the room."""
    depth = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(depth)


@contextlib.contextmanager
def put_back(*, databases: bool = True) -> Iterator[None]:
    """Put back afterwards what runs in the block change of the process; generators start anew, unlike any seed.

    DuckDB's default connection is made anew where `databases` says that it may be used: that takes 40 ms.
    """
    place, path, modules = Path.cwd(), list(sys.path), dict(sys.modules)
    attributes = [dict(vars(one)) for one in PATCHED]
    made = {name: _values(name) for name in modules if _is_made_here(name)}
    errors, context, filters = np.geterr(), decimal.getcontext().copy(), list(warnings.filters)
    with warnings.catch_warnings(action="ignore"):  # pandas says of some that they will go
        options = {key: pd.get_option(key) for key in _registered_options}
    shown, printed = pl.Config.save(), np.get_printoptions()
    local = locale.setlocale(locale.LC_ALL)
    told, level, handlers = logging.root.manager.disable, logging.root.level, list(logging.root.handlers)
    waits, collects = socket.getdefaulttimeout(), gc.isenabled()
    try:
        with kept("the environment", "the set-up of csv", "the set-up of calendar"):
            yield
    finally:
        os.chdir(place)
        sys.path[:] = path
        for name in sys.modules.keys() - modules.keys():
            if _is_made_here(name):
                del sys.modules[name]
        sys.modules.update(modules)
        for name, values in made.items():
            vars(sys.modules[name]).update(values)
        for one, before in zip(PATCHED, attributes, strict=True):
            for name in vars(one).keys() - before.keys():
                delattr(one, name)
            for name, value in before.items():
                if vars(one).get(name) is not value:
                    setattr(one, name, value)
        np.seterr(**errors)
        decimal.setcontext(context)
        warnings.filters[:] = filters  # type: ignore[index]  # a list, whatever its stubs say
        with warnings.catch_warnings(action="ignore"):
            for key, value in options.items():
                if pd.get_option(key) is not value:
                    pd.set_option(key, value)
        if databases:
            duckdb.set_default_connection(duckdb.connect())
        pl.Config.load(shown)
        np.set_printoptions(**printed)
        if locale.setlocale(locale.LC_ALL) != local:
            locale.setlocale(locale.LC_ALL, local)
        logging.disable(told)
        logging.root.setLevel(level)
        logging.root.handlers[:] = handlers
        socket.setdefaulttimeout(waits)
        (gc.enable if collects else gc.disable)()
        random.seed(_UNLIKELY)
        np.random.seed(_UNLIKELY)
        pl.set_random_seed(_UNLIKELY)


def _is_made_here(name: str) -> bool:
    """Whether a module came from no file: a test or a notebook has made it."""
    module = sys.modules[name]
    if _FROM_FILES.get(name) is module:
        return False
    made = type(module) is ModuleType and module.__spec__ is None and name != "__main__"
    if not made:
        _FROM_FILES[name] = module
    return made


def _values(name: str) -> dict[str, Any]:
    """Give what a module holds, copies of what a notebook could change in it."""
    kinds = (list, dict, set, bytearray)
    held = {key: value for key, value in vars(sys.modules[name]).copy().items() if not key.startswith("__")}
    return {key: copy.deepcopy(value) if isinstance(value, kinds) else value for key, value in held.items()}
