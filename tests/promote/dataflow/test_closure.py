from __future__ import annotations

import pytest

from promote.dataflow.closure import Closure, resolve
from promote.dataflow.outputs import Output, output_of
from promote.dataflow.program import build
from promote.dataflow.refusals import Context
from promote.heap.aliases import Aliases
from promote.heap.heap import Happening
from promote.language.uses import Effects
from promote.model import Role
from tests.promote.graph import chosen, planned
from tests.promote.programs import errors, finding

COMPUTED = [("", "n = len('ab')"), ("silver:a", "a = [n]")]


def closure(cells: list[tuple[str, str]], *, needed: bool = False) -> Closure:
    """Resolve the last step of some cells."""
    selection = chosen(cells)
    program = build(selection.cells)
    found = {s.tag: output_of(s, program, selection.notebook) for s in selection.steps}
    outputs = {tag: output for tag, output in found.items() if isinstance(output, Output)}
    context = Context(selection.notebook, program, outputs)
    step = selection.steps[-1]
    return resolve(context, Role("step", step.layer, step.name), step.cells, include_needed=needed)


def test_what_a_statement_is_included_as() -> None:
    cells = [
        ("", "import math\nK = 3\nn = math.floor(2.5)\nunused = 1"),
        ("silver:a", "from math import ceil\na = [K + n + ceil(1.5)]"),
    ]
    found = closure(cells, needed=True)
    assert [origin for _, origin in sorted(found.included.items())] == [
        "import", "definition", "needed", "import", "step",
    ]  # fmt: skip


def test_inputs_parameters_and_builtins_end_the_search() -> None:
    cells = [
        ("parameters", "least = 2"),
        ("silver:a", "a = [1]"),
        ("silver:b", "sum = sum(a)\nb = [sum, least]"),
    ]
    found = closure(cells)
    assert [(b.variable, b.asset) for b in found.inputs.values()] == [("a", "a")]
    assert found.parameters == {"least"}
    assert found.shadowed == {"sum"}
    assert not found.findings


def test_a_refusal_names_the_statements_that_would_be_taken() -> None:
    found = finding("PR302", ("", "n = len('ab')\nm = n + 1"), ("silver:a", "a = [m]"))
    assert found.hint == (
        "Tag that cell silver:a, or use --include-needed, which takes these 2 statements: cell 1 line 1, cell 1 line 2."
    )
    many = "\n".join(f"n{i} = len('a') + n{i - 1}" if i else "n0 = len('a')" for i in range(10))
    assert finding("PR302", ("", many), ("silver:a", "a = [n9]")).hint.endswith(", ….")


def test_a_name_is_refused_once_for_each_reason() -> None:
    found = planned([*COMPUTED[:1], ("silver:a", "a = [n, n]\nb = n\na.append(b + n)")])
    assert errors(found) == ["PR302"]


