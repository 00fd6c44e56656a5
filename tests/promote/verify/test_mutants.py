"""Deliberate mistakes in code."""

from __future__ import annotations

import pytest

from promote.verify.mutants import mutants


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a > b", {"x = a >= b"}),
        ("x = a == 'k'", {"x = a != 'k'", "x = a == 'another text'"}),
        ("x = a + b", {"x = a - b"}),
        ("x = a & ~b", {"x = a | ~b", "x = a & b"}),
        ("x = a and b", {"x = a or b"}),
        ("x = f.sort('k', descending=True)", {"x = f", "x = f.sort('k', descending=False)"}),
        ("x = f.join(g, how='left')", {"x = f.join(g, how='inner')"}),
        ("x = f.min()", {"x = f.max()"}),
        ("x = f.head(3)", {"x = f", "x = f.tail(3)", "x = f.head(4)"}),
        ("x = True", set()),
        ("while a < b:\n    a = a + 1", set()),
    ],
)
def test_each_operator_changes_one_place(source: str, expected: set[str]) -> None:
    assert {text for [text] in mutants([source])} == expected


def test_other_parts_stay_and_the_number_is_bounded() -> None:
    program = ["import polars", "x = " + " + ".join("abcdefgh" * 20)]
    found = list(mutants(program, most=10))
    assert 0 < len(found) <= 10
    assert all(part == "import polars" for part, _ in found)
    assert len({text for _, text in found}) == len(found)
