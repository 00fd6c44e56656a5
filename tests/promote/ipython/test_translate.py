"""IPython's syntax: what is left is Python with the same lines, and IPython itself agrees on what was a magic."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from promote.ipython.queries import runnable
from promote.ipython.translate import Translated, _surely_compiles, translate
from promote.model import Cell, Notebook
from promote.selection.select import select

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


def read_query(source: str, *others: str, tag: str | None = "silver:dear") -> Translated:
    """Translate the last of some cells; the others come before it."""
    cells = [Cell(n, f"id{n}", "code", text) for n, text in enumerate([*others, source], 1)]
    return translate(Notebook("a.ipynb", tuple(cells)), len(cells), step=tag is not None, tag=tag)


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
    defines = source == "%run a.py"
    assert outside.findings[0].severity == ("warning" if code == "PR127" or defines else "note")
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


QUERIES = [
    ("%%sql dear <<\nSELECT * FROM rents", 'import duckdb\ndear = duckdb.sql("""SELECT * FROM rents""")'),
    ("%%sql\nFROM rents", 'import duckdb\ndear = duckdb.sql("""FROM rents""")'),
    ("%%sql duckdb://\n\nFROM rents;\n", '\nimport duckdb\n\ndear = duckdb.sql("""FROM rents;\n""")'[1:]),
    ("%%sql x << SELECT *\nFROM rents", 'import duckdb\nx = duckdb.sql("""SELECT * FROM rents""")'),
    ("%%sql\n#| key: [town]\nFROM rents", 'import duckdb\n\ndear = duckdb.sql("""FROM rents""")'),
    ("%sql\nSELECT town\nFROM rents", 'import duckdb\ndear = duckdb.sql("""SELECT town\nFROM rents""")'),
    ('%%sql\nFROM "rents"', 'import duckdb\ndear = duckdb.sql("""FROM "rents" """)'),
    ("%%sql\nSELECT '\\d' AS a FROM rents", 'import duckdb\ndear = duckdb.sql(r"""SELECT \'\\d\' AS a FROM rents""")'),
]


@pytest.mark.parametrize(("source", "python"), QUERIES)
def test_a_query_on_frames_of_the_notebook_becomes_one_on_duckdb(source: str, python: str) -> None:
    made = read_query(source, "rents = load()")
    assert made.python == python
    assert made.python.count("\n") == source.count("\n")
    assert [f.code for f in made.findings] == ["PR128"]
    ast.parse(made.python)


LINES = [
    ("%sql dear << FROM rents", 'import duckdb; dear = duckdb.sql("""FROM rents""")'),
    ("x = 1\n%sql dear << FROM rents  ", 'x = 1\nimport duckdb; dear = duckdb.sql("""FROM rents""")'),
    ("dear = %sql FROM rents", 'import duckdb; dear = duckdb.sql("""FROM rents""")'),
    (
        "if x:\n    %sql dear << SELECT * \\\n        FROM rents\n    y = 1",
        'if x:\n    import duckdb; dear = duckdb.sql("""SELECT * FROM rents""")\n\n    y = 1',
    ),
    (
        "dear = %sql SELECT * \\\n FROM rents\ny = 1",
        'import duckdb; dear = duckdb.sql("""SELECT * FROM rents""")\n\ny = 1',
    ),
]


@pytest.mark.parametrize(("source", "python"), LINES)
def test_a_query_on_a_line_becomes_one_on_duckdb(source: str, python: str) -> None:
    made = read_query(source, "rents = load()")
    assert made.python == python
    assert made.python.count("\n") == source.count("\n")
    assert [(f.code, f.severity) for f in made.findings] == [("PR128", "note")]
    ast.parse(made.python)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("%sql dear << FROM elsewhere", "reads 'elsewhere', which is no frame of this notebook"),
        ("dear = %sql FROM 'rents.parquet'", "reads a file"),
        ("dear = %sql postgresql://h/db FROM rents", "begins with 'postgresql:"),
    ],
)
def test_a_query_on_a_line_that_may_mean_something_else_is_refused(source: str, reason: str) -> None:
    for tag, severity in (("silver:dear", "error"), (None, "warning")):
        made = read_query(source, "rents = load()", tag=tag)
        assert [(f.code, f.severity) for f in made.findings] == [("PR122", severity)]
        assert reason in made.findings[0].message
        assert made.python == "dear = get_ipython().run_line_magic('sql', '')"


