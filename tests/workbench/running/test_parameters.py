"""Parameters cells and the values of the command line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.errors import UsageError, UserError
from workbench.running.parameters import Parameter, bind, parameters_cell, read_parameters


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("x = 1", ("int",)),
        ("x = -1.5", ("float",)),
        ("x = True", ("bool",)),
        ("x = 'a'  # which one", ("str",)),
        ("x = [1, 2]", ("list",)),
        ("x = {'a': 1}", ("dict",)),
        ("x: str = compute()", ("str",)),
        ("x: int | None = None", ("int", "None")),
        ("x: 'Optional[float]' = None", ()),
        ("x: Optional[float] = None", ("float", "None")),
        ("x: typing.Optional[list[str]] = None", ("list", "None")),
        ("x: dict[str, int] = {}", ("dict",)),
        ("x: 'int' = 1", ("int",)),
        ("x: date = date(2025, 1, 1)", ()),
        ("x: int | date = 1", ()),
        ("x = None", ()),
        ("x = compute()", ()),
        ("%matplotlib inline\n!ls\nx = 1", ("int",)),
    ],
)
def test_the_type_of_a_parameter_is_its_annotation_or_that_of_its_default(source: str, kinds: tuple[str, ...]) -> None:
    assert read_parameters(source, "a.ipynb:cell 1") == (Parameter("x", kinds),)


def test_only_names_that_the_cell_binds_at_its_top_are_parameters() -> None:
    source = "import os\nx = y = 1\na, b = 1, 2\nobject.attribute = 3\nif x:\n    z = 1\n"
    assert [parameter.name for parameter in read_parameters(source, "a.ipynb")] == ["x", "y"]


def test_a_parameters_cell_that_is_not_python_is_named_with_its_line() -> None:
    with pytest.raises(UserError, match=r"a\.ipynb:cell 2:2: The parameters cell is not valid Python"):
        read_parameters("x = 1\ny = = 2", "a.ipynb:cell 2")


@pytest.mark.parametrize(
    ("kinds", "text", "value"),
    [
        (("int",), "3", 3),
        (("float",), "3", 3.0),
        (("str",), "3", "3"),
        (("str",), "true", "true"),
        (("bool",), "False", False),
        (("bool",), "yes", True),
        (("list",), '["a", 1]', ["a", 1]),
        (("dict",), '{"a": null}', {"a": None}),
        (("int", "None"), "None", None),
        (("int", "None"), "4", 4),
        ((), "4", 4),
        ((), "2025-01-22", "2025-01-22"),
    ],
)
def test_a_text_becomes_a_value_of_the_declared_type(kinds: tuple[str, ...], text: str, value: object) -> None:
    bound = bind([Parameter("x", kinds)], {"x": text}, "a.ipynb")["x"]
    assert bound == value
    assert type(bound) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("int", "3.5"), ("int", "three"), ("float", "x"), ("bool", "perhaps"), ("list", "a,b"), ("dict", "[1]")],
)
def test_a_text_of_another_type_is_refused(kind: str, text: str) -> None:
    with pytest.raises(UsageError, match=rf"The parameter 'x' takes {kind}, not"):
        bind([Parameter("x", (kind,))], {"x": text}, "a.ipynb")


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(
        UsageError, match=r"'minimun' is no parameter of the notebook\.\nhint: Did you mean 'minimum'\?"
    ):
        bind([Parameter("minimum", ("int",))], {"minimun": "3"}, "a.ipynb")


@given(st.integers())
def test_every_integer_survives(value: int) -> None:
    assert bind([Parameter("x", ("int",))], {"x": str(value)}, "") == {"x": value}


def test_the_parameters_cell_is_the_first_code_cell_with_the_tag() -> None:
    text = {"cell_type": "markdown", "metadata": {"tags": ["parameters"]}, "source": ""}
    plain = {"cell_type": "code", "metadata": {}, "source": ""}
    tagged = {"cell_type": "code", "metadata": {"tags": ["other", "parameters"]}, "source": ""}
    assert parameters_cell({"cells": [text, plain, tagged]}) == 2
    assert parameters_cell({"cells": [text, plain]}) is None
