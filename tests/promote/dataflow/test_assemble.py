from __future__ import annotations

import pytest

from tests.promote.graph import planned
from tests.promote.programs import errors, finding, function, text

LOAD = "from platform_core.sdk import load_asset, resource"


def parts(*cells: tuple[str, str], needed: bool = False) -> tuple[list[str], list[str], str]:
    """Give the imports, the definitions and the body of a step's function."""
    made = function(*cells, needed=needed)
    return [f.text for f in made.imports], [f.text for f in made.definitions], text(made)


def test_definitions_and_imports_stand_at_module_level() -> None:
    cells = [
        ("", "import math, os.path as p\nK = 3  # three\n# says\ndef f(x):\n    return x * K"),
        ("silver:a", "a = [f(math.pi)]"),
    ]
    assert parts(*cells) == (
        ["import math"],
        ["K = 3  # three", "# says\ndef f(x):\n    return x * K"],
        "a = [f(math.pi)]",
    )


@pytest.mark.parametrize(
    ("definitions", "step"),
    [
        ("def f():\n    return k", "k = len('ab')\na = [f()]"),  # it looks up a name of the step
        ("def f(x):\n    return x", "x = f(1)\nf = 2\na = [x, f]"),  # the step binds its name anew
        ("def Config():\n    return 1", "a = [Config()]"),  # the module has that name itself
        ("def a_asset():\n    return 1", "a = [a_asset()]"),
        ("def f(acc=[]):\n    acc.append(1)\n    return acc", "a = list(f())"),  # its default changes
        ("import json as pl", "a = [pl.dumps(1)]"),
    ],
)
def test_what_hangs_on_the_step_stays_in_its_function(definitions: str, step: str) -> None:
    imports, made, body = parts(("", definitions), ("silver:a", step))
    assert (imports, made) == ([], [])
    assert body == f"{definitions}\n{step}"


def test_two_definitions_of_one_name_stay_in_the_function() -> None:
    cells = [("", "def f():\n    return 1\ng = f()"), ("", "def f():\n    return 2"), ("silver:a", "a = [g, f()]")]
    _, made, body = parts(*cells, needed=True)
    assert made == []
    assert body.count("def f():") == 2


def test_an_import_for_its_effect_keeps_its_line() -> None:
    imports, _, _ = parts(("silver:a", "import colour, math\nfrom os import path\na = [math.pi]"))
    assert imports == ["import colour  # noqa: F401 - imported for its effect", "import math"]
    imports, _, _ = parts(("silver:a", "import xml.dom, xml.sax\na = [xml.dom.__name__]"))
    assert imports == ["import xml.dom", "import xml.sax"]


def test_a_package_imported_once_more_keeps_the_parts_that_were_imported_of_it() -> None:
    cells = [
        ("", "xml = 3\nimport xml.dom"),
        ("", "import xml.sax\nimport xml"),
        ("silver:a", "a = [xml.dom, xml.sax]"),
    ]
    assert parts(*cells)[0] == ["import xml.dom", "import xml.sax", "import xml"]
    assert parts(cells[0], ("", "import xml"), ("silver:a", "a = [xml.dom]"))[0] == ["import xml.dom", "import xml"]
    assert parts(("", "import xml.dom\nxml = 3\nimport xml"), ("silver:a", "a = [xml]"))[0] == ["import xml"]


def test_a_package_used_by_its_own_name_has_the_parts_that_other_imports_load() -> None:
    first = ("", "import os, xml\nfrom os import path\nfrom xml.dom import minidom, pulldom\nimport xml.sax as s")
    cells = [first, ("silver:a", "a = [os.path, xml.dom, xml.sax]")]
    loads = [f"from xml.dom import {name}  # noqa: F401 - loads it" for name in ("minidom", "pulldom")]
    assert parts(*cells)[0] == ["import os", "import xml", *loads, "import xml.sax"]
    assert parts(first, ("silver:a", "a = [xml.etree, minidom]"))[0] == ["import xml", "from xml.dom import minidom"]


def test_parameters_have_types_and_defaults_as_written() -> None:
    written = (
        "n = 1\nx = -2.5\nt = 'a'\nflag = True\nnothing = None\nnames = ['a', 'b']\nmixed = [[1]]\nempty = []\n"
        "table = {'a': 1}\nsize = 2 * 3\ntyped: int | None = None"
    )
    step = "a = [n, x, t, flag, nothing, names, mixed, empty, table, size, typed]"
    made = function(("parameters", written), ("silver:a", step))
    assert {p.name: (p.type, p.default) for p in made.parameters} == {
        "n": ("int", "1"), "x": ("float", "-2.5"), "t": ("str", "'a'"), "flag": ("bool", "True"),
        "nothing": ("str | None", "None"), "names": ("list[str]", "['a', 'b']"), "mixed": ("list[Any]", "[[1]]"),
        "empty": ("list[Any]", "[]"), "table": ("dict[str, Any]", "{'a': 1}"), "size": ("int", "2 * 3"),
        "typed": ("int | None", "None"),
    }  # fmt: skip