def test_a_line_of_sql_without_a_name_and_one_with_a_connection_stay_what_they_were() -> None:
    assert told(read_query("x = 1\n%sql FROM rents", "rents = load()")) == [("PR122", "error", 2, 1)]
    assert told(read_query("x = 1\n%sql duckdb:// x << FROM rents", "rents = load()")) == [("PR122", "error", 2, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "WITH a AS (SELECT * FROM rents), b AS (FROM a) SELECT * FROM a JOIN b USING (town)",
        "SELECT * FROM rents AS r, towns t LEFT JOIN (SELECT 1 FROM rents) u ON true, towns",
        "SELECT extract(year FROM made), 'from nowhere' -- from nobody\nFROM rents WHERE a IS DISTINCT FROM b",
        "SELECT x::date, {'a': 1}, y[1:2] FROM rents, range(3), unnest(rents.list) AS u(z)",
        'SELECT "from" FROM "rents"',
        "(SELECT 1 FROM rents) UNION ALL (SELECT 2 FROM towns)",
    ],
)
def test_what_a_query_reads_is_told_from_what_only_looks_so(text: str) -> None:
    made = read_query(f"%%sql\n{text}", "rents = towns = load()\nrents, towns = load()")
    assert [f.code for f in made.findings] == ["PR128"], made.findings


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("%%sql\nSELECT * FROM elsewhere", "reads 'elsewhere', which is no frame of this notebook"),
        ("%%sql\nSELECT * FROM main.rents", "reads a file or a table of a database"),
        ("%%sql\nSELECT * FROM 'rents.parquet'", "reads a file"),
        ("%%sql\nSELECT * FROM read_csv('a.csv')", "reads a file or a table of a database"),
        ("%%sql\nSELECT * FROM rents, elsewhere", "reads 'elsewhere', which is no frame of this notebook"),
        ("%%sql\nSELECT * FROM rents WHERE a > :least", "has values put into its text"),
        ("%%sql\nSELECT * FROM rents WHERE a > {{least}}", "has values put into its text"),
        ("%%sql\nSELECT * FROM rents WHERE a > $least", "has values put into its text"),
        ("%%sql\nCREATE TABLE x AS SELECT * FROM rents", "begins with 'CREATE', and not with a word that only reads"),
        ("%%sql\n-- all\nSELEC * FROM rents", "begins with 'SELEC'"),
        ("%%sql\nWITH a AS (FROM rents) INSERT INTO b SELECT * FROM a", "does more than read"),
        ("%%sql\nFROM rents; FROM rents", "is more than one statement"),
        ("%%sql postgresql://h/db\nFROM rents", "names a connection or an option"),
        ("%%sql --save x\nFROM rents", "names a connection or an option"),
        ('%%sql\nSELECT """a""" FROM rents', "ends in a backslash or holds three quotes"),
        ("%%sql\n", "has no text under the magic"),
    ],
)
def test_a_query_that_may_mean_something_else_is_refused_and_its_name_stays_bound(source: str, reason: str) -> None:
    made = read_query(source, "rents = load()")
    assert [(f.code, f.severity) for f in made.findings] == [("PR126", "error")]
    assert reason in made.findings[0].message
    outside = read_query(source.replace("%%sql", "%%sql dear <<", 1), "rents = load()", tag=None)
    assert outside.python.startswith("dear = get_ipython().run_cell_magic(")
    assert [f.severity for f in outside.findings] == ["warning"]


@pytest.mark.parametrize("line", ["%sql postgresql://host/db", "%sql connection", "%sql duckdb:///a.db"])
def test_a_query_is_refused_where_the_notebook_connects_elsewhere(line: str) -> None:
    made = read_query("%%sql\nFROM rents", f"rents = load()\n{line}")
    assert "runs on a connection that the notebook chooses" in made.findings[0].message


@pytest.mark.parametrize(("setting", "ending"), [("autopandas", ").df()"), ("autopolars", ").pl()")])
def test_a_query_gives_the_frames_that_the_notebook_asks_for(setting: str, ending: str) -> None:
    made = read_query("%%sql\nFROM rents", f"rents = load()\n%config SqlMagic.{setting} = True")
    assert made.python.endswith(ending)


def test_a_query_without_a_name_only_shows() -> None:
    made = read_query("%%sql\nFROM rents", "rents = load()", tag=None)
    assert (made.python, told(made)) == ("\n", [("PR121", "note", 1, 1)])


@pytest.mark.parametrize(
    ("source", "code", "python"),
    [
        ("%md\n# Rents of towns", "PR121", "\n"),
        ("%md # Rents", "PR121", ""),
        ("%scala\nval x = 1", "PR126", "\n"),
        ("%r\nx <- 1", "PR126", "\n"),
        ("%sh\nls -l", "PR126", "\n"),
        ("%fs ls /mnt", "PR126", ""),
        ("%python\nx = 1", "PR121", "\nx = 1"),
        ("%sql SELECT *\nFROM a.b", "PR126", "\n"),
    ],
)
def test_a_cell_of_databricks_belongs_to_its_first_line(source: str, code: str, python: str) -> None:
    made = run(source)
    assert (made.python, [f.code for f in made.findings], made.broken) == (python, [code], False)
    assert made.findings[0].severity == ("note" if code == "PR121" else "error")


