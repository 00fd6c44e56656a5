"""Merging two notebooks made from one: what is kept, what a person has to choose, and that nothing is lost."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbench.merging.notebooks import cell, notebook, sources
from workbench.merging.notebook import merge_notebooks

A, B, C = cell("a", "a = 1"), cell("b", "b = 1\nb += 1", "silver:b"), cell("c", "c = 1")
BASE = notebook(A, B, C)
OURS, MIDDLE, THEIRS = "<<<<<<< ours\n", "=======\n", ">>>>>>> theirs"


def test_edits_of_different_cells_are_both_kept() -> None:
    made, choose = merge_notebooks(BASE, notebook(cell("a", "a = 2"), B, C), notebook(A, B, cell("c", "c = 2")))
    assert (sources(made), choose) == (["a = 2", "b = 1\nb += 1", "c = 2"], False)


def test_edits_of_different_lines_of_a_cell_are_both_kept() -> None:
    ours, theirs = cell("b", "b = 5\nb += 1", "silver:b"), cell("b", "b = 1\nb += 7", "silver:b")
    made, choose = merge_notebooks(BASE, notebook(A, ours, C), notebook(A, theirs, C))
    assert (sources(made)[1], choose) == ("b = 5\nb += 7", False)


def test_two_edits_of_a_line_stand_between_markers() -> None:
    ours, theirs = cell("b", "b = 5\nb += 1", "silver:b"), cell("b", "b = 6\nb += 1", "silver:b")
    made, choose = merge_notebooks(BASE, notebook(A, ours, C), notebook(A, theirs, C))
    assert sources(made)[1] == f"{OURS}b = 5\n{MIDDLE}b = 6\n{THEIRS}\nb += 1"
    assert choose


def test_cells_put_in_different_places_are_both_kept() -> None:
    made, choose = merge_notebooks(BASE, notebook(cell("n", "new"), A, B, C), notebook(A, B, C, cell("m", "more")))
    assert (sources(made), choose) == (["new", "a = 1", "b = 1\nb += 1", "c = 1", "more"], False)


def test_cells_put_in_one_place_are_both_there_and_their_order_is_for_a_person() -> None:
    made, choose = merge_notebooks(BASE, notebook(A, B, C, cell("n", "x = 1")), notebook(A, B, C, cell("m", "x = 2")))
    assert sources(made)[3:] == [f"{OURS}x = 1\n{MIDDLE}{THEIRS}", f"{OURS}{MIDDLE}x = 2\n{THEIRS}"]
    assert choose


def test_one_cell_put_in_one_place_by_both_is_one() -> None:
    made, choose = merge_notebooks(BASE, notebook(A, B, C, cell("n", "x = 1")), notebook(A, B, C, cell("m", "x = 1")))
    assert (sources(made)[3:], choose) == (["x = 1"], False)


@pytest.mark.parametrize("first", [True, False])
def test_a_cell_that_one_removes_and_the_other_edits_is_for_a_person(first: bool) -> None:
    removed, edited = notebook(A, C), notebook(A, cell("b", "b = 2\nb += 1", "silver:b"), C)
    made, choose = merge_notebooks(BASE, *((removed, edited) if first else (edited, removed)))
    text = "b = 2\nb += 1\n"
    assert sources(made)[1] == (f"{OURS}{MIDDLE}{text}{THEIRS}" if first else f"{OURS}{text}{MIDDLE}{THEIRS}")
    assert choose


def test_a_cell_that_one_removes_and_the_other_leaves_goes() -> None:
    made, choose = merge_notebooks(BASE, notebook(A, C), notebook(A, B, cell("c", "c = 2")))
    assert (sources(made), choose) == (["a = 1", "c = 2"], False)


def test_tags_are_merged_or_shown() -> None:
    ours, theirs = cell("b", "b = 1\nb += 1", "gold:b"), cell("b", "b = 2\nb += 1", "silver:b")
    made, choose = merge_notebooks(BASE, notebook(A, ours, C), notebook(A, theirs, C))
    assert made["cells"][1]["metadata"] == {"tags": ["gold:b"]}
    assert not choose
    theirs = cell("b", "b = 1\nb += 1", "bronze:b")
    made, choose = merge_notebooks(BASE, notebook(A, ours, C), notebook(A, theirs, C))
    assert sources(made)[1].startswith(f'{OURS}# tags: ["gold:b"]\n{MIDDLE}# tags: ["bronze:b"]\n{THEIRS}\n')
    assert choose


def test_ids_that_an_editor_made_are_no_difference() -> None:
    bare = notebook(cell("", "a = 1"), cell("", "b = 1"))
    ours, theirs = (
        notebook(cell("x1", "a = 2"), cell("x2", "b = 1")),
        notebook(cell("y1", "a = 1"), cell("y2", "b = 3")),
    )
    made, choose = merge_notebooks(bare, ours, theirs)
    assert (sources(made), choose) == (["a = 2", "b = 3"], False)
    assert [one["id"] for one in made["cells"]] == ["x1", "x2"]


def test_a_moved_cell_takes_the_others_edit_along() -> None:
    made, choose = merge_notebooks(BASE, notebook(B, C, A), notebook(cell("a", "a = 9"), B, C))
    assert (sources(made), choose) == (["b = 1\nb += 1", "c = 1", "a = 9"], False)


def test_outputs_are_those_of_the_source_that_is_kept() -> None:
    def ran(text: str, count: int, source: str = "c = 1", *tags: str) -> dict[str, Any]:
        output = {"output_type": "stream", "name": "stdout", "text": [text]}
        return cell("c", source, *tags, outputs=[output], execution_count=count)

    made, choose = merge_notebooks(BASE, notebook(A, B, ran("one", 1)), BASE)
    assert (made["cells"][2]["outputs"][0]["text"], choose) == (["one"], False)
    made, choose = merge_notebooks(BASE, notebook(A, B, ran("one", 1)), notebook(A, B, ran("two", 2, "c = 2")))
    assert (made["cells"][2]["outputs"][0]["text"], made["cells"][2]["execution_count"]) == (["two"], 2)
    kept = ("keep_output", "nbval-check-output")
    base = notebook(A, B, ran("0", 1, "c = 1", *kept))
    ours, theirs = notebook(A, B, ran("one", 1, "c = 1", *kept)), notebook(A, B, ran("two", 2, "c = 1", *kept))
    made, choose = merge_notebooks(base, ours, theirs)
    assert "# outputs: run the cell again" in sources(made)[2]
    assert choose


def test_what_belongs_to_no_cell() -> None:
    base, ours = notebook(A, kernelspec={"name": "python3"}), notebook(A, kernelspec={"name": "one"})
    made, choose = merge_notebooks(base, ours, notebook(A, kernelspec={"name": "python3"}, toc=1))
    assert (made["metadata"], choose) == ({"kernelspec": {"name": "one"}, "toc": 1}, False)
    made, choose = merge_notebooks(base, ours, notebook(A, kernelspec={"name": "two"}))
    assert sources(made)[0].startswith(f'{OURS}# kernelspec: {{"name": "one"}}\n')
    assert choose
    made, choose = merge_notebooks(base, base | {"nbformat_minor": 4}, base | {"nbformat_minor": 2})
    assert (made["nbformat_minor"], choose) == (4, False)


LINES = st.lists(st.sampled_from(["a = 1", "b = 2", "c = a + b", "print(c)"]), min_size=1, max_size=4)
CELLS = st.lists(LINES, min_size=1, max_size=5)


@st.composite
def edited(draw: st.DrawFn, base: list[list[str]], side: str) -> dict[str, Any]:
    """Draw a notebook made from another by edits whose lines say whose they are."""
    cells = [cell(f"id-{number}", "\n".join(lines)) for number, lines in enumerate(base)]
    for count in range(draw(st.integers(0, 4))):
        what = draw(st.sampled_from(["line", "insert", "remove", "move"]))
        at = draw(st.integers(0, len(cells)))
        mark = f"{side}_{count} = {at}"
        if what == "insert" or at == len(cells):
            cells.insert(at, cell(f"{side}-{count}", mark))
        elif what == "line":
            lines = "".join(cells[at]["source"]).split("\n")
            lines[draw(st.integers(0, len(lines) - 1))] = mark
            cells[at] = {**cells[at], "source": "\n".join(lines).splitlines(keepends=True)}
        elif what == "remove":
            del cells[at]
        else:
            cells.insert(draw(st.integers(0, len(cells) - 1)), cells.pop(at))
    return notebook(*cells)


@st.composite
def triples(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Draw a notebook and two that were made from it."""
    base = draw(CELLS)
    made = notebook(*(cell(f"id-{number}", "\n".join(lines)) for number, lines in enumerate(base)))
    return made, draw(edited(base, "ours")), draw(edited(base, "theirs"))


