"""Python text that a formatter leaves as it is: imports, calls, keywords, docstrings, excerpts, names."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.model import Options, Step
from promote.render.imports import import_block
from promote.render.names import camel, check_name, config_name, reserved_names
from promote.render.pytext import call, docstring, keyword, literal

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_literal_reads_back_as_it_was(value: object) -> None:
    assert eval(literal(value)) == value  # noqa: S307 - our own text; infinity is written float("inf")


@given(VALUES)
def test_a_keyword_reads_back_as_it_was_however_long(value: object) -> None:
    tree = ast.parse(f"f(\n    {keyword('key', value)},\n)")
    node = tree.body[0]
    assert isinstance(node, ast.Expr)
    assert isinstance(node.value, ast.Call)
    assert eval(ast.unparse(node.value.keywords[0].value)) == value  # noqa: S307 - as above


@given(st.text(max_size=300), st.sampled_from(["", "    "]))
def test_a_docstring_is_one_string_and_nothing_else(text: str, prefix: str) -> None:
    lines = docstring(text, prefix)
    source = "\n".join(lines) if not prefix else "def f():\n" + "\n".join(lines)
    body = ast.parse(source).body
    inner = body[0].body if isinstance(body[0], ast.FunctionDef) else body
    assert len(inner) == 1
    assert isinstance(inner[0], ast.Expr)
    assert isinstance(inner[0].value, ast.Constant)
    assert all(len(line) <= 120 or " " not in line.strip() for line in lines)


@pytest.mark.parametrize("length", [1, 30, 60, 100, 130, 400])
def test_calls_and_keywords_stand_as_the_formatter_has_them(length: int) -> None:
    words = ["word" for _ in range(length // 5 + 1)]
    lines = [
        *call("def function(", [f"parameter_{n}: int" for n in range(length // 10)], ") -> None:"),
        "    return None",
        "",
        "",
        *call(
            "@decorate(",
            [keyword("text", " ".join(words)), keyword("items", words), keyword("n", 1)],
            ")",
            explode=True,
        ),
        "def other() -> None:",
        "    return None",
    ]
    text = "\n".join(lines) + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "-"],
        input=text, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == text


def test_the_import_block_is_what_isort_makes_of_it() -> None:
    lines = [
        "import polars as pl",
        "from b import y",
        "import os",
        "from b import x as z",
        "from b import X",
        "from b import LONG",
        "from __future__ import annotations",
        "import zlib as z2",
        "from project.helpers import a",
        "import colour  # noqa: F401 - imported for its effect",
        "from typing import Any",
        "import lib10",
        "import lib2",
        *(f"from wide import name_number_{n}" for n in range(12)),
    ]
    text = "\n".join(import_block(lines, "project")) + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "I", "--line-length", "120", "--fix", "-q",
         "--config", 'lint.isort.known-first-party = ["project"]', "--stdin-filename", "m.py", "-"],
        input=text, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == text
    assert text.index("__future__") < text.index("import os") < text.index("polars") < text.index("project.helpers")


def test_an_import_for_its_effect_is_left_out_where_it_is_used_anyway() -> None:
    assert import_block(["import a", "import a  # noqa: F401 - imported for its effect"], "p") == ["import a"]


def test_names_of_a_module_are_reserved() -> None:
    step = Step("silver", "rents_by_town", (1,), Options(), checks=(2, 3), charts=(4,))
    assert (camel("rents_by_town"), config_name(step), check_name(step, 2)) == (
        "RentsByTown", "RentsByTownConfig", "rents_by_town_check_2",
    )  # fmt: skip
    assert {"rents_by_town", "rents_by_town_asset", "RentsByTownConfig", "rents_by_town_check", "Config", "pl"} <= (
        reserved_names(step)
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(float("inf"), 'float("inf")'), (float("-inf"), 'float("-inf")'), ((1, ["a"]), '[1, ["a"]]')],
)
def test_what_python_has_no_literal_for_is_called(value: object, text: str) -> None:
    assert literal(value) == text


def test_a_tuple_too_long_for_a_line_is_a_list_and_a_number_stays() -> None:
    words = tuple(f"a word {n}" for n in range(20))
    assert keyword("key", words).startswith('key=[\n        "a word 0",\n')
    assert keyword("k" * 120, 3) == "k" * 120 + "=3"
