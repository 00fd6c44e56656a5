"""What evidence keeps of the code: every line of a kept fragment is mapped to the line of the cell it came from."""

from __future__ import annotations

import pytest

from promote.notebook.read import parse
from promote.plan import plan
from promote.render.kept import kept, runs
from promote.render.kinds import guess_kinds
from promote.render.module import render_module
from promote.selection.select import select
from tests.promote.golden_notebooks import NOTEBOOKS
from tests.promote.notebooks import Cells, notebook


def mapped(cells: Cells) -> list[tuple[str, str, str, str]]:
    """Give each kept line with its cell's line, the tag of the cell, and whether the line was edited on its way."""
    selection = select(parse(notebook(cells), "notebooks/a.ipynb"))
    sources = {cell.position: cell.python.split("\n") for cell in selection.cells}
    found = []
    for one in plan(selection, include_needed=True).plans:
        module = render_module(one, guess_kinds(one, {}), "p", {}, verified=True)
        for entry in kept(one, selection.notebook, module)["cells"]:
            line, at = entry["lines"][0], 1
            for number, text in enumerate(entry["source"], 1):
                line, at = next(
                    ((there, start) for start, there in entry.get("runs", ()) if start == number), (line, at)
                )
                there = sources[entry["cell"]][line + number - at - 1]
                found.append((text, there, entry["tag"], entry["origin"]))
    return found


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_line_of_the_golden_notebooks_comes_from_the_line_that_the_map_names(name: str) -> None:
    for text, there, _, origin in mapped(NOTEBOOKS[name]):
        edited = (
            any(word in there for word in ("load_asset", "resource(", "display", ".head()", ";")) or origin == "input"
        )
        assert text == there.rstrip() or text == there or text.startswith("return ") or edited, (text, there)


AWKWARD = (
    ("", "import pandas as pd"),
    ("bronze:raw", "raw = pd.DataFrame({'n': [1, 2]})"),
    (
        "silver:b",
        "#| key: n\n"
        "\n"
        "raw.head()\n"
        "first = raw.copy(); first.head(); second = 2\n"
        "display(\n    first\n)\n"
        "\n\n\n"
        "text = '''\n\n\nof lines\n'''\n"
        "raw.tail()\n"
        "b = first.assign(\n    m=second,\n)",
    ),
)


def test_options_displays_and_blank_lines_that_are_left_out_shift_no_line() -> None:
    lines = [(text, there) for text, there, tag, _ in mapped(AWKWARD) if tag == "silver:b"]
    assert [text for text, _ in lines] == [
        "first = raw.copy(); second = 2",
        "",
        "text = '''",
        "",
        "",
        "of lines",
        "'''",
        "b = first.assign(",
        "    m=second,",
        ")",
    ]
    assert all(text == there for text, there in lines[1:])
    assert lines[0][1].startswith("first = raw.copy(); first.head()")


def test_runs_begin_where_lines_stop_following_one_another() -> None:
    assert runs((1, 2, 3)) == [[1, 1]]
    assert runs((4, 5, 5, 9)) == [[1, 4], [3, 5], [4, 9]]


def test_the_tag_that_says_what_a_cell_is_for_goes_before_other_tools_tags() -> None:
    cells = (("keep_output helpers", "RATE = 2"), ("bronze:a", "import polars as pl\na = pl.LazyFrame({'n': [RATE]})"))
    assert {tag for _, _, tag, _ in mapped(cells)} == {"helpers", "bronze:a"}