def test_a_parameter_that_the_step_changes_is_copied_or_refused() -> None:
    change = ("silver:a", "names.append(1)\na = names")
    assert text(function(("parameters", "names = [3]"), change)).startswith("names = list(names)\n")
    assert "Change a copy" in finding("PR320", ("parameters", "names = [[3]]"), change).hint
    assert "names" not in text(function(("parameters", "n = 1"), ("silver:a", "n += 1\na = [n]"))).split("\n")[0]


def test_a_parameter_that_is_bound_before_its_cell_is_refused() -> None:
    cells = [("silver:a", "n = 5"), ("parameters", "n = 1"), ("silver:a", "a = [n]")]
    assert finding("PR320", *cells).hint == "Give the parameter a name of its own."


def test_inputs_keep_the_notebooks_names() -> None:
    made = function(("", LOAD), ("silver:a", 'x = load_asset("src", "pandas")\ny = x.head()\na = y'))
    assert [(i.parameter, i.asset, i.kind, i.external, i.copied) for i in made.inputs] == [
        ("x", "src", "pandas", True, False)
    ]
    assert text(made) == "y = x.head()\na = y"


def test_loads_within_expressions_become_parameters() -> None:
    body = 'src = 1\nx = load_asset("src").join(load_asset("src"))\na = [src, x]'
    made = function(("", LOAD), ("silver:a", body))
    assert [(i.parameter, i.asset) for i in made.inputs] == [("src_input", "src")]
    assert text(made) == "src = 1\nx = src_input.join(src_input)\na = [src, x]"


def test_an_asset_is_loaded_in_one_kind_and_one_partition() -> None:
    twice = 'x = load_asset("src")\ny = load_asset("src", partition="p")\na = [x, y]'
    assert "Load it once" in finding("PR315", ("", LOAD), ("silver:a", twice)).hint


def test_resources_become_parameters_and_one_resource_is_taken_once() -> None:
    body = 'odp = resource("odp")\nx = odp.path("a")\ny = resource("odp").path("b")\na = [x, y]'
    made = function(("", LOAD), ("bronze:a", body))
    assert [(r.parameter, r.name) for r in made.resources] == [("odp", "odp")]
    assert text(made) == 'x = odp.path("a")\ny = odp.path("b")\na = [x, y]'


def test_a_frame_takes_its_place_where_the_name_meant_something_else_before() -> None:
    cells = [
        ("bronze:one", "#| output: x\nx = [1]"),
        ("silver:a", "n = len(x)"),
        ("bronze:two", "#| output: x\nx = [2, 3]"),
        ("silver:a", "a = [n, x]"),
    ]
    made = next(p.function for p in planned(cells).plans if p.step.name == "a")
    assert [(i.parameter, i.asset) for i in made.inputs] == [("x", "one"), ("two", "two")]
    assert text(made) == "n = len(x)\nx = two\na = [n, x]"


def test_a_name_that_is_free_is_found() -> None:
    body = 'src = 1\nsrc_input = 2\nsrc_input_2 = 3\nx = load_asset("src").head()\na = [src, src_input, src_input_2, x]'
    assert [i.parameter for i in function(("", LOAD), ("silver:a", body)).inputs] == ["src_input_3"]


def test_displays_within_blocks_go() -> None:
    made = function(("silver:a", "a = []\nfor v in [1]:\n    display(v)\n    a.append(v)\nif a:\n    display(a)"))
    assert text(made) == "a = []\nfor v in [1]:\n    a.append(v)\nif a:\n    pass"


def test_a_class_and_a_text_that_would_lose_a_name_are_told() -> None:
    assert finding("PR313", ("silver:a", "k = len('a')\nclass A:\n    k = k\na = [A.k]")).location.line == 3
    helper = "def f(df):\n    return df.query('x > @low')"
    told = finding("PR308", ("silver:a", f"low = len('a')\n{helper}\na = f(1)"))
    assert told.hint == "Give the function `low` as an argument."
    assert not errors(planned([("", f"low = 1\n{helper}"), ("silver:a", "a = f(1)")]))


def test_an_import_that_the_step_does_not_use_is_told() -> None:
    cells = (
        "silver:a",
        "import colour, os, plotly as plt\nfrom collections import Counter, namedtuple\na = [*Counter('ab')]",
    )
    told = [f for f in planned([cells]).findings if f.code == "PR331"]
    assert [(f.severity, f.location.cell, f.location.line) for f in told] == [("note", 1, 1), ("note", 1, 2)]
    assert "`os`, `plt`" in told[0].message
    assert "`namedtuple`" in told[1].message
    assert [f.text for f in function(cells).imports] == [
        "import colour  # noqa: F401 - imported for its effect",
        "from collections import Counter",
    ]


def test_an_import_stands_at_the_top_though_its_package_may_remember_calls() -> None:
    made = planned([("", "from m import f, g\nn = g(1)"), ("silver:a", "a = [f(n)]")], include_needed=True).plans[0]
    assert [one.text for one in made.function.imports] == ["from m import f", "from m import g"]
    assert "import" not in "".join(one.text for one in made.function.body)
    made = planned([("silver:a", "import m\nm.k = 1\nfrom m import k\na = [k]")]).plans[0]
    assert "from m import k" in "".join(one.text for one in made.function.body)
