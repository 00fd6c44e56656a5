"""Widgets and things to show in a step: left out with a note where nothing uses them, kept where something does."""

from __future__ import annotations

import pytest

from tests.promote.graph import planned

SETUP = (
    "import ipywidgets as widgets\nfrom ipywidgets import IntSlider, interact\n"
    "from IPython.display import HTML, clear_output, display"
)


def body_of(line: str) -> tuple[list[str], list[str]]:
    """Give the lines of a step's function, and the notes about lines that were left out."""
    made = planned([("", SETUP), ("silver:x", f"x = 1\n{line}\ny = 2")])
    told = [f.code for f in made.findings if f.code == "PR318"]
    return [part for f in made.plans[0].function.body for part in f.text.split("\n")], told


@pytest.mark.parametrize(
    "line",
    [
        "widgets.IntSlider(value=3)",
        "slider = widgets.IntSlider(value=3)",
        "slider = IntSlider()\ndisplay(slider)",
        "box = widgets.VBox([widgets.Button(), widgets.Label('a')])\nbox",
        "clear_output()",
        "HTML('<b>x</b>')",
        "display(HTML('<b>x</b>'))",
    ],
)
def test_what_nothing_uses_is_left_out_with_a_note(line: str) -> None:
    body, told = body_of(line)
    assert body == ["x = 1", "y = 2"]
    assert len(told) == len(line.split("\n"))


@pytest.mark.parametrize("line", ["n = IntSlider(value=3).value\nx = x + n", "interact(print, n=(1, 2))"])
def test_what_gives_a_value_or_calls_a_function_stays(line: str) -> None:
    body, told = body_of(line)
    assert line.split("\n", maxsplit=1)[0] in body
    assert not told