@pytest.mark.parametrize(
    ("source", "code"),
    [("pip install polars\nx = 1", "PR124"), ("cd data\nx = 1", "PR127"), ("ls data\nx = 1", "PR121")],
)
def test_a_magic_without_its_sign_is_one_where_it_is_no_python(source: str, code: str) -> None:
    made = run(source)
    assert ([f.code for f in made.findings], made.python) == ([code], "\nx = 1")


def test_what_measures_is_left_out_where_it_changes_nothing() -> None:
    assert told(run("%timeit f(x)")) == [("PR121", "note", 1, 1)]
    assert told(run("%timeit x.append(1)")) == [("PR122", "error", 1, 1)]
    assert told(run("%%script false --no-raise-error\nx = 1")) == [("PR121", "note", 1, 1)]


SET_UP = "%load_ext sql\n%config SqlMagic.autopandas = True\n%sql duckdb://\nrents = load()"


def test_a_notebook_is_run_with_its_queries_as_they_were_translated(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(("", SET_UP), ("md", "# x"), ("silver:dear", "%%sql\nFROM rents"))
    made = runnable(select(notebook))
    assert [cell.source for cell in made.cells] == [
        "\n\n\nrents = load()",
        "# x",
        'import duckdb\ndear = duckdb.sql("""FROM rents""").df()',
    ]


def test_what_loads_the_extension_stays_with_a_query_that_was_not_translated(
    notebook_of: Callable[..., Notebook],
) -> None:
    left = "%%sql other <<\nFROM elsewhere"
    notebook = notebook_of(("", SET_UP), ("silver:dear", "%%sql\nFROM rents"), ("", left))
    assert [cell.source for cell in runnable(select(notebook)).cells] == [
        SET_UP,
        'import duckdb\ndear = duckdb.sql("""FROM rents""").df()',
        left,
    ]


def test_lines_of_sql_are_run_as_they_were_translated(notebook_of: Callable[..., Notebook]) -> None:
    lines = "%matplotlib inline\n%sql x << FROM rents\ny = %sql FROM x"
    notebook = notebook_of(("", SET_UP), ("", lines))
    query = 'import duckdb; {} = duckdb.sql("""FROM {}""").df()'
    assert [cell.source for cell in runnable(select(notebook)).cells] == [
        "\n\n\nrents = load()",
        f"%matplotlib inline\n{query.format('x', 'rents')}\n{query.format('y', 'x')}",
    ]
    left = notebook_of(("", SET_UP), ("", f"{lines}\n%sql FROM x"))
    assert [cell.source.split("\n")[0] for cell in runnable(select(left)).cells] == [
        "%load_ext sql",
        "%matplotlib inline",
    ]


def test_a_notebook_without_queries_is_run_as_it_is(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(("", SET_UP), ("silver:dear", "dear = rents"))
    assert runnable(select(notebook)) is notebook


def test_a_bracket_that_is_not_closed_is_told() -> None:
    made = read_query("%%sql\nSELECT * FROM (SELECT 1 FROM rents", "rents = load()")
    assert "has a bracket that is not closed" in made.findings[0].message


WORDS = """x f g.h _ ( ) [ ] { } , : = == . * ** @ - not and if else in is a= b= a=1 b=2 0 1.5 's' b's' None True ...
    __debug__ += := lambda for return yield await import from as __future__ annotations del pass global break""".split()  # noqa: SIM905 - tokens read best as text


@pytest.mark.filterwarnings("ignore")
def test_what_surely_compiles_is_what_python_compiles() -> None:
    drawn = random.Random(5)  # noqa: S311 - no secret
    sure = 0
    for _ in range(20_000):
        text = " ".join(drawn.choices(WORDS, k=drawn.randint(1, 9)))
        try:
            ast.parse(text)
        except SyntaxError:
            continue
        if _surely_compiles(text):
            sure += 1
            compile(text, "<cell>", "exec", dont_inherit=True)
    assert sure > 100
    refused = ("f(a=1, **k, a=2)", "x.__debug__ = 1", "from __future__ import x", "return x", "*a, *b = c")
    assert not any(map(_surely_compiles, ("f(lambda: (yield))", "[*a]", "-" * 401 + "x", *refused)))
