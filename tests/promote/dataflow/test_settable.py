"""Which literals a run can set, and how a parameter is typed, so that every module can be loaded."""

from __future__ import annotations

import ast

import dagster as dg
import pytest

from promote.dataflow.settable import parameter_type, settable_type
from tests.promote.graph import planned
from tests.promote.programs import errors, finding

LITERALS = {
    "24 * 60": "int",
    "10**3": "int",
    "7 // 2": "int",
    "1 / 2": "float",
    "-1e-3": "float",
    "2 * 1.5": "float",
    "not True": "bool",
    "'a' 'b'": "str",
    "'a' + 'b'": "str",
    "[1, 2]": "list[int]",
    "[1, 2.5]": "list[Any]",
    "[True, 1]": "list[Any]",
    "[[1], [2]]": "list[Any]",
    "[]": "list[Any]",
    "{'a': 1}": "dict[str, Any]",
    "None": "str | None",
}
CONSTANTS = ["(1, 2)", "{1, 2}", "{1: 'a'}", "[1, None]", "{'a': None}", "b'x'", "1 + 2j", "...", "['a'] * 2", "2**-1"]
ANNOTATED = {
    "Optional[int] = None": "int | None",
    "typing.Optional[int] = 3": "int | None",
    "int | None = None": "int | None",
    "float = None": "float | None",
    "'int' = 3": "int",
    "List[str] = ['a']": "list[str]",
    "list[float] = [1, 2.5]": "list[float]",
    "list = [1]": "list[Any]",
    "Dict[str, int] = {'a': 1}": "dict[str, int]",
    "Final[int] = 3": "int",
    "Literal['a', 'b'] = 'a'": "str",
    "Path = 'x'": "str",
    "int = 'x'": "str",
    "list[int] = ['a']": "list[str]",
    "Any = 3": "Any",
}


def node_of(text: str) -> ast.expr:
    """Parse an expression."""
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize("text", LITERALS)
def test_a_literal_has_the_type_of_its_value(text: str) -> None:
    assert settable_type(node_of(text)) == LITERALS[text]
    assert LITERALS[text].startswith((type(eval(text)).__name__, "str | None"))  # noqa: S307 - our own literals


@pytest.mark.parametrize("text", CONSTANTS)
def test_what_a_run_cannot_set_has_none(text: str) -> None:
    assert settable_type(node_of(text)) == ""


@pytest.mark.parametrize("text", ANNOTATED)
def test_an_annotation_counts_where_a_configuration_knows_it(text: str) -> None:
    (node,) = ast.parse(f"p: {text}").body
    assert isinstance(node, ast.AnnAssign)
    assert node.value is not None
    assert parameter_type(node.annotation, node.value) == ANNOTATED[text]


def test_dagster_takes_every_type_and_gives_the_values_back() -> None:
    """The class as a module has it: its schema can be made, and Dagster gives each default as it was written."""
    lines, wanted = [], {}
    for number, text in enumerate([*(f"p = {one}" for one in LITERALS), *(f"p: {one}" for one in ANNOTATED)]):
        node = ast.parse(text).body[0]
        assert isinstance(node, (ast.Assign, ast.AnnAssign))
        assert node.value is not None
        kind = parameter_type(getattr(node, "annotation", None), node.value)
        lines.append(f"    p{number}: {kind} = {ast.unparse(node.value)}")
        wanted[f"p{number}"] = eval(ast.unparse(node.value))  # noqa: S307 - our own literals
    names: dict[str, object] = {"dg": dg}
    text = "\n".join(["from typing import Any", "class Made(dg.Config):", *lines])
    exec(compile(text, "<made>", "exec", dont_inherit=True), names)  # noqa: S102 - our own class
    given: list[dict[str, object]] = []

    def takes(config: dg.Config) -> None:
        given.append({name: getattr(config, name) for name in wanted})

    takes.__annotations__ = {"config": names["Made"], "return": None}
    dg.GraphDefinition("graph", node_defs=[dg.op(takes)]).to_job().execute_in_process()
    assert given == [wanted]
    assert repr(given) == repr([wanted]), "to the type"


def test_a_value_that_no_run_can_set_is_a_constant_and_told() -> None:
    cells = (("parameters", "span = (1, 2)"), ("silver:a", "a = list(span)"))
    (made,) = planned(cells).plans
    assert not made.function.parameters
    assert [f.text for f in made.function.definitions] == ["span = (1, 2)"]
    told = finding("PR214", *cells)
    assert (told.severity, told.location.cell, told.location.line) == ("note", 1, 1)


def test_a_value_computed_in_the_parameters_cell_is_told_as_that() -> None:
    cells = (("parameters", "year = 2024\nnext_year = year + 1"), ("silver:a", "a = [next_year]"))
    assert errors(planned(cells)) == ["PR302"]
    assert "compute from it in the step" in finding("PR302", *cells).hint
    assert errors(planned(cells, include_needed=True)) == []
    told = finding("PR215", *cells, needed=True)
    assert (told.severity, told.location.line) == ("warning", 2)
    assert told.message.startswith("`next_year` is worked out from `year` in the parameters cell")
    by_key = "#| partitions: {by: static, values: years, parameter: year}\na = [next_year]"
    assert errors(planned((cells[0], ("silver:a", by_key)), include_needed=True)) == ["PR215"]
    below = (("parameters", "year = 2024"), ("", "next_year = year + 1"), cells[1])
    assert {f.code for f in planned(below, include_needed=True).findings} == {"PR323"}
