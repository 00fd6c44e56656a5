"""Which of the statements that several steps need stand once, in a function of the helpers, and which in each step."""

from __future__ import annotations

import pytest

from promote.model import Maker
from promote.render.helpers import render_helpers
from tests.promote.graph import compare, in_one_process, planned
from tests.promote.notebooks import Cells
from tests.promote.soundness_fakes import assets

IMPORTS = (
    "",
    "import io\nimport math\nimport random\nimport warnings\n\nimport duckdb\nimport pandas as pd\n"
    "from platform_core.sdk import load_asset",
)
A, B = ("silver:a", "a = [names]"), ("silver:b", "b = names + [1]")

ONCE: dict[str, tuple[Cells, str]] = {
    # what: cells, "name(arguments) -> outputs" of each function
    "one statement": ((("", "names = sorted(['b', 'a'])"), A, B), "make_names() -> names"),
    "a list that is filled": (
        (("", "names = []\nfor one in 'ba':\n    names.append(one)\nnames.sort()"), A, B),
        "make_names() -> names",
    ),
    "several cells": ((("", "base = list('ba')"), ("", "names = sorted(base)"), A, B), "make_names() -> names"),
    "several names": (
        (("", "names = list('ab')\nother = names\nother.append(3)"), ("silver:a", "a = [names is other, other]"), B),
        "make_names_and_other() -> names, other",
    ),
    "what is not the same in every step": (
        (
            ("", "names = list('xy')"),
            ("", "codes = [n + 'c' for n in names]"),
            A,
            ("silver:b", "b = [names, codes]"),
            ("gold:c", "c = [codes]"),
        ),
        "make_names() -> names; make_codes(names) -> codes",
    ),
    "a step's output that is read": (
        (("bronze:raw", "raw = pd.DataFrame({'k': [2, 1]})"), ("", "names = sorted(raw.k)"), A, B),
        "make_names(raw) -> names",
    ),
    "a step's output that is bound anew": (
        (
            ("bronze:raw", "raw = pd.DataFrame({'k': [2, 1]})"),
            ("", "raw = raw[raw.k > 1]"),
            ("silver:a", "a = raw.assign(n=1)"),
            ("silver:b", "b = raw.assign(n=2)"),
        ),
        "make_raw(raw) -> raw",
    ),
    "a step's output that may be bound anew": (
        (
            ("bronze:raw", "raw = pd.DataFrame({'k': [2, 1]})"),
            ("", "if len(raw) > 5:\n    raw = raw[raw.k > 1]"),
            ("silver:a", "a = raw.assign(n=1)"),
            ("silver:b", "b = raw.assign(n=2)"),
        ),
        "make_raw(raw) -> raw",
    ),
    "a step's output that is changed": (
        (
            ("bronze:raw", "raw = pd.DataFrame({'k': [2, 1]})"),
            ("", "raw['n'] = raw.k * 2\nnames = list(raw.n)"),
            ("silver:a", "a = raw.assign(l=len(names))"),
            ("silver:b", "b = raw.assign(m=names)"),
        ),
        "make_names(raw) -> names",
    ),
    "a parameter": (
        (("parameters", "most = 2"), ("", "names = list(range(most + 1))"), A, B),
        "make_names(most) -> names",
    ),
    "an asset that is loaded": (
        (("", "frame = load_asset('src', as_='pandas')\nnames = sorted(frame.columns)"), A, B),
        "make_names(frame) -> names",
    ),
    "a seed": (
        (("", "random.seed(3)\nnames = [random.random()]"), A, ("silver:b", "b = names + [random.random()]")),
        "make_names() -> names",
    ),
    "a function and a constant": (
        (("", "TIMES = 3\ndef many(x):\n    return [x] * TIMES\nnames = many('a')"), A, B),
        "make_names() -> names",
    ),
    "a loop's variable that the step uses too": (
        (("", "names = []\nfor i in range(3):\n    names.append(i)"), ("silver:a", "a = [i for i in names]\ni = 4"), B),
        "make_names() -> names",
    ),
    "code that runs later": (
        (("", "least = 1\nleast += 1\nkept = lambda x: x > least\nnames = list(filter(kept, [1, 2, 3]))"), A, B),
        "make_least_and_names() -> least, names",
    ),
    "a step that binds it anew": (
        (("", "names = list('aa')"), ("silver:a", "names = names + ['c']\na = names"), ("silver:b", "b = 1 * [names]")),
        "make_names() -> names",
    ),
    "a text that names it": (
        (
            ("", "names = pd.DataFrame({'k': [1, 2]})\nkept = duckdb.sql('from names where k > 1').df()"),
            ("silver:a", "a = kept"),
            ("silver:b", "b = duckdb.sql('from kept').df()"),
        ),
        "make_kept() -> names, kept",
    ),
    "a text that names a step's output": (
        (
            ("bronze:raw", "raw = pd.DataFrame({'k': [2, 1]})"),
            ("", "least = len('a')\nnames = duckdb.sql('from raw where k > 1').df().query('k > @least')"),
            ("silver:a", "a = names"),
            ("silver:b", "b = names.assign(n=1)"),
        ),
        "make_names(raw) -> least, names",
    ),
    "a change behind it in one step": (
        (
            ("", "names = list('ab')"),
            ("silver:a", "names.append('c')\na = list(names)"),
            ("silver:b", "b = names + [len(names)]"),
        ),
        "make_names() -> names",
    ),
    "a change in between": (
        (("", "names = list('ab')"), A, ("", "names = names + ['c']"), ("silver:b", "b = list(names)")),
        "make_names() -> names",
    ),
    "a name with a line below": (
        (("", "_names = list('ab')\n_ = len(_names)"), ("silver:a", "a = [_names]"), ("silver:b", "b = [_names, 1]")),
        "make_names() -> _names",
    ),
    "an annotation": ((("", "names: list[str] = list('ab')"), A, B), "make_names() -> names"),
    "a with": (
        (("", "with warnings.catch_warnings():\n    names = [int('1')]"), A, B),
        "make_names() -> names",
    ),
    "an option that is set": (
        (
            ("", "pd.set_option('display.max_rows', 3)\nnames = [pd.get_option('display.max_rows')]"),
            A,
            ("silver:b", "b = [names, pd.get_option('display.max_rows')]"),
        ),
        "make_names() -> names",
    ),
    "a walrus": ((("", "names = [(last := x) for x in 'ab']\nnames.append(last)"), A, B), "make_names() -> names"),
    "an iterator that each step uses": (
        (
            ("", "names = [1, 2]\nnames.append(3)\nmore = iter(names)"),
            ("silver:a", "a = [next(more), names]"),
            ("silver:b", "b = [names, next(more)]"),
        ),
        "make_names_and_more() -> names, more",
    ),
    "a name that is taken": (
        (("", "make_names = list('ab')\nnames = sorted(make_names)"), ("silver:a", "a = [make_names, names]"), B),
        "make_make_names_and_names() -> make_names, names",
    ),
    "a definition with the function's name": (
        (
            ("helpers", "def make_names():\n    return ['a']"),
            ("", "names = make_names() * 2"),
            A,
            ("silver:b", "b = make_names() + names"),
        ),
        "make_names_2() -> names",
    ),
    "a file that would be closed": (
        (("", "file = io.StringIO('b')\nnames = file.readlines()"), A, B),
        "make_names() -> file, names",
    ),
    "a class beside it": (
        (
            ("", "word = 'ab'.upper()\nclass Kind:\n    text = word\nnames = [Kind.text]"),
            ("silver:a", "a = [Kind.text, names]"),
            ("silver:b", "b = [Kind.text, 1, names]"),
        ),
        "make_word() -> word; make_names(Kind) -> names",
    ),
    "a definition that stands on it": (
        (
            ("", "rate = len('abc')\ndef one(x):\n    return x * rate\nnames = [one(2)]"),
            A,
            ("silver:b", "b = [names, one(3)]"),
        ),
        "make_rate_and_more() -> rate, one, names",
    ),
    "a loop that calls a function": (
        (
            ("", "def clean(x):\n    return math.floor(x)"),
            ("", "names = []\nfor x in [1.5, 2.5]:\n    names.append(clean(x))"),
            A,
            B,
        ),
        "make_names() -> names",
    ),
    "a loop that calls a function that opens something": (
        (
            ("", "def clean(x):\n    return io.StringIO(x).readline()"),
            ("", "names = []\nfor x in 'ab':\n    names.append(clean(x))"),
            A,
            B,
        ),
        "",
    ),
    "a try": (
        (("", "try:\n    names = [int('x')]\nexcept ValueError:\n    names = ['none']"), A, B),
        "make_names() -> names",
    ),
    "what is shown there": ((("", "names = list('ab')\nprint(names)\nnames"), A, B), "make_names() -> names"),
}

