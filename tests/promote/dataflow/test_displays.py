from __future__ import annotations

import ast

import pytest

from promote.dataflow.displays import dropped, inner_displays, is_display_call, shows_only
from promote.dataflow.program import build
from promote.model import CodeCell, Role
from tests.promote.programs import program

IMPORTS = "import matplotlib.pyplot as plt, altair as alt, seaborn as sns\ndf = make()\nxs = []\n"


def left(source: str, *wanted: str) -> list[str]:
    """Give the statements of a step that stay, imports and the first lines aside."""
    statements = build([CodeCell(1, Role("step", "silver", "a"), IMPORTS + source)]).statements
    functions = program(IMPORTS + source).functions
    gone = dropped(statements, functions, wanted)
    return [ast.unparse(s.node) for s in statements[3:] if s.index not in gone]


@pytest.mark.parametrize(
    "source",
    [
        "df",
        "df.head()",
        "df.x[1]",
        "len(xs)",
        "display(df)",
        "df == 1",
        "f'{df}'",
        "'a text'",
        "plt.plot(df.x)\nplt.show()",
        "fig, ax = plt.subplots()\nax.bar(df.x, df.y)\nax.set_title('t')\nfig.axes[0].grid()",
        "ax = df.plot()\nax.legend()",
        "df.x.plot.bar()",
        "chart = alt.Chart(df)\nchart = chart.mark_bar()\nchart",
        "sns.barplot(data=df)",
        "df[:3].style.set_properties(**{'color': 'black'})",
        "df.describe().style.background_gradient().hide(axis='index')",
    ],
)
def test_what_only_shows_is_left_out(source: str) -> None:
    assert left(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "xs.pop()",
        "len((y := xs))",
        "print(df)",
        "unknown(df)",
        "def plot(v):\n    pass",
        "plt.plot(xs.pop())",
        "xs[0] = plt.plot(df)",
        "def len(v):\n    xs.append(v)\nlen(df)",
        "class Game:\n    def plot(self):\n        pass\ng = Game()\ng.plot()",
        "def display(v):\n    pass\ndisplay(1)",
        "h = df.hist()\nk = h + 1",
        "xs[0].y = df.plot()",
        "xs.hide()",
        "xs.style.pop().hide()",
    ],
)
def test_what_does_more_than_show_stays(source: str) -> None:
    assert left(source) == [ast.unparse(s) for s in ast.parse(source).body]


def test_a_plot_that_the_step_gives_stays() -> None:
    assert left("h = df.hist()") == []
    assert left("h = df.hist()", "h") == ["h = df.hist()"]
    drawing = ["fig = plt.figure()", "ax = fig.add_subplot()", "n = ax.lines"]
    assert left("\n".join(drawing)) == []
    assert left("\n".join(drawing), "n") == drawing


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("for v in xs:\n    display(v)\n    f(v)", 1),
        ("if xs:\n    display(df.head(), len(xs))\nelse:\n    display(xs)", 2),
        ("try:\n    display(1)\nexcept E:\n    display(2)\nfinally:\n    display(3)", 3),
        ("def f(v):\n    display(v)\n    return v", 1),
        ("for v in xs:\n    display(xs.pop())", 0),
        ("for v in xs:\n    display(f(v))", 0),
        ("for v in xs:\n    display((y := v))", 0),
        ("for v in xs:\n    display([lambda: v])", 0),
        ("display(xs)", 0),
    ],
)
def test_displays_within_blocks(source: str, count: int) -> None:
    functions = program(source).functions
    assert len(inner_displays(ast.parse(source).body[0], functions)) == count


def test_a_display_that_is_all_of_its_block_leaves_a_pass() -> None:
    functions = program("").functions
    loop = ast.parse("for v in xs:\n    display(v)\nelse:\n    display(v)\n    f()").body[0]
    assert [alone for _, alone in inner_displays(loop, functions)] == [True, False]


def test_display_can_be_left_out_everywhere_or_it_is_needed() -> None:
    quiet = program("def f(v):\n    display(v)\nf(1)")
    assert shows_only(quiet.statements[1].node, quiet.functions)
    handed_on = program("def f(v):\n    return map(display, v)\nf(1)")
    assert not shows_only(handed_on.statements[1].node, handed_on.functions)


def test_only_calls_of_display_are_displays() -> None:
    functions = program("from IPython.display import display as show\nimport IPython.display as ipd").functions
    calls = [
        ast.parse(text, mode="eval").body for text in ("show(1)", "ipd.display(1)", "display", "f()()", "other(1)")
    ]
    assert [is_display_call(call, functions) for call in calls] == [True, True, False, False, False]
