from __future__ import annotations

import pytest

from promote.dataflow.program import build
from promote.model import CodeCell, Role
from tests.promote.programs import program


def reaching(source: str, name: str) -> list[int]:
    """Give the indices of the statements that reach a use of a name at the end."""
    found = program(source)
    return [s.index for s in found.reaching(name, len(found.statements))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\nx = 2", [1]),
        ("x = 1\nif c:\n    x = 2", [1, 0]),
        ("x = []\nx.append(1)\nx.append(2)", [2, 1, 0]),
        ("x = 1\ndel x", [1]),
        ("x = 1\nif c:\n    del x", [1, 0]),
        ("x = 1\ndef f():\n    global x\n    x = 2\nf()", [2, 0]),
        ("x = 1\ny = 2", [0]),
        ("y = 2", []),
    ],
)
def test_what_reaches_a_use(source: str, expected: list[int]) -> None:
    assert reaching(source, "x") == expected


def test_imports_of_parts_of_one_package_add_up() -> None:
    assert reaching("import a.b\nimport a.c\nx = 1", "a") == [1, 0]
    assert reaching("import a\nimport a.c", "a") == [1]
    assert reaching("import a.b\nimport a", "a") == [1, 0]  # `a.b` is still there
    assert reaching("a = 1\nimport a.b", "a") == [1]


def test_cells_that_do_not_parse_or_were_injected_count_as_empty() -> None:
    cells = [
        CodeCell(1, Role("explore"), "x = = 1"),
        CodeCell(2, Role("injected"), "x = 2"),
        CodeCell(3, Role("explore"), "@d\ndef f():\n    pass\nx = 3"),
    ]
    statements = build(cells).statements
    assert [(s.cell, s.first, s.last) for s in statements] == [(3, 1, 3), (3, 4, 4)]


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("df = 1\nx = df.query('a > @low and b < @high')", {"low", "df"}),
        ("df = 1\nx = duckdb.sql('SELECT * FROM df JOIN other USING (k)')", {"df"}),
        ("df = 1\ntext = 'SELECT * FROM df'\nx = duckdb.sql(text)", {"df", "text"}),
        ("df = 1\nparts = ['SELECT * FROM df']\nx = duckdb.sql(parts[0])", {"df", "parts"}),
        ("df = 1\ndef f(q):\n    return duckdb.sql(q)\ny = 'SELECT * FROM df'\nx = f(y)", {"f", "y"}),
        ("x = eval('@low')", {"eval"}),
    ],
)
def test_variables_that_texts_name_are_read(source: str, reads: set[str]) -> None:
    found = program("import duckdb\nlow = 1\n" + source)
    assert {n for n in found.statements[-1].reads if not n.startswith("~")} - {"duckdb"} == reads


def test_a_text_within_a_function_is_looked_up_when_it_is_called() -> None:
    found = program(
        "import duckdb\ndf = 1\ndef f():\n    return duckdb.sql('FROM df')\nx = f()\ny = [f() for _ in '1']"
    )
    assert "df" in found.statements[3].late["f"]
    hidden = program("low = 1\nx = [df.query('a > @low') for df in frames]").statements[1].hidden
    assert list(hidden.values()) == ["low"]


def test_star_imports_and_code_that_binds_anything_are_known() -> None:
    found = program("from a import *\nexec('x = 1')\neval('1')\nif 1:\n    from b import *\nx = globals()['y']")
    assert [s.index for s in found.stars] == [0, 3]
    assert [s.index for s in found.wild] == [1, 4]  # what the last one names is an object of the notebook


def test_a_module_alias_stands_for_the_module_only_where_state_hangs_on_it() -> None:
    imports = program("import numpy as np, os\nr = np.random\nenv = os.environ\npi = np.pi").functions.imports
    assert (imports["r"], imports["env"], "pi" in imports) == ("numpy.random", "os.environ", False)