IN_EACH: dict[str, tuple[Cells, str]] = {
    # what: cells, words of the reason
    "a name on one path": (
        (("", "for names in [['a'], ['b']]:\n    pass"), A, B),
        "`names` may be left unbound",
    ),
    "nothing by name": (
        (("bronze:raw", "raw = pd.DataFrame({'k': [2, 1]})"), ("", "raw['n'] = 1"),
         ("silver:a", "a = raw.assign(m=1)"), ("silver:b", "b = raw.assign(m=2)")),
        "they give the steps nothing by name",
    ),
    "a generator that sees a name bound anew in a step": (
        (("", "least = len('a')\nkept = (x for x in [1, 2, 3] if x > least)"),
         ("silver:a", "least = 2\na = list(kept)"), ("silver:b", "b = [1, *kept]")),
        "`least` is bound elsewhere in the step too",
    ),
    "a name that one step has of its own": (
        (("", "import math as m\nnames = [m.floor(1.5)]"), ("silver:a", "a = [names]"),
         ("silver:b", "b = [names]\nm = 3")),
        "`m` is not bound before in each step",
    ),
    "a function that binds a step's variable": (
        (("", "count = len('a')\ndef more():\n    global count\n    count += 1\n    return count\nnames = [more()]"),
         ("silver:a", "a = [names, count]"), ("silver:b", "b = [names, more()]")),
        "a function of the step binds variables of it",
    ),
}  # fmt: skip


