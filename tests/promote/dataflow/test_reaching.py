"""What reaches a place is found without a walk over all that touches the name before it."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from promote.dataflow.program import Program, build
from promote.plan import plan
from tests.promote.graph import chosen
from tests.promote.notebooks import Cells


def program(source: str) -> Program:
    return build(chosen([("", source)]).cells)


SOURCES = (
    "x = []\nx.append(1)\nx.append(2)\nx = [3]\nx.append(4)\nlen(x)",
    "x = 1\nif x:\n    x = 2\nif x > 1:\n    x = 3\ndel x\nx = 4",
    "import a\nimport a.b\nimport a\nimport a.c\na.d\na = 1\na",
    "import a\nimport a\nimport a.b\nimport a",
    "if f():\n    import a.b\nimport a\nimport a.c\nimport a as b",
)


@pytest.mark.parametrize("source", SOURCES)
def test_what_reaches_a_place_is_what_is_walked_to_it(source: str) -> None:
    found = program(source)
    for name in found.touches:
        for before in range(len(found.statements) + 2):
            walked = {s.index for s in found.reaching(name, before)}
            asked = {s.index for s in found.statements if found.reaches(s.index, name, before)}
            assert asked == walked


def test_of_imports_only_those_of_parts_reach_beyond_the_next() -> None:
    found = program("import a\nimport a.b\nimport a\nimport a.c")
    assert [s.index for s in found.reaching("a", 4)] == [3, 1]
    assert not found.reaches(0, "a", 4)
    assert found.reaches(2, "a", 3)


def lines_run(cells: Cells, *, include_needed: bool = False) -> int:
    """Plan a notebook and count how many lines of Python that took, each round of a loop anew."""
    selection = chosen(cells)
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        planned = plan(selection, include_needed=include_needed)
    finally:
        sys.settrace(before)
    assert planned.plans or planned.refused
    return count


def changes(n: int) -> str:
    return "".join(f"x.append({number})\n" for number in range(n))


def branches(n: int) -> str:
    return "".join(f"if x > {number}:\n    x = {number}\n" for number in range(n))


@pytest.mark.parametrize("include_needed", [False, True])
@pytest.mark.parametrize("body", [changes, branches])
@pytest.mark.parametrize("own", [True, False])
def test_changes_of_one_object_cost_what_they_are_many(body: Any, own: bool, include_needed: bool) -> None:
    def cells(n: int) -> Cells:
        first = f"x = []\n{body(n)}"
        return [("silver:a", f"{first}a = [x]")] if own else [("", first), ("silver:a", f"{body(n)}a = [x]")]

    lines_run(cells(3), include_needed=include_needed)  # what is imported or made once
    few, many = (lines_run(cells(n), include_needed=include_needed) for n in (150, 300))
    assert many < 2.2 * few


CLASS = """
class Rates{0}:
    table = {{"a": {0}, "b": 2}}

    def __init__(self, base, factor=1.0):
        self.base = base
        self.factor = factor
        self.seen = []

    def of(self, value):
        self.seen.append(value)
        return value * self.factor + self.table.get("a", 0)

    @property
    def double(self):
        return self.base * 2

    def column(self, name):
        return pl.col(name) * self.double
"""
USE = "rates_{0} = Rates{0}({0})\na{0} = pl.DataFrame({{'a': [1]}}).with_columns(x=rates_{0}.column('a'))"


def test_what_can_be_reached_is_not_walked_to_for_each_method_of_each_class() -> None:
    def cells(n: int) -> Cells:
        classes = [("helpers", CLASS.format(number)) for number in range(n)]
        return [("", "import polars as pl"), *classes, *((f"silver:a{i}", USE.format(i)) for i in range(n))]

    lines_run(cells(2))
    few, many = (lines_run(cells(n)) for n in (20, 40))
    assert many < 3 * few
