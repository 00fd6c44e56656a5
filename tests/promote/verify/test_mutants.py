"""Deliberate mistakes in code: each operator changes one place, each mistake is counted and placed."""

from __future__ import annotations

import pytest

from promote.verify.equivalent import proof
from promote.verify.mutants import mutants
from promote.verify.operators import OPERATORS


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a > b", {"a >= b", "a <= b"}),
        ("a == 'k'", {"a != 'k'", "a == 'k~'"}),
        ("a + b", {"a - b"}),
        ("a & ~b", {"a | ~b", "a & b"}),
        ("a and b", {"a or b"}),
        ("b if a else c", {"b if not a else c"}),
        ("[a for a in b if a]", {"[a for a in b if not a]"}),
        ("f.sort(k, descending=True)", {"f", "f.sort(k, descending=False)"}),
        ("f.join(g, how='left')", {"f.join(g, how='inner')"}),
        ("f.min()", {"f.max()"}),
        ("f.agg('mean')", {"f.agg('max')"}),
        ("f.head(3)", {"f", "f.tail(3)", "f.head(4)"}),
        ("f[:n]", {"f[:n + 1]"}),
        ("f.filter(a)", {"f", "f.filter(~a)"}),
        ("f['fee']", {"f['count']"}),
        ("f.fee", {"f.count"}),
        ("f.fill_null(0)", {"f", "f.fill_null(1)"}),
        ("f.query('fee >= 5')", {"f", "f.query('fee > 5')", "f.query('fee >= 6')"}),
        ("True", set()),
    ],
)
def test_each_operator_changes_one_place(source: str, expected: set[str]) -> None:
    found = list(mutants([f"x = {source}"], columns={"fee": "count"}))
    assert {made.source.removeprefix("x = ") for made in found} == {*expected, "pass"}
    assert {made.operator for made in found} <= set(OPERATORS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT a FROM t LEFT JOIN u USING (k)", {"SELECT a FROM t JOIN u USING (k)"}),
        ("SELECT sum(a) FROM t", {"SELECT max(a) FROM t"}),
        ("SELECT DISTINCT a FROM t", {"SELECT  a FROM t"}),
        ("SELECT a FROM t WHERE b = 'x'", {"SELECT a FROM t ", "SELECT a FROM t WHERE b <> 'x'",
                                           "SELECT a FROM t WHERE b = 'x~'"}),
        ("SELECT a FROM t ORDER BY a DESC", {"SELECT a FROM t ", "SELECT a FROM t ORDER BY a ASC"}),
        ("SELECT count(*) FROM t", set()),
    ],
)  # fmt: skip
def test_queries_are_changed_as_code(query: str, expected: set[str]) -> None:
    made = {text.removeprefix("x = ") for text in (m.source for m in mutants([f"x = {query!r}"])) if "x =" in text}
    assert made == {repr(text) for text in expected}


@pytest.mark.parametrize(
    "source",
    [
        "def f(a: 'int') -> 'str':\n    'A docstring.'",
        "print('said')",
        "import os",
        "shutil.rmtree(root / 'a')",
    ],
)
def test_what_no_data_shows_or_what_could_do_harm_is_left_as_it_is(source: str) -> None:
    assert [made.operator for made in mutants([source]) if made.operator != "statement-dropped"] == []


def test_statements_are_dropped_and_the_line_is_told() -> None:
    [first, *_] = [m for m in mutants(["x = 1", "y = 2\ny += 3"]) if m.operator == "statement-dropped" and m.part == 1]
    assert (first.line, first.source) == (1, "pass\ny += 3")


def test_mistakes_are_made_in_the_given_lines_alone() -> None:
    program = ["import polars", "x = 1\ny = 2"]
    assert {(m.part, m.line) for m in mutants(program, spans=[(), ((2, 2),)])} == {(1, 2)}


def test_a_chain_is_placed_by_the_line_of_the_method() -> None:
    source = "x = (\n    f.filter(a)\n    .sort(b)\n)"
    assert {m.line for m in mutants([source]) if "sort" not in m.source and m.operator == "call-dropped"} == {3}


def test_equivalence_is_claimed_with_a_reason_only() -> None:
    [made] = [m for m in mutants(["x = f.merge(g, copy=False)"]) if m.operator == "flag-flipped"]
    assert "copy" in made.proof
    [made] = [m for m in mutants(["x = f.merge(g, indicator=True)"]) if m.operator == "flag-flipped"]
    assert not made.proof
    import ast

    assert not proof("number-changed", ast.Constant(1), ast.Module([], []))
