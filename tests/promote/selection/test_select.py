"""Selection: every cell has its role, every step its cells, and everything wrong with tags is told at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.model import Cell, Notebook, Selection
from promote.selection.select import assigned, names, select
from promote.selection.tags import _is_plain
from promote.vocabulary import vocabulary

Make = Callable[..., Notebook]


def told(selection: Selection) -> list[tuple[str, str, int | None]]:
    return [(finding.code, finding.severity, finding.location.cell) for finding in selection.findings]


def test_a_plain_name_is_one_that_the_vocabulary_allows() -> None:
    allowed = re.compile(vocabulary()["name"]["pattern"])
    for length in range(1, 6):
        for signs in product("az0_Aé-\n", repeat=length):
            name = "".join(signs)
            assert _is_plain(name) == bool(allowed.fullmatch(name)), name


def test_cells_become_steps_in_notebook_order(notebook_of: Make) -> None:
    notebook = notebook_of(
        ("md", "# Rents"),
        ("md", "What tenants pay."),
        ("md", "  "),
        ("silver:rents", "#| key: [id]\nrents = raw"),
        ("", "rents.head()"),
        ("silver:rents", "rents = rents.unique()"),
        ("check:rents", "#| severity: warn\nassert True"),
        ("check:rents", "assert rents is not None"),
        ("test:rents", "given = {}"),
        ("chart:rents", "plot"),
        ("gold:totals", "totals = rents"),
        ("helpers", "def f(): ..."),
        ("parameters", "since = '2025-01-01'"),
        ("explore", "1"),
    )
    selection = select(notebook)
    assert told(selection) == []
    rents, totals = selection.steps
    assert (rents.tag, rents.cells, rents.checks, rents.tests, rents.charts) == (
        "silver:rents",
        (4, 6),
        (7, 8),
        (9,),
        (10,),
    )
    assert rents.markdown == "# Rents\n\nWhat tenants pay."
    assert rents.options.values == {"key": ("id",), "check_severity": {7: "warn"}}
    assert rents.options.lines == {"key": (4, 1)}
    assert (totals.tag, totals.cells, totals.markdown, totals.options.values) == ("gold:totals", (11,), "", {})
    kinds = [cell.role.kind for cell in selection.cells]
    assert kinds == [
        "step",
        "explore",
        "step",
        "check",
        "check",
        "test",
        "chart",
        "step",
        "helpers",
        "parameters",
        "explore",
    ]


def test_option_lines_are_no_part_of_the_code(notebook_of: Make) -> None:
    cells = select(notebook_of(("silver:a", "#| key: [id]\na = 1"), ("", "#| key: [id]\nb = 1"))).cells
    assert [cell.python for cell in cells] == ["\na = 1", "#| key: [id]\nb = 1"]


def test_magics_are_gone_and_counted(notebook_of: Make) -> None:
    (cell,) = select(notebook_of(("silver:a", "%matplotlib inline\na = 1"))).cells
    assert (cell.python, cell.dropped) == ("\na = 1", (1,))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([("silver:", "x = 1")], [("PR201", "error", 1)]),
        ([("silver: ", "x = 1")], [("PR201", "error", 1)]),
        ([("silver:a", "a = 1"), ("check", "assert a")], [("PR201", "warning", 2)]),
        ([("sliver:a", "a = 1")], [("PR202", "error", 1)]),
        ([("Silver:a", "a = 1")], [("PR202", "error", 1)]),
        ([("checks:../a", "a = 1")], [("PR202", "error", 1)]),
        ([("silver:a", "a = 1"), ("Parameters", "b = 1")], [("PR202", "warning", 2)]),
        ([("silver:a", "a = 1"), ("silver-b", "b = 1")], [("PR202", "warning", 2)]),
        ([("silver:a,check:a", "a = 1")], [("PR203", "error", 1)]),
        ([("silver:a,silver:b", "a = 1")], [("PR203", "error", 1)]),
        ([("silver:../../x", "x = 1")], [("PR204", "error", 1)]),
        ([("silver: a", "a = 1")], [("PR204", "error", 1)]),
        ([("silver:a", "a = 1"), ("gold:a", "a = 2"), ("gold:a", "a = 3")], [("PR205", "error", 2)]),
        ([("silver:a", "a = 1"), ("check:b", "assert a")], [("PR207", "error", 2)]),
        ([("silver:a", "# nothing"), ("silver:a", "pass")], [("PR208", "error", 1)]),
        ([("silver:a", "%matplotlib inline")], [("PR208", "error", 1), ("PR121", "note", 1)]),
        ([("silver:a", "a = 1"), ("check:a", "'''text'''")], [("PR208", "error", 2)]),
        ([("silver", "x = 1; y = 2")], [("PR209", "error", 1)]),
        ([("silver", "print(1)")], [("PR209", "error", 1)]),
        ([("silver", "Issues = 1")], [("PR209", "error", 1)]),
        ([("silver", "x = (")], [("PR120", "error", 1)]),
        ([("silver:a", "a = (")], [("PR120", "error", 1)]),
        ([("silver:a", "a = 1"), ("", "b = (")], [("PR120", "warning", 2)]),
        ([("silver:a", "!ls")], [("PR125", "error", 1)]),
        ([("parameters", "a = 1"), ("parameters", "b = 1"), ("silver:c", "c = a")], [("PR211", "error", 2)]),
        ([("injected-parameters", "a = 1"), ("silver:c", "c = 1")], [("PR212", "note", 1)]),
        ([("", "a = 1")], [("PR213", "note", None)]),
        ([("nbval-skip,skip,raises-exception,foo:bar", "a = 1")], [("PR213", "note", None)]),
        ([("silver:a", "a = 1"), ("silver:a", "#| key: [b]\na = 2")], [("PR226", "error", 2)]),
        ([("silver:a", "a = 1"), ("silver:a", "a = 2", {"key": ["b"]})], [("PR226", "error", 2)]),
        ([("silver:a", "a = 1"), ("chart:a", "#| key: [b]\na")], [("PR226", "error", 2)]),
        ([("silver:a", "a = 1"), ("check:a", "#| key: [b]\nassert a")], [("PR226", "error", 2)]),
        ([("silver:a", "#| ordered: yes\na = 1")], [("PR222", "error", 1)]),
        ([("Silver/issues", "a = 1"), ("silver:b", "b = 1")], [("PR202", "warning", 1)]),
        ([("silver=issues and more", "a = 1"), ("silver:b", "b = 1")], [("PR202", "warning", 1)]),
    ],
)
def test_what_is_wrong_with_tags_is_told(
    notebook_of: Make, cells: list[tuple[str, str]], expected: list[tuple[str, str, int | None]]
) -> None:
    selection = select(notebook_of(*cells))
    assert told(selection) == expected
    assert all(
        finding.hint for finding in selection.findings if finding.severity == "error" and finding.code != "PR222"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("IssueCounts", "Write issue_counts."),
        ("issue-counts", "Write issue_counts."),
        ("2024", "Write it as in"),
        ("größe", "Write grosse."),
        ("bytes_", "Write it as in"),
        ("Test-Rents", "Write it as in"),
        ("nul", "Choose another name"),
        ("_x", "Write x."),
        ("a__b", "Write a_b."),
        ("x_", "Write x."),
        ("a" * 64, "shorter"),
        ("class", "another name"),
        ("list", "another name"),
        ("context", "another name"),
        ("test_issues", "another name"),
        ("a/b", "name alone"),
        ("..", "name alone"),
        ("a\nb", "Write a_b."),
        ("'''", "Write it as in"),
        ("\x1b[31m", "Write 31m."),
    ],
)
def test_names_that_no_asset_can_have(notebook_of: Make, name: str, hint: str) -> None:
    (finding,) = [f for f in select(notebook_of((f"gold:{name}", "x = 1"))).findings if f.code != "PR213"]
    assert finding.code == "PR204"
    if hint != "Write 31m.":
        assert hint in finding.hint
    assert finding.message.isprintable()


def test_a_misspelt_tag_names_the_right_one(notebook_of: Make) -> None:
    (finding,) = select(notebook_of(("sliver:issues", "x = 1"))).findings
    assert finding.hint == "Did you mean 'silver:issues'?"
    (finding, *_) = select(notebook_of(("silver:issues", "issues = 1"), ("check:isues", "assert issues"))).findings
    assert finding.hint == "Did you mean 'check:issues'?"


def test_a_bare_layer_takes_the_name_of_its_variable(notebook_of: Make) -> None:
    first = "import polars as pl\nissues = pl.DataFrame()\nkept = 1\ndel kept".replace("kept = 1\ndel kept", "")
    selection = select(
        notebook_of(("silver", first), ("silver", "issues = issues.unique()"), ("gold", "totals = issues"))
    )
    assert told(selection) == []
    assert [(step.tag, step.cells) for step in selection.steps] == [("silver:issues", (1, 2)), ("gold:totals", (3,))]


def test_a_tag_on_markdown_does_nothing_and_is_told(notebook_of: Make) -> None:
    notebook = notebook_of(("silver:a", "a = 1"))
    marked = Notebook("a.ipynb", (*notebook.cells, Cell(2, "m", "markdown", "text", ("silver:b",))))
    assert told(select(marked)) == [("PR210", "warning", 2)]


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("import a\nfrom b import c\ndef d(): e = 1\nclass F: g = 1", ()),
        ("a = b = 1\na += 1", ("a", "b")),
        ("a, (b, *c) = x", ("a", "b", "c")),
        ("a: int = 1\nb[0] = 1\nc.d = 1", ("a",)),
        ("for a in b:\n    c = 1", ("a", "c")),
        ("with a as b:\n    pass", ("b",)),
        ("x = [a for a in b]\nlambda: (c := 1)", ("x",)),
        ("print([y := a for a in b])\nif (z := 1): pass", ("y", "z")),
        ("try:\n    a = 1\nexcept E as e:\n    b = 1", ("a", "b")),
    ],
)
def test_the_variables_that_a_cell_binds(source: str, variables: tuple[str, ...]) -> None:
    assert assigned(source) == variables


def test_names_are_those_of_the_steps(notebook_of: Make) -> None:
    notebook = notebook_of(
        ("md", "x"),
        ("silver:a", "x = ("),
        ("gold", "b = 1"),
        ("gold", "x = 1; y = 2"),
        ("silver:a", "a"),
        ("silver:", ""),
        ("check:a", "assert a"),
        ("", "c = 1"),
    )
    assert names(notebook) == (("silver", "a", 2), ("gold", "b", 3))


TAGS = [
    "silver:a",
    "gold:b",
    "silver",
    "check:a",
    "test:a",
    "chart:b",
    "parameters",
    "helpers",
    "explore",
    "skip",
    "gold:a",
]
SOURCES = ["a = 1", "b = a", "", "x = (", "!ls", "%%time\na = 2", "#| key: [a]\na = 1", "#| k: [", "def f(): ...", "a?"]


@given(st.lists(st.tuples(st.lists(st.sampled_from(TAGS) | st.text(max_size=8), max_size=2), st.sampled_from(SOURCES))))
def test_any_tags_and_cells_give_a_whole_selection(cells: list[tuple[list[str], str]]) -> None:
    notebook = Notebook(
        "a.ipynb", tuple(Cell(n, f"c{n}", "code", source, tuple(tags)) for n, (tags, source) in enumerate(cells, 1))
    )
    selection = select(notebook)
    assert [cell.position for cell in selection.cells] == [cell.position for cell in notebook.cells]
    assert all(
        cell.python.count("\n") == notebook.cells[cell.position - 1].source.count("\n") for cell in selection.cells
    )
    owned = [position for step in selection.steps for position in step.cells]
    assert len(owned) == len(set(owned))
    assert len({step.name for step in selection.steps}) == len(selection.steps)
    assert select(notebook) == selection