def makers(cells: Cells) -> tuple[Maker, ...]:
    """Give the functions that the steps of a notebook share."""
    found = next((p.helpers for p in planned(cells, include_needed=True).plans if p.helpers), None)
    return found.makers if found else ()


def sound(cells: Cells) -> None:
    """Hold the promoted steps against the notebook, each alone and all in one process."""
    verdict = compare(cells, include_needed=True, assets=assets())
    assert not verdict.broken
    assert set(verdict.steps.values()) == {"same"}, (verdict.steps, verdict.findings)
    assert in_one_process(cells, include_needed=True, assets=assets()) == {}


@pytest.mark.parametrize("what", ONCE)
def test_statements_that_several_steps_need_stand_once(what: str) -> None:
    cells, expected = ONCE[what]
    cells = (IMPORTS, *cells)
    found = [f"{m.name}({', '.join(m.arguments)}) -> {', '.join(m.outputs)}" for m in makers(cells)]
    assert "; ".join(found) == expected
    sound(cells)


@pytest.mark.parametrize("what", IN_EACH)
def test_statements_that_could_mean_something_else_there_stay_in_each_step(what: str) -> None:
    cells, reason = IN_EACH[what]
    cells = (IMPORTS, *cells)
    told = [f.message for f in planned(cells, include_needed=True).findings if f.code == "PR330"]
    assert any(reason in message and "which each module repeats: " in message for message in told)
    sound(cells)


def test_only_so_many_ways_to_share_are_tried() -> None:
    lines = [f"n{i} = lambda x: x + k{i}\nk{i} = len('a')" for i in range(60)]
    read = ", ".join(f"n{i}(1)" for i in range(60))
    cells = (IMPORTS, ("", "\n".join(lines)), ("silver:a", f"a = [{read}]"), ("silver:b", f"b = [1, {read}]"))
    sound(cells)


def test_the_analysts_text_is_kept_and_what_is_only_shown_is_not() -> None:
    source = "# who\nnames = list('ba')  # both\nprint(names)\n\nfor one in 'c':\n    # more\n    names.append(one)"
    (text, *_) = [
        file.text
        for plan in planned((IMPORTS, ("", source), A, B), include_needed=True).plans
        for file in render_helpers(plan, "project")
    ]
    assert text == (
        '"""What several steps of one notebook share."""\n\n'
        "# Promoted from notebooks/case.ipynb. Change the notebook and run `promote`.\n\n"
        "from typing import Any\n\n\n"
        'def make_names() -> Any:\n    """Make names as cell 2 of notebooks/case.ipynb does."""\n'
        "    # who\n    names = list('ba')  # both\n\n"
        "    for one in 'c':\n        # more\n        names.append(one)\n    return names\n"
    )


def test_a_step_that_shares_statements_has_the_logic_that_it_has_alone() -> None:
    cells: Cells = (IMPORTS, ("", "names = list('ba')"), A, B)
    alone, together = (planned(some, include_needed=True).plans[0] for some in (cells[:3], cells))
    assert alone.helpers is None
    assert together.helpers is not None
    assert alone.code_version == together.code_version
    assert alone.source != together.source
