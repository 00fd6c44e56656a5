"""Type parameters and aliases, which Python knows from 3.12 on: `def f[T](x: T)`, `class Box[T]`, `type Row = …`.

A Python that does not know them cannot read the cells, and says so; each case expects that of an older one.
"""

from __future__ import annotations

import sys

import pytest

from tests.promote.graph import compare
from tests.promote.notebooks import Cells

KNOWN = sys.version_info >= (3, 12)
# By name: the cells, the codes of the errors without `--include-needed`, and with it
CASES: dict[str, tuple[Cells, set[str], set[str]]] = {
    "an alias takes the place of a value": (
        [("", "Row = 5"), ("", "type Row = int"), ("silver:a", "a = [isinstance(Row, int)]")],
        {"PR302"},
        set(),
    ),
    "what an alias stands for is looked up late": (
        [("", "k = 1\ntype Row = k"), ("", "k = 2"), ("silver:a", "a = [Row.__value__]")],
        {"PR302"},
        set(),
    ),
    "an alias that is made anew": (
        [("", "type R = int"), ("silver:a", "a = [str(R.__value__)]"), ("", "type R = str"),
         ("silver:b", "b = [str(R.__value__)]")],
        {"PR302"},
        set(),
    ),
    "what an alias stands for is changed": (
        [("", "ks = [1]\ntype Row = ks"), ("silver:a", "a = [str(Row.__value__)]"), ("", "ks.append(2)"),
         ("silver:b", "b = [str(Row.__value__)]")],
        {"PR302", "PR304"},
        set(),
    ),
    "an alias is a definition": (
        [("", "type Row = dict[str, int]"), ("silver:a", "rows: list[Row] = [{'x': 1}]\na = [*rows]")],
        set(),
        set(),
    ),
    "an alias with parameters, in a step and in a function": (
        [("", "def f():\n    type X[K] = list[K]\n    return str(X)"),
         ("silver:a", "type Row[K] = dict[K, int]\nrow: Row[str] = {'x': 1}\na = [row['x'], f()]")],
        set(),
        set(),
    ),
    "a parameter is none of the notebook's names": (
        [("", "T = 3\ndef f[T](x: T) -> T:\n    return type(T).__name__, x"), ("silver:a", "a = list(f(1))")],
        set(),
        set(),
    ),
    "a default is no parameter's": (
        [("", "T = 3\ndef f[T](x=T):\n    return x"), ("silver:a", "a = [f()]")],
        set(),
        set(),
    ),
    "a bound that a cell defines": (
        [("helpers", "class B: pass\ndef f[T: B](x: T):\n    return T.__bound__.__name__"), ("silver:a", "a = [f(1)]")],
        set(),
        set(),
    ),
    "a bound that a cell computes": (
        [("", "B = str(1)\ndef f[T: (B, int)](x: T):\n    return len(T.__constraints__)"), ("silver:a", "a = [f(1)]")],
        {"PR302"},
        set(),
    ),
    "a class, its methods and theirs": (
        [("", "T = 3\nclass Box[T]:\n    kind = type(T).__name__\n"
              "    def __init__(self, x: T) -> None:\n        self.x: T = x\n"
              "    def map[U](self, f) -> 'Box[U]':\n        def made(): return (type(T).__name__, f(self.x))\n"
              "        return Box[U](made())"),
         ("silver:a", "a = [Box(1).map(str).x, Box.kind]")],
        set(),
        set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_notebook_with_types_of_its_own_is_promoted_soundly(name: str) -> None:
    cells, plain, needed = CASES[name]
    for include, expected in ((False, plain), (True, needed)):
        found = compare(cells, include_needed=include)
        assert not found.wrong
        if not KNOWN:
            assert "PR120" in {f.code for f in found.findings}
            continue
        assert not found.broken
        assert found.codes == expected
        assert ("refused" in found.steps.values()) == bool(expected)
