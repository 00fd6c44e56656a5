from __future__ import annotations

import ast

import pytest

from promote.dataflow.loads import bound_load, load_calls
from promote.language.facts import facts_anew
from tests.promote.programs import program

IMPORTS = "from platform_core.sdk import load_asset, resource\nimport platform_core.sdk.loading as sdk\n"


def loads(source: str) -> list[tuple[str, str, str, str | None, str]]:
    """Give what the calls of a text ask for, and what is wrong with each."""
    functions = program(IMPORTS + source).functions
    found = load_calls(facts_anew([ast.parse(source).body[0]], lazy=False).statements[0], functions)
    return [(load.what, load.name, load.kind, load.partition, load.problem) for load in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('x = load_asset("rents")', ("load_asset", "rents", "lazy", None, "")),
        ('x = sdk.load_asset(name="rents", as_="pandas")', ("load_asset", "rents", "pandas", None, "")),
        ('x = load_asset("rents", "polars", "2024")', ("load_asset", "rents", "polars", "2024", "")),
        ('x = load_asset("rents", partition=day)', ("load_asset", "rents", "lazy", "$day", "")),
        ('x = load_asset("rents", partition=None)', ("load_asset", "rents", "lazy", None, "")),
        ('x = resource("odp")', ("resource", "odp", "lazy", None, "")),
    ],
)
def test_calls_that_become_inputs(source: str, expected: tuple[str, str, str, str | None, str]) -> None:
    assert loads(source) == [expected]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("load_asset(name)", "the name is not written as a literal"),
        ('load_asset("a b")', "the name is not a name"),
        ('resource("import")', "the name is not a name"),
        ('load_asset(*["rents"])', "its arguments are unpacked"),
        ('load_asset("rents", **more)', "its arguments are unpacked"),
        ('load_asset("rents", kind="pandas")', "`kind` is not one of its arguments"),
        ('load_asset("rents", from_env="prod")', "it reads a sample of another environment"),
        ('load_asset("rents", from_env="prod", sample=10)', "it reads a sample of another environment"),
        ('load_asset("rents", as_=kind)', "`as_` must be one of"),
        ('load_asset("rents", as_="spark")', "`as_` must be one of"),
        ('load_asset("rents", partition=str(1))', "the partition is not written as a literal or a parameter"),
    ],
)
def test_calls_that_cannot_be_followed_say_why(source: str, problem: str) -> None:
    ((*_, told),) = loads(source)
    assert told.startswith(problem)


def test_calls_are_given_in_source_order_and_a_name_of_ones_own_is_no_load() -> None:
    assert [load[1] for load in loads('x = load_asset("b").join(load_asset("a"))')] == ["b", "a"]
    functions = program("def load_asset(n): return n\nx = load_asset('a')").functions
    assert not load_calls(facts_anew(ast.parse("x = load_asset('a')").body, lazy=False).statements[0], functions)


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ('x = load_asset("a")', True),
        ('x: object = load_asset("a")', True),
        ('x = load_asset("a").head()', False),
        ('x = y = load_asset("a")', False),
        ('x, y = load_asset("a")', False),
        ("x = load_asset(n)", False),
        ("x: object", False),
        ("x = 1", False),
        ('load_asset("a")', False),
    ],
)
def test_a_statement_that_is_nothing_but_a_load(source: str, bound: bool) -> None:
    functions = program(IMPORTS + source).functions
    node = ast.parse(source).body[0]
    assert (bound_load(node, load_calls(facts_anew([node], lazy=False).statements[0], functions)) is not None) is bound
