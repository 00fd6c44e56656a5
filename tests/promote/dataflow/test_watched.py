"""Progress bars and controls: left out where that is certain to change nothing, kept where they may do more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promote.graph import planned
from tests.promote.merge.projects import change, module, promote, pulled, sources
from tests.promote.small_project import make_project

SETUP = "from tqdm import tqdm\nfrom tqdm.notebook import trange\nfrom ipywidgets import interact\nimport ipywidgets"


def made_of(source: str, setup: str = SETUP) -> tuple[str, list[str], list[str]]:
    """Give the text of a step's function with what it defines, the lines of its imports, and what was left out."""
    made = planned([("", f"{setup}\nrows = [3, 1, 2]"), ("silver:x", f"x = []\n{source}")])
    function = made.plans[0].function
    text = "\n".join(f.text for f in (*function.definitions, *function.body)).removeprefix("rows = [3, 1, 2]\n")
    told = [f.message for f in made.findings if f.code == "PR318"]
    return text.removeprefix("x = []\n"), [f.text for f in function.imports], told


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("for r in tqdm(rows):\n    x.append(r)", "for r in rows:\n    x.append(r)"),
        ("for r in tqdm(rows, desc='#1', total=len(rows)):\n    x.append(r)", "for r in rows:\n    x.append(r)"),
        ("for r in tqdm(rows, 'rows'):\n    x.append(r)", "for r in rows:\n    x.append(r)"),
        ("for r in tqdm(\n    rows,\n    leave=False,\n):\n    x.append(r)", "for r in rows:\n    x.append(r)"),
        ("x = [r for r in tqdm(rows) if r for é in tqdm(rows)]", "x = [r for r in rows if r for é in rows]"),
        ("x = [r for r in tqdm(rows if rows else [])]", "x = [r for r in (rows if rows else [])]"),
        ("x = [r for r in tqdm(rows\n    .copy())]", "x = [r for r in (rows\n    .copy())]"),
        ("x = [r for r in tqdm([\n    1,\n])]", "x = [r for r in [\n    1,\n]]"),
        ("x = list(tqdm(r for r in rows))", "x = list((r for r in rows))"),
        ("x = list(enumerate(tqdm((rows)), 1))", "x = list(enumerate(rows, 1))"),
        ("for r in tqdm(zip(tqdm(rows), rows)):\n    x.append(r)", "for r in zip(rows, rows):\n    x.append(r)"),
        ("for n in trange(2):\n    x.append(n)", "for n in range(2):\n    x.append(n)"),
        ("for n in trange(1, 3, desc='n'):\n    x.append(n)", "for n in range(1, 3):\n    x.append(n)"),
    ],
)
def test_a_progress_bar_is_left_out_and_what_it_goes_through_stays(source: str, left: str) -> None:
    text, imports, told = made_of(source)
    assert text == left
    compile(text, "step", "exec")
    assert imports == []
    assert told
    assert all("progress bar is left out" in one for one in told)


@pytest.mark.parametrize(
    "source",
    [
        "bar = tqdm([1])\nfor r in bar:\n    bar.set_description(str(r))",
        "with tqdm(total=3) as bar:\n    for r in rows:\n        bar.update(1)",
        "for r in (bar := tqdm(rows)):\n    bar.set_postfix(r=r)",
        "for r in tqdm(\n    rows,  # all of them\n):\n    x.append(r)",
        "for r in tqdm(rows, desc=next(iter('a'))):\n    x.append(r)",
        "for r in tqdm(rows, **{'desc': 'a'}):\n    x.append(r)",
        "for r in tqdm(iterable=rows):\n    x.append(r)",
        "x = dict(tqdm({1: 2}))",
        "x = max(tqdm(rows), [])",
        "x = [f'{sum(tqdm(rows))}']",
        "def f(tqdm):\n    return [r for r in tqdm(rows)]\nx = f(list)",
        "def f(range):\n    return [r for r in trange(2)]\nx = f(list)",
    ],
)
def test_a_bar_that_may_do_more_stays(source: str) -> None:
    text, _, told = made_of(source)
    assert text == source
    assert not told


