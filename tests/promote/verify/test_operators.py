"""Every operator makes its mistake: each name of the list, and each entry of the tables behind it, has a case here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import cast

import pytest

from promote.verify import operators, sql_mutants
from promote.verify.mutants import mutants
from promote.verify.operators import OPERATORS

COLUMNS = {"fee": "count"}
# For each operator a small function where it applies, and what one mistake makes of the function's only statement
CASES = {
    "aggregation-swapped": [
        ("return rents.group_by('area').agg(pl.col('rent').sum())", "rents.group_by('area').agg(pl.col('rent').max())"),
        ("return rents.groupby('area').agg('median')", "rents.groupby('area').agg('max')"),
    ],
    "arithmetic-swapped": [
        ("return rents['a'] * 2", "rents['a'] / 2"),
        ("rents['a'] += 2", "rents['a'] -= 2"),
    ],
    "call-dropped": [("return rents.unique('area')", "rents")],
    "column-swapped": [
        ("return rents['fee']", "rents['count']"),
        ("return rents.fee", "rents.count"),
    ],
    "comparison-flipped": [("return rents.filter(rents.a > 5)", "rents.filter(rents.a >= 5)")],
    "comparison-negated": [
        ("return rents.filter(rents.a > 5)", "rents.filter(rents.a <= 5)"),
        ("return [row for row in rents if row in known]", "[row for row in rents if row not in known]"),
    ],
    "condition-negated": [
        ("return rents if wanted else None", "rents if not wanted else None"),
        ("return [row for row in rents if row]", "[row for row in rents if not row]"),
        ("return rents.filter(open_ones)", "rents.filter(~open_ones)"),
        ("if wanted:\n        return rents", "if not wanted:\n        return rents"),
        ("while wanted:\n        rents = step(rents)", "while not wanted:\n        rents = step(rents)"),
    ],
    "connective-swapped": [
        ("return rents.filter(a & b)", "rents.filter(a | b)"),
        ("return a and b", "a or b"),
        ("return a or b", "a and b"),
    ],
    "flag-flipped": [("return rents.sort('a', descending=True)", "rents.sort('a', descending=False)")],
    "join-swapped": [
        ("return rents.join(areas, on='a', how='left')", "rents.join(areas, on='a', how='inner')"),
        ("return rents.merge(areas, 'left')", "rents.merge(areas, 'inner')"),
    ],
    "method-swapped": [("return rents.is_null()", "rents.is_not_null()")],
    "negation-dropped": [
        ("return rents.filter(~seen)", "rents.filter(seen)"),
        ("return not seen", "seen"),
        ("return rents.head(-n)", "rents.head(n)"),
    ],
    "number-changed": [
        ("return rents.round(2)", "rents.round(3)"),
        ("return rents['a'] * 0.5", "rents['a'] * 1.5"),
        ("return rents[n:]", "rents[n + 1:]"),
        ("return rents[:n]", "rents[:n + 1]"),
    ],
    "query-changed": [
        ("return rents.query('rent >= 5')", "rents.query('rent > 5')"),
        ("return con.sql('SELECT a FROM rents WHERE a = 1')", "con.sql('SELECT a FROM rents ')"),
    ],
    "statement-dropped": [
        ("rents = rents.head(wanted)", "pass"),
        ("rents += 1", "pass"),
        ("rents: Frame = made()", "pass"),
        ("del rents['a']", "pass"),
        ("rents.pop('a')", "pass"),
        ("raise ValueError", "pass"),
        ("for row in rents:\n        break", "for row in rents:\n        pass"),
        ("for row in rents:\n        continue", "for row in rents:\n        pass"),
    ],
    "text-changed": [
        ("return rents.filter(a == 'open')", "rents.filter(a == 'open~')"),
        ("return rents.fill_null(strategy='forward')", "rents.fill_null(strategy='backward')"),
    ],
}  # fmt: skip


def _made(body: str) -> dict[tuple[str, str], str]:
    """Give the mistakes in a function of one statement, by operator and by what the statement became."""
    head = "def step(rents):\n    "
    found = {}
    for mutant in mutants([head + body], columns=COLUMNS):
        assert mutant.source.startswith(head)
        found[mutant.operator, mutant.source.removeprefix(head).removeprefix("return ")] = mutant.source
    return found


@pytest.mark.parametrize("operator", OPERATORS)
def test_each_operator_of_the_list_makes_its_mistake(operator: str) -> None:
    for body, expected in CASES[operator]:  # an operator without a case fails here
        made = _made(body)
        assert (operator, expected) in made, (body, sorted(made))
        ast.parse(made[operator, expected])


def test_no_operator_works_that_the_list_does_not_name() -> None:
    worked = {operator for cases in CASES.values() for body, _ in cases for operator, _ in _made(body)}
    assert worked == set(OPERATORS) == set(CASES)


# What the types of nodes in the tables are written as
_SIGNS: dict[type[ast.AST], str] = {
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
    ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
_BY_SIGN = {
    "_FLIPPED": "comparison-flipped",
    "_NEGATED": "comparison-negated",
    "_ARITHMETIC": "arithmetic-swapped",
    "_CONNECTIVES": "connective-swapped",
}
_BY_NAME = {"_AGGREGATIONS": "aggregation-swapped", "_METHODS": "method-swapped"}
_BY_TEXT = {"_AGGREGATIONS": "aggregation-swapped", "_JOINS": "join-swapped", "_OTHER_TEXT": "text-changed"}


def _entries() -> Iterator[tuple[str, str, str]]:
    for table, operator in _BY_SIGN.items():
        for sign, other in getattr(operators, table).items():
            yield operator, f"return a {_SIGNS[sign]} b", f"a {_SIGNS[other]} b"
    for table, operator in _BY_NAME.items():
        for name, other in getattr(operators, table).items():
            yield operator, f"return rents.{name}()", f"rents.{other}()"
    for table, operator in _BY_TEXT.items():
        for text, other in getattr(operators, table).items():
            yield operator, f"return rents.agg({text!r})", f"rents.agg({other!r})"
    for text, other in operators._JOINS.items():
        for key in ("how", "type", "join"):
            yield "join-swapped", f"return rents.join(b, {key}={text!r})", f"rents.join(b, {key}={other!r})"
    for name in sorted(operators._DROPPABLE):
        yield "call-dropped", f"return rents.{name}()", "rents"
    for name in sorted(operators._CONDITIONAL):
        yield "condition-negated", f"return rents.{name}(a)", f"rents.{name}(~a)"


@pytest.mark.parametrize(("operator", "body", "expected"), list(_entries()))
def test_each_entry_of_the_tables_is_reached(operator: str, body: str, expected: str) -> None:
    assert (operator, expected) in _made(body)


def test_every_table_of_the_operators_is_walked() -> None:
    tables = {name for name, value in vars(operators).items() if name.isupper() and isinstance(value, dict)}
    assert tables == {*_BY_SIGN, *_BY_NAME, *_BY_TEXT}


@pytest.mark.parametrize(("word", "other"), [*sql_mutants._WORDS.items(), *sql_mutants._SIGNS.items()])
def test_each_word_and_sign_of_a_query_is_changed(word: str, other: str) -> None:
    query = f"SELECT a FROM b {word} c"  # noqa: S608 - no query is run
    assert query.replace(f" {word} ", f" {other} ") in set(sql_mutants.other_queries(query))


@pytest.mark.parametrize("kind", cast("list[str]", list(sql_mutants._CHANGES)))
def test_each_kind_of_token_of_a_query_is_changed(kind: str) -> None:
    cases = {
        "text": ("SELECT 'a' FROM b", "SELECT 'a~' FROM b"),
        "word": ("SELECT sum(a) FROM b", "SELECT max(a) FROM b"),
        "number": ("SELECT 1.5 FROM b", "SELECT 2.5 FROM b"),
        "sign": ("SELECT a + b FROM c", "SELECT a - b FROM c"),
    }
    query, expected = cases[kind]
    assert expected in list(sql_mutants.other_queries(query))
