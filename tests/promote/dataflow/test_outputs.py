from __future__ import annotations

import pytest

from promote.dataflow.outputs import Output, output_of
from promote.dataflow.program import build
from promote.model import Finding
from tests.promote.graph import chosen


def given(*cells: tuple[str, str]) -> Output | Finding | None:
    """Give what the first step gives."""
    selection = chosen(cells)
    return output_of(selection.steps[0], build(selection.cells), selection.notebook)


@pytest.mark.parametrize(
    ("cells", "variable"),
    [
        ([("silver:a", "x = 1\na = 2\ny = 3")], "a"),
        ([("silver:a", "import os\ndef f(): pass\nx = 1")], "x"),
        ([("silver:a", "x = 1\ny = 2"), ("silver:a", "z = 3")], "z"),
        ([("silver:a", "#| output: x\nx = 1\na = 2")], "x"),
        ([("silver:a", "#| output: x\nif f():\n    x = 1")], "x"),
        ([("", "x = []"), ("silver:a", "#| output: x\nx.append(1)")], "x"),
        ([("silver:a", "df = f()\nn = len(df)")], "df"),
        ([("silver:a", "df = f()"), ("silver:a", "df['a'] = 1")], "df"),
        ([("silver:a", "df = f()"), ("silver:a", "n = len(df)\ndf['a'] = n")], "df"),
        ([("silver:a", "df = f()"), ("silver:a", "best = g(df)\ndf['a'] = 1")], "best"),
    ],
)
def test_which_variable_a_step_gives(cells: list[tuple[str, str]], variable: str) -> None:
    found = given(*cells)
    assert isinstance(found, Output)
    assert found.variable == variable


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("x = 1\ny = 2", "its last cell binds `x`, `y`", "Call the result `a`, or write `#| output: VARIABLE`"),
        ("x = f()\ny = g()", "its last cell binds `x`, `y`", "or write `#| output: y` at the top"),
        ("print(1)", "its last cell binds no variable", "Call the result `a`"),
        ("#| output: z\nx = 1", "`output: z` names a variable that silver:a does not bind.", "The step binds `x`."),
        ("#| output: z\nprint(1)", "`output: z` names a variable", "The step binds none."),
    ],
)
def test_why_it_cannot_be_told(source: str, message: str, hint: str) -> None:
    found = given(("silver:a", source))
    assert isinstance(found, Finding)
    assert (found.code, found.location.cell) == ("PR310", 1)
    assert message in found.message
    assert hint in found.hint