@pytest.mark.parametrize(
    ("code", "cells", "hint"),
    [
        ("PR301", [("silver:a", "a = [prnt]")], "Did you mean 'print'?"),
        ("PR301", [("silver:rents", "rents = [row for row in raw_rents]")], "Define it, or import it"),
        ("PR301", [("silver:a", "a = [qqqqqq]")], "Define it, or import it, in a cell above."),
        ("PR301", [("silver:a", "a = [plot(1)]")], "Define it, or import it, in a cell above."),
        ("PR301", [("", "def f():\n    global k\n    k = 1"), ("silver:a", "a = [k]")], "Define it, or import it"),
        ("PR301", [("silver:a", "a = resource('x').path('y')")], "from platform_core.sdk import resource"),
        ("PR301", [("silver:a", "a = spark.table('x')")], "Read the table with load_asset"),
        ("PR308", [("", "from m import *"), ("silver:a", "a = [1 if globals() else 2]")], "Use a dictionary"),
        ("PR303", [("silver:a", "a = [k]"), ("", "k = 1")], "move the definition above this cell"),
        ("PR303", [("", "k = 1\ndel k"), ("silver:a", "a = [k]")], "Remove the `del`"),
        ("PR304", [("", "from m import f"), ("", "f(1)"), ("silver:a", "a = [f(2)]")], "which repeats it here"),
        ("PR309", [("", "from math import *"), ("silver:a", "a = [floor(1.5)]")], "from math import floor"),
        ("PR309", [("", "from scipy.stats import *"), ("silver:a", "a = [mode]")], "from scipy.stats import mode"),
        ("PR311", [("", "for k in [1]: pass"), ("silver:a", "a = [k]")], "Bind it on every branch"),
    ],
)
def test_each_reason_has_its_code_and_its_hint(code: str, cells: list[tuple[str, str]], hint: str) -> None:
    assert hint in finding(code, *cells).hint


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("d['k'] = 1", "`d` is changed in place in cell 2 line 1"),
        ("d.update(k=1)", "`d` is changed in place in cell 2 line 1"),
        ("f(d)", "`d` may be changed in place in cell 2 line 1"),
        ("e = d\ne['k'] = 1", "`d` is changed in place in cell 2 line 2"),
    ],
)
def test_what_may_change_a_value_is_not_said_to_change_it(change: str, words: str) -> None:
    found = finding("PR304", ("", "from m import f\nd = {'a': 1}"), ("", change), ("silver:a", "a = [d]"))
    assert found.message.startswith(words)


@pytest.mark.parametrize(
    ("imports", "shown"),
    [("", "the generator of random numbers"), ("import numpy as np", "the generator of numpy.random")],
)
def test_a_package_that_may_draw_is_told_once(imports: str, shown: str) -> None:
    cells = [("", f"{imports}\nfrom m import simulate"), ("", "n = simulate(1)"), ("silver:a", "a = [simulate(2)]")]
    found = [f.message for f in closure(cells).findings if f.code == "PR319"]
    assert found == [f"This depends on {shown}, which cell 2 line 1 sets outside the step."]


def test_example_data_of_a_plotting_package_is_no_drawing() -> None:
    look = ("", "d.head()\nsns.relplot(data=d, x='a')")
    cells = [("", "import seaborn as sns"), ("bronze:d", "d = sns.load_dataset('tips')"), look]
    assert not closure([*cells, ("silver:a", "a = d.groupby('day').mean()")]).findings


def test_a_cell_that_papermill_injected_counts_for_nothing() -> None:
    cells = [("parameters", "n = 1"), ("injected-parameters", "n = 5"), ("silver:a", "a = [n]")]
    found = closure(cells)
    assert not found.findings
    assert found.parameters == {"n"}


def test_steps_that_change_copies_in_place_need_no_pass_over_the_notebook_each(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Effects] = []
    take = Aliases.take

    def counted(self: Aliases, effects: Effects) -> Happening:
        taken.append(effects)
        return take(self, effects)

    monkeypatch.setattr(Aliases, "take", counted)
    cells = [("", "import pandas as pd"), ("bronze:t0", "t0 = pd.DataFrame({'n': [1]})")]
    cells += [(f"silver:t{n}", f"t{n} = t{n - 1}.copy()\nt{n}['m'] = {n}") for n in range(1, 8)]
    assert len(planned(cells).plans) == 8
    assert len(taken) == 16


def test_a_change_that_reaches_two_inputs_is_still_told_after_the_names_were_bound_anew() -> None:
    cells = [
        ("", "import pandas as pd"),
        ("bronze:a", "#| output: df\ndf = pd.DataFrame({'n': [1]})"),
        ("silver:b", "b = df"),
        ("gold:c", "df['m'] = 1\nc = b.join(df, rsuffix='_')\ndf = None"),
    ]
    assert "PR304" in {found.code for found in planned(cells).findings}


def test_a_name_is_told_where_the_step_first_reads_it() -> None:
    cells = [("", "rows = [len('ab')]"), ("silver:a", "rows[0] = rows[0] + 1\nrows = rows[:1]\na = rows")]
    (told,) = closure(cells).findings
    assert (told.code, told.location.line) == ("PR302", 1)
