"""IPython's syntax: what is left is Python with the same lines, and IPython itself agrees on what was a magic."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from promote.ipython import Translated, translate
from promote.model import Cell, Notebook

PIECES = [
    "x = 1",
    "%matplotlib inline",
    "%time y = f(x)",
    "%timeit f(x)",
    "%pip install polars",
    "!ls -l 'it'",
    "files = !ls",
    "here = %pwd",
    "z = %time f(x)",
    "df?",
    "?df.head",
    "df.head??",
    "text = '''\n%matplotlib\n!ls\n'''",
    "value = (a\n% b)",
    "value = a \\\n  % b",
    "if x:\n    %load_ext y\n    !ls",
    "for i in x:\n    %time f(i)\nelse:\n    pass",
    "# %time in a comment",
    "print('100%'); x = '!ls'",
    "df.plot();",
    "!ls \\\n  -l",
    "def f(a,\n      b='?'):\n    return a % b",
    "%unknown magic",
    "d = {'a': 1,\n     'b': 2}",
    "",
]


def run(source: str, *, step: bool = True) -> Translated:
    notebook = Notebook("a.ipynb", (Cell(1, "id", "code", source),))
    return translate(notebook, 1, step=step)


def told(translated: Translated) -> list[tuple[str, str, int | None, int | None]]:
    return [(f.code, f.severity, f.location.line, f.location.column) for f in translated.findings]


@pytest.mark.parametrize(
    ("source", "python", "dropped", "findings"),
    [
        ("%matplotlib inline\nx = 1", "\nx = 1", (1,), [("PR121", "note", 1, 1)]),
        ("%time x = f()", "x = f()", (), [("PR121", "note", 1, 1)]),
        ("%time", "", (1,), [("PR121", "note", 1, 1)]),
        ("x = %time f()", "x = f()", (), [("PR121", "note", 1, 5)]),
        ("%%time\nx = 1", "\nx = 1", (1,), [("PR121", "note", 1, 1)]),
        ("\n%%time\n%%capture out\nx = 1", "\n\n\nx = 1", (2, 3), [("PR121", "note", 2, 1), ("PR121", "note", 3, 1)]),
        ("%%html\n<b>x</b>", "\n", (1, 2), [("PR121", "note", 1, 1)]),
        ("df?", "", (1,), [("PR121", "note", 1, 1)]),
        ("?df", "", (1,), [("PR121", "note", 1, 1)]),
        ("x = df?  # what", "", (1,), [("PR121", "note", 1, 1)]),
        ("if x:\n    %matplotlib\n    y = 1", "if x:\n    pass\n    y = 1", (2,), [("PR121", "note", 2, 5)]),
        ("    %matplotlib\n    x = 1", "\nx = 1", (1,), [("PR121", "note", 1, 1)]),
        ("df.plot();  # quiet\nx = ';'", "df.plot()  # quiet\nx = ';'", (), []),
        ("x = await f()", "x = await f()", (), []),
        ("x = a \\\n% b", "x = a \\\n% b", (), []),
        ("get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1", "\nx = 1", (1,), [("PR121", "note", 1, 1)]),
        ("get_ipython().magic('load_ext x')", "", (1,), [("PR121", "note", 1, 1)]),
    ],
)
def test_what_has_no_effect_on_data_is_left_out(
    source: str, python: str, dropped: tuple[int, ...], findings: list[object]
) -> None:
    made = run(source)
    assert (made.python, made.dropped, told(made)) == (python, dropped, findings)


@pytest.mark.parametrize(
    ("source", "code", "place"),
    [
        ("%run a.py", "PR122", (1, 1)),
        ("%unknown", "PR122", (1, 1)),
        ("x = 1\n%%time\ny = 2", "PR122", (2, 1)),
        (",f a b", "PR122", (1, 1)),
        ("%prun -l 5 f()", "PR122", (1, 1)),
        ("x = %who_ls", "PR122", (1, 5)),
        ("x = %pwd", "PR122", (1, 5)),
        ("get_ipython().run_line_magic('time', 'x = 1')", "PR122", (1, 1)),
        ("%pip install polars", "PR124", (1, 1)),
        ("!pip install polars", "PR124", (1, 1)),
        ("!{sys.executable} -m pip install polars", "PR124", (1, 1)),
        ("!ls", "PR125", (1, 1)),
        ("!!ls", "PR125", (1, 1)),
        ("for a in b:\n    files = !ls", "PR125", (2, 13)),
        ("get_ipython().system('ls')", "PR125", (1, 1)),
        ("%%bash\nls", "PR126", (1, 1)),
        ("%%sql\nselect 1", "PR126", (1, 1)),
        ("%%timeit\nx = 1", "PR126", (1, 1)),
        ("%%time x = 1", "PR126", (1, 1)),
        ("get_ipython().run_cell_magic('bash', '', 'ls')", "PR126", (1, 1)),
        ("%cd data", "PR127", (1, 1)),
        ("%env A=b", "PR127", (1, 1)),
    ],
)
def test_what_a_step_cannot_keep_is_refused_there_and_left_out_elsewhere(
    source: str, code: str, place: tuple[int, int]
) -> None:
    assert told(run(source)) == [(code, "error", *place)]
    assert run(source).findings[0].hint
    outside = run(source, step=False)
    assert [finding.code for finding in outside.findings] == [code]
    assert outside.findings[0].severity == ("warning" if code == "PR127" else "note")
    assert not outside.broken


def test_a_name_that_a_shell_command_binds_stays_bound() -> None:
    """Data flow must see that exploration computes the name, or it would say that it is never defined."""
    assert run("files = !ls \\\n -l\nx = 1", step=False).python == "files = get_ipython().getoutput('ls \\\\')\n\nx = 1"
    assert run("here = %pwd", step=False).python == "here = get_ipython().run_line_magic('pwd', '')"


def test_the_hint_for_an_installation_is_the_dependencies() -> None:
    assert "pyproject.toml" in run("!pip install polars").findings[0].hint


def test_a_shell_command_is_never_repeated_in_a_message() -> None:
    finding = run("!curl -H 'Authorization: hunter2' x").findings[0]
    assert "hunter2" not in finding.message + finding.hint


@pytest.mark.parametrize(
    ("source", "words", "place"),
    [
        ("x = (", "'(' was never closed", (1, 5)),
        ("%matplotlib inline\nif x\n    y", "expected ':'", (2, 5)),
        ("return 5", "'return' outside function", (1, 1)),
        ("x = " + "-" * 100_000 + "1", "", None),
        ("x = " + "(" * 500 + ")" * 500, "", None),
        ("break", "'break' outside loop", (1, 1)),
    ],
)
def test_a_cell_that_is_not_python_gives_pythons_words(source: str, words: str, place: tuple[int, int] | None) -> None:
    made = run(source)
    assert made.broken
    assert made.python == "\n" * source.count("\n")
    finding = made.findings[-1]
    assert (finding.code, finding.severity) == ("PR120", "error")
    assert words in finding.message
    if place:
        assert (finding.location.line, finding.location.column) == place


def test_a_broken_untagged_cell_is_a_warning() -> None:
    made = run("x = (", step=False)
    assert (made.broken, made.findings[0].severity) == (True, "warning")


def test_a_cell_that_shares_a_line_with_a_call_of_ipython_is_left_alone() -> None:
    source = "get_ipython().magic('matplotlib'); x = 1"
    assert run(source).python == source


def test_other_uses_of_get_ipython_are_left_to_data_flow() -> None:
    source = "x = get_ipython().user_ns\nget_ipython().run_line_magic(name)\nget_ipython().set_next_input('x')"
    made = run(source)
    assert (made.python, made.findings) == (source, ())


def test_warnings_of_pythons_parser_are_not_shown(recwarn: pytest.WarningsRecorder) -> None:
    run("x = '\\d'\nassert (x, 'y')\n1 is 1")
    assert not recwarn.list


def test_a_long_cell_is_translated_in_one_pass() -> None:
    """The scanner looks at each statement a bounded number of times, so a long cell costs what its length says."""
    source = "%matplotlib inline\n" + "x = [\n1,\n]\n" * 5_000
    assert run(source).python.count("\n") == source.count("\n")


def _ours(pieces: list[str]) -> str:
    return "\n".join(pieces)


@given(st.lists(st.sampled_from(PIECES), max_size=6).map(_ours), st.booleans())
def test_what_ipython_takes_for_its_own_is_what_we_take(source: str, step: bool) -> None:
    """Against IPython's own transformer: we change exactly the lines that it changes, and Python parses the rest."""
    theirs = TransformerManager().transform_cell(source).split("\n")
    made = run(source, step=step)
    lines, ours = source.split("\n"), made.python.split("\n")
    assert len(lines) == len(ours)
    assert not made.broken
    ast.parse(made.python)
    kept = [
        line for line, new in zip(lines, ours, strict=True) if line == new and line.strip() and line.strip() != "pass"
    ]
    changed = [line for line in theirs if "get_ipython()" in line]
    touched = {f.location.line for f in made.findings}
    assert len(changed) == len(touched)
    assert all(line in theirs for line in kept)


@given(st.text(alphabet="%!?=x \n\\'\"#();:,/", max_size=40), st.booleans())
def test_any_text_gives_as_many_lines(source: str, step: bool) -> None:
    made = run(source, step=step)
    assert made.python.count("\n") == source.count("\n")
    ast.parse(made.python)
    assert all(1 <= number <= source.count("\n") + 1 for number in made.dropped)


def test_findings_show_the_tag(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(("silver:x", "!ls"))
    assert translate(notebook, 1, step=True, tag="silver:x").findings[0].location.tag == "silver:x"