@pytest.mark.parametrize(
    "setup",
    [
        "try:\n    from tqdm import tqdm\nexcept ImportError:\n    tqdm = list",
        "from tqdm import tqdm\nfrom own_fixes import tqdm",
        "def tqdm(rows): return rows[:1]",
    ],
)
def test_a_name_that_may_be_anything_else_is_no_bar(setup: str) -> None:
    made = planned([("", f"{setup}\nrows = [3]"), ("silver:x", "x = [r for r in tqdm(rows)]")])
    assert all("tqdm(rows)" in f.text for one in made.plans for f in one.function.body)
    assert "PR318" not in {f.code for f in made.findings}


SHOW = "def show(n=2):\n    return [n]"


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (f"@interact\n{SHOW}\nx = show(1)", f"{SHOW}\nx = show(1)"),
        (f"@interact(n=(1, 9))  # look\n{SHOW}\nx = show(1)", f"{SHOW}\nx = show(1)"),
        (f"@ipywidgets.interact_manual(\n    n=rows,\n)\n{SHOW}\nx = show(1)", f"{SHOW}\nx = show(1)"),
        (f"{SHOW}\ninteract(show, n=(1, 9))\nx = show(1)", f"{SHOW}\nx = show(1)"),
        (f"{SHOW}\nw = ipywidgets.interactive(show, n=(1, 9))\ndisplay(w)\nx = show(1)", f"{SHOW}\nx = show(1)"),
    ],
)
def test_controls_of_a_function_are_left_out_and_the_function_stays(source: str, left: str) -> None:
    text, imports, told = made_of(source)
    assert (text, imports) == (left, [])
    assert told


@pytest.mark.parametrize(
    "source",
    [
        "@interact(n=(1, 9))\ndef show(n=2):\n    x.append(n)",
        "@interact(n=(1, 9))\ndef show(n=2):\n    open('a.txt', 'w').write('a')",
        "@interact(n=(1, 9))\ndef show(n=2):\n    return n\nx = [show.widget.result]",
        "def show(n=2):\n    x.append(n)\ninteract(show, n=(1, 9))",
        "def show(n=2):\n    open('a.txt', 'w').write('a')\ninteract(show, n=(1, 9))",
        "def show(n=2):\n    x.append(n)\nw = ipywidgets.interactive(show, n=(1, 9))",
    ],
)
def test_controls_that_may_do_more_stay(source: str) -> None:
    text, _, told = made_of(source)
    assert text == source
    assert not told


def test_an_edit_of_a_line_without_its_bar_is_pulled_into_the_line_with_it(tmp_path: Path) -> None:
    cell = (
        "rows = []\nfor n in tqdm(\n    range(3), desc='n'\n):\n    rows.append(n)\n"
        "rows += [n for n in trange(2)]\n@interact(n=(1, 2))\ndef show(n=1):\n    return n\n"
        'big = pl.DataFrame({"n": rows}).head(show(3))'
    )
    root = make_project(tmp_path, {"big.ipynb": [("", f"import polars as pl\n{SETUP}"), ("silver:big", cell)]})
    assert promote(root).exit_code == 0
    text = module(root, "silver:big").read_text()
    assert "for n in range(3):" in text
    assert "tqdm" not in text
    for old, new in (
        ("rows.append(n)", "rows.append(n + 1)"),
        ("in range(3)", "in range(4)"),
        ("in range(2)]", "in range(2) if n]"),
        ("return n\n", "return n + 2\n"),
        ("head(show(3))", "head(show(4))"),
    ):
        change(module(root, "silver:big"), old, new)
        outcome = pulled(root, "big.ipynb")
        assert outcome.exit_code == 0, outcome.findings
        cell = cell.replace(old if old != "in range(3)" else "range(3)", new if old != "in range(3)" else "range(4)")
        cell = cell.replace("in trange(2)]", "in trange(2) if n]") if "range(2) if n" in new else cell
        assert sources(root, "big.ipynb")[1] == cell
        assert promote(root, force=True).exit_code == 0