def _lines(made: dict[str, Any], side: str) -> set[str]:
    return {line for source in sources(made) for line in source.split("\n") if line.startswith(side)}


@given(triples())
def test_no_edit_of_either_side_is_ever_lost(drawn: tuple[dict[str, Any], dict[str, Any], dict[str, Any]]) -> None:
    before = copy.deepcopy(drawn)
    made, choose = merge_notebooks(*drawn)
    assert drawn == before
    for side, one in (("ours_", drawn[1]), ("theirs_", drawn[2])):
        assert _lines(one, side) <= _lines(made, side)
    assert choose == any(THEIRS in source for source in sources(made))
    names = [one["id"] for one in made["cells"]]
    assert len(names) == len(set(names))


@given(triples())
def test_a_side_that_changed_nothing_gives_the_other(
    drawn: tuple[dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    base, ours, theirs = drawn
    assert merge_notebooks(base, base, theirs) == (theirs, False)
    assert merge_notebooks(base, ours, base) == (ours, False)
    assert merge_notebooks(base, ours, ours) == (ours, False)


@given(triples())
def test_either_side_may_be_the_one_that_merges(drawn: tuple[dict[str, Any], dict[str, Any], dict[str, Any]]) -> None:
    base, ours, theirs = drawn
    one, choose = merge_notebooks(base, ours, theirs)
    other, choose_too = merge_notebooks(base, theirs, ours)
    assert choose == choose_too
    if not choose:
        assert sources(one) == sources(other)
