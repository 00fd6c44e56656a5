"""Deliberate mistakes in code: each operator changes one place, each mistake is counted and placed."""

from __future__ import annotations

import pytest

from promote.verify.equivalent import proof
from promote.verify.mutants import mutants, other_columns
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
        "tqdm(rows, desc='rows', total=5)",
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


@pytest.mark.parametrize(
    "call",
    [
        "np.array(values, copy=False)",
        "values.astype(float, copy=False)",
        "prices(rows, cache=True)",
        "shop.prices(rows, cache=True)",
        "table(copy=True)",
        "pd.read_csv(path, low_memory=False)",
        "pl.read_csv(path, use_pyarrow=True)",
        "rents.value_counts(parallel=True)",
    ],
)
def test_a_flag_of_a_function_where_it_may_mean_something_is_no_equivalent(call: str) -> None:
    [made] = [m for m in mutants([f"x = {call}"]) if m.operator == "flag-flipped"]
    assert not made.proof


def test_annotations_and_messages_are_left_as_they_are() -> None:
    made = list(mutants(["x: Literal['a'] = 3\nassert x, 'no x'\nraise ValueError('gone')"]))
    assert {m.operator for m in made} == {"statement-dropped", "number-changed"}
    assert all("Literal['a']" in m.source or m.operator == "statement-dropped" for m in made)


@pytest.mark.parametrize(("relation", "other"), [("is", "is not"), ("not in", "in"), ("!=", "==")])
def test_a_relation_without_a_near_one_is_only_negated(relation: str, other: str) -> None:
    assert [m.source for m in mutants([f"x = a {relation} b"])] == ["pass", f"x = a {other} b"]


def test_more_than_one_comparison_at_once_and_numbers_of_arguments_are_left() -> None:
    assert [m.operator for m in mutants(["x = a < b < c"])] == ["statement-dropped"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f.merge(g, type='left')", "f.merge(g, type='inner')"),
        ("f.agg(how='middle')", "f.agg(how='middle~')"),
        ("f.fill_null(strategy='forward')", "f.fill_null(strategy='backward')"),
    ],
)
def test_words_that_name_a_way_are_changed_for_another_way(source: str, expected: str) -> None:
    assert f"x = {expected}" in {m.source for m in mutants([f"x = {source}"])}


def test_a_column_alone_in_its_frame_has_none_to_be_mistaken_for() -> None:
    assert other_columns([{"a": "Int64"}, {"b": "Int64", "c": "String"}]) == {"b": "c", "c": "b"}


def test_an_unpacked_dictionary_has_no_key_to_change() -> None:
    assert {m.source for m in mutants(["x = {**y, 'k': 1}"])} == {"pass", "x = {**y, 'k~': 1}", "x = {**y, 'k': 2}"}
