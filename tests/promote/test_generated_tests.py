"""The program that a test's expectation comes from: the notebook's own source, in the notebook's order."""

from __future__ import annotations

import pytest

from promote.generated_tests import _default, _plain, pieces, program
from promote.model import CodeCell, Role
from promote.plan import plan
from promote.verify.mutants import mutants
from tests.promote.graph import chosen

IMPORTS = "import pandas as pd\nimport matplotlib.pyplot as plt\nfrom platform_core.sdk import load_asset"
CELLS = (
    ("", "import polars as pl\nimport math; x = 1\n\nfrom platform_core.sdk import load_asset"),
    ("", "raw = load_asset('raw_rents')"),
    ("", "top = raw.select(\n    pl.len()\n).collect().item()"),
    ("helpers", "LEAST = 3  # pounds\n\ndef keep(frame):\n    return frame.filter(pl.col('n') > LEAST)"),
    ("silver:rents", "rents = keep(raw)\nrents.head()"),
    ("", "print('between')"),
    ("silver:rents", "other = load_asset('others')\nrents = rents.head(top).join(other, on='n')\ndisplay(rents)"),
    ("check:rents", "assert rents.collect().height > LEAST"),
    ("", "import json"),
)


def test_the_cells_stand_whole_and_as_written_between_what_they_need() -> None:
    selection = chosen(CELLS)
    made = plan(selection, include_needed=True).plans[0]
    cells = {c.position: c for c in selection.cells}
    texts = program(made.function, made, cells)
    assert texts == [
        "import polars as pl",
        "from platform_core.sdk import load_asset",
        "top = raw.select(\n    pl.len()\n).collect().item()",
        "LEAST = 3  # pounds",
        "def keep(frame):\n    return frame.filter(pl.col('n') > LEAST)",
        "rents = keep(raw)\n",
        "other = load_asset('others')\nrents = rents.head(top).join(other, on='n')\n",
    ]
    assert program(made.checks[0], made, cells, own=(8,))[-2:] == ["LEAST = 3  # pounds", CELLS[7][1]]


def test_mistakes_are_made_only_in_lines_that_the_function_has() -> None:
    lines_of_cell = ("#| output: rents", "import polars as pl", "raw = pl.DataFrame({'n': [1]})", "raw.head()")
    cell = "\n".join((*lines_of_cell, "rents = raw.sort('n')", "rents"))
    selection = chosen([("silver:rents", cell)])
    made = plan(selection).plans[0]
    found = pieces(made.function, made, {c.position: c for c in selection.cells})
    (spans,) = [piece.spans for piece in found if piece.cell == 1]
    program_of_cell = [selection.cells[0].python]
    lines = {mutant.line for mutant in mutants(program_of_cell, spans=[spans])}
    assert {mutant.line for mutant in mutants(program_of_cell)} > lines
    assert lines == {3, 5}


def test_no_mistake_is_made_in_what_a_cell_shows_at_its_end() -> None:
    cell = "rents = pl.DataFrame({'n': [1]}).sort('n')\nprint(rents)\n\nrents.head(3)"
    selection = chosen([("", "import polars as pl"), ("silver:rents", cell)])
    made = plan(selection).plans[0]
    found = pieces(made.function, made, {c.position: c for c in selection.cells})
    assert [piece.spans for piece in found if piece.cell == 2] == [((1, 2),)]


def test_what_a_cell_draws_is_not_drawn_for_every_candidate() -> None:
    drawing = "plt.figure()\nax = rents.plot(\n    kind='bar'\n)\nax.set_title('x'); n = 1\nplt.show()"
    cell = f"df = load_asset('raw', as_='pandas')\nrents = df.sort_values('n')\n{drawing}\nrents['n'] += n"
    selection = chosen([("", IMPORTS), ("silver:rents", cell)])
    made = plan(selection).plans[0]
    text = pieces(made.function, made, {c.position: c for c in selection.cells})[-1].text
    kept = ["", "", "", "", "ax.set_title('x'); n = 1", "", "rents['n'] += n"]
    assert text.split("\n") == [*cell.split("\n")[:2], *kept]


def test_an_import_comes_without_what_stands_beside_it() -> None:
    selection = chosen(
        [("", "x = 1; import math; y = x"), ("silver:a", "import json; a = [math.pi]\nimport re; a += [1]")]
    )
    made = plan(selection).plans[0]
    found = program(made.function, made, {c.position: c for c in selection.cells})
    assert found == ["import math", "import json", "import re", selection.cells[1].python]


def test_a_cell_that_is_no_python_has_no_imports() -> None:
    cells = [("", "import math"), ("", "import json = 3"), ("silver:a", "a = [math.pi]")]
    selection = chosen(cells)
    made = plan(selection).plans[0]
    broken = {c.position: c for c in selection.cells} | {2: CodeCell(2, Role("explore"), "import json = 3")}
    assert program(made.function, made, broken) == ["import math", "a = [math.pi]"]


def test_a_parameter_that_the_cells_change_is_copied_there_too() -> None:
    selection = chosen([("parameters", "names = ['a']"), ("silver:a", "names.append('b')\na = [names]")])
    made = plan(selection).plans[0]
    (copied, cell) = program(made.function, made, {c.position: c for c in selection.cells})
    namespace: dict[str, object] = {"names": (given := ["a"])}
    exec(f"{copied}\n{cell}", namespace)  # noqa: S102 - our own test notebook
    assert (namespace["a"], given) == ([["a", "b"]], ["a"])


@pytest.mark.parametrize(("text", "value"), [("'a'", "a"), ("60 * 24", 1440), ("[1, -2]", [1, -2])])
def test_a_parameter_is_a_literal_or_arithmetic_of_some(text: str, value: object) -> None:
    assert _default(text) == value


def test_options_are_plain_json() -> None:
    assert _plain(({"accepted": {"a": (1, 2)}}, "no_nulls")) == [{"accepted": {"a": [1, 2]}}, "no_nulls"]
