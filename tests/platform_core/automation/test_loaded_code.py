"""What a process has loaded of a function, as a digest: another where anything of the project's own is another."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from platform_core.automation.loaded_code import loaded_code

UTIL = "def times(value):\n    return value * 2\n"
STEP = """
import datetime as dt, functools, re
import polars as pl
from rents_loaded import util

LEAST, NAMES, TABLE = 5, {"b", "a"}, {"x": [1, (2, None)]}
DEAR, SINCE, TOWN = pl.col("rent") > 900, dt.date(2025, 1, 1), re.compile("a+")

class Rule:
    weight = 3
    def __init__(self, share):
        self.share = share
    def apply(self, value):
        return value * self.share

RULE, HALVED = Rule(7), functools.partial(max, 4)

@functools.lru_cache
def helper(value, least=LEAST):
    return [n for n in NAMES if value > least]

def recursive(n):
    return n and recursive(n - 1)

def step(frame):
    # words
    return util.times(frame), helper(1), TABLE, Rule.weight, RULE, HALVED, DEAR, SINCE, TOWN, recursive(2), pl.len()
"""
CHANGES = [
    ("value * 2", "value * 3"),
    ("LEAST, NAMES, TABLE = 5", "LEAST, NAMES, TABLE = 6"),
    ('{"b", "a"}', '{"b", "c"}'),
    ("(2, None)", "(2, 0)"),
    ("> 900", "> 901"),
    ("2025, 1, 1", "2025, 1, 2"),
    ('"a+"', '"a*"'),
    ("weight = 3", "weight = 4"),
    ("value * self.share", "value + self.share"),
    ("Rule(7)", "Rule(8)"),
    ("partial(max, 4)", "partial(max, 5)"),
    ("value > least", "value >= least"),
    ("recursive(n - 1)", "recursive(n - 2)"),
    ("helper(1)", "helper(2)"),
]


@pytest.fixture
def code() -> Iterator[Callable[..., str]]:
    def of(old: str = "", new: str = "") -> str:
        assert old in UTIL + STEP
        for name, text in (("rents_loaded", ""), ("rents_loaded.util", UTIL), ("rents_loaded.step", STEP)):
            module = sys.modules[name] = ModuleType(name)
            if name.endswith("util"):
                sys.modules["rents_loaded"].util = module  # type: ignore[attr-defined]  # as importing it does
            exec(text.replace(old, new) if old else text, vars(module))  # noqa: S102 - a module of the test
        return loaded_code(sys.modules["rents_loaded.step"].step)

    yield of
    for name in [name for name in sys.modules if name.partition(".")[0] == "rents_loaded"]:
        del sys.modules[name]


@pytest.mark.parametrize("change", CHANGES)
def test_anything_that_is_reached_counts(code: Callable[..., str], change: tuple[str, str]) -> None:
    assert code(*change) != code()


@pytest.mark.parametrize("change", [("", ""), ("# words", "# other words"), ('{"b", "a"}', '{"a", "b"}')])
def test_form_does_not(code: Callable[..., str], change: tuple[str, str]) -> None:
    assert code(*change) == code()
