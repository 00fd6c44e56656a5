"""Proposals: ten notebooks as people write them, with what is proposed, and that it promotes to what they gave."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.dataflow.program import build
from promote.model import Notebook
from promote.notebook.read import parse
from promote.plan import plan
from promote.selection.select import select
from promote.suggest.frame_guess import Guesser
from promote.suggest.proposal import Proposal, suggest
from tests.promote.graph import copied, equal, render, run_function, run_notebook

FOLDER = Path(__file__).parents[2] / "data" / "suggest"
CASES = sorted(path.stem for path in FOLDER.glob("*.py"))
RENTS = "town,rent\na,1\nb,2\nb,4\na ,3\na,\n"
TOWNS = "town,region\na,north\nb,south\n"


def read_case(name: str) -> tuple[Notebook, list[str]]:
    notebook = parse((FOLDER / f"{name}.py").read_bytes(), f"notebooks/{name}.py")
    return notebook, notebook.cells[-1].source.split("\n")


def shown(proposal: Proposal) -> list[str]:
    return [
        " ".join([*map(str, s.cells), s.tag, s.variable, *(["check"] if s.checks else []), *map(str, s.checks)])
        for s in proposal.steps
    ] or ["nothing"]


def test_there_are_ten_notebooks() -> None:
    assert len(CASES) >= 10


@pytest.mark.parametrize("name", CASES)
def test_what_is_proposed(name: str) -> None:
    notebook, expected = read_case(name)
    proposal = suggest(notebook)
    assert shown(proposal) == expected
    assert proposal.steps or proposal.left


@pytest.mark.parametrize("name", CASES)
def test_what_is_proposed_promotes_to_what_the_notebook_gave(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rents.csv").write_text(RENTS)
    (tmp_path / "towns.csv").write_text(TOWNS)
    monkeypatch.chdir(tmp_path)
    proposal = suggest(read_case(name)[0])
    chosen = select(proposal.notebook)
    planned = plan(chosen, include_needed=proposal.needed)
    assert [f for f in (*chosen.findings, *planned.findings) if f.severity == "error"] == []
    assert len(planned.plans) == len(chosen.steps)
    captured = run_notebook(chosen, planned.plans, {})
    made: dict[str, object] = {}
    for one in planned.plans:
        first, again = run_function(one, render(one, captured, made), made)
        made[one.step.name] = first
        assert equal(copied(captured[one.step.name]), first), one.step.tag
        assert equal(first, again), one.step.tag


def test_names_of_other_notebooks_are_not_given_again() -> None:
    notebook, _ = read_case("made_by_hand")
    assert suggest(notebook, ["trees"]).steps[0].name not in ("trees", "")
    notebook, _ = read_case("used_as_frames")
    assert suggest(notebook, ["rents", "sources"]).steps[0].name == "sources_rents"
    assert suggest(notebook, ["rents", "sources", "sources_rents", "rents_and_regions"]).steps[0].name == (
        "used_as_frames_rents"
    )


def test_what_needs_untagged_statements_says_so(notebook_of: Callable[..., Notebook]) -> None:
    proposal = suggest(
        notebook_of(
            ("", "import pandas as pd\nimport math"),
            ("", "least = math.sqrt(4)"),
            ("", "rents = pd.read_csv('rents.csv')"),
            ("", "dear = rents[rents['rent'] > least]\ndear.to_csv('dear.csv')"),
        )
    )
    assert (shown(proposal), proposal.needed) == (["3 bronze:rents rents", "4 gold:dear dear"], True)
    assert plan(select(proposal.notebook)).refused == ("gold:dear",)


def test_what_cannot_be_promoted_is_left_out_and_told(notebook_of: Callable[..., Notebook]) -> None:
    proposal = suggest(
        notebook_of(
            ("", "import pandas as pd"),
            ("", "rents = pd.read_csv('rents.csv')"),
            ("", "dear = rents[rents['rent'] > input('least?')]"),
            ("", "means = rents.groupby('town').mean().reset_index()"),
        )
    )
    assert shown(proposal) == ["2 bronze:rents rents", "4 gold:means means"]
    assert not proposal.stopped
    refused = suggest(notebook_of(("", "import pandas as pd"), ("", "rents = pd.DataFrame(nowhere)\nprint(rents)")))
    assert (refused.steps, [f.code for f in refused.stopped]) == ((), ["PR301"])


def test_a_script_in_a_cell_is_told_how_it_becomes_a_step(notebook_of: Callable[..., Notebook]) -> None:
    source = """import pandas as pd
def fetch():
    return pd.DataFrame([1])
def save(folder):
    df = pd.read_csv("a.csv")
    df.to_csv(folder)
def other(n):
    return n
if __name__ == "__main__":
    save("out")"""
    proposal = suggest(notebook_of(("", source)))
    assert proposal.left[1:] == (
        "Cell 1 makes its frames within functions (`fetch`, `save`). Let them return what they make, without writing "
        "it, and bind that in a cell of its own, such as `df = fetch()`: such a cell is a step.",
    )


def test_constants_and_definitions_get_the_tags_that_they_have_in_a_project(
    notebook_of: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rents.csv").write_text(RENTS)
    monkeypatch.chdir(tmp_path)
    notebook = notebook_of(
        ("", "import pandas as pd\nLEAST = 2\nTOWNS = ['b']"),
        ("", "KNOWN = set(['a', 'b'])\n\ndef kept(frame):\n    return frame[frame.rent >= LEAST]"),
        ("", "def never(frame):\n    return frame"),
        ("", "rents = pd.read_csv('rents.csv')"),
        ("", "known = kept(rents[rents.town.isin(KNOWN)])"),
        ("", "by_town = known[known.town.isin(TOWNS)].groupby('town', as_index=False).rent.sum()"),
    )
    proposal = suggest(notebook)
    assert [(one.tag, one.cell, one.names) for one in proposal.roles] == [
        ("parameters", 1, ("LEAST", "TOWNS")),
        ("helpers", 2, ("KNOWN", "kept")),
    ]
    assert not proposal.needed  # the set is worked out, and comes with its helpers cell
    chosen = select(proposal.notebook)
    planned = plan(chosen)
    assert [f for f in (*chosen.findings, *planned.findings) if f.severity == "error"] == []
    assert [[one.name for one in p.function.parameters] for p in planned.plans] == [[], ["LEAST"], ["TOWNS"]]
    captured, made = run_notebook(chosen, planned.plans, {}), dict[str, object]()
    for one in planned.plans:
        made[one.step.name], _ = run_function(one, render(one, captured, made), made)
        assert equal(copied(captured[one.step.name]), made[one.step.name])


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("PLACE = 'rents.csv'", ""),  # a path is no value that a run sets
        ("LEAST = 2\nLEAST = LEAST + 1", ""),
        ("LEAST = 2\nprint(LEAST)", "Cell 2 holds `LEAST`, which several steps read, among other things"),
        ("LEAST = sum([1, 1])", ""),
        ("least = 2", ""),  # one step alone reads it
    ],
)
def test_other_cells_than_of_constants_are_no_parameters(
    first: str, told: str, notebook_of: Callable[..., Notebook]
) -> None:
    use = "least" if "least" in first else "LEAST" if "LEAST" in first else "len(PLACE)"
    second = "rents.rent.max()" if use == "least" else use
    proposal = suggest(
        notebook_of(
            ("", "import pandas as pd"),
            ("", first),
            ("", "rents = pd.read_csv('rents.csv')"),
            ("", f"some = rents[rents.rent >= {use}]"),
            ("", f"few = some[some.rent > {second}].groupby('town').rent.sum().reset_index()"),
        )
    )
    assert proposal.steps
    assert proposal.roles == ()
    assert [told in one for one in proposal.left] == ([True] if told else [])


def test_an_array_that_a_model_gives_is_no_step(notebook_of: Callable[..., Notebook]) -> None:
    proposal = suggest(
        notebook_of(
            ("", "import pandas as pd\nfrom sklearn.preprocessing import StandardScaler"),
            ("", "rents = pd.read_csv('rents.csv')"),
            ("", "ages = rents.drop('town', axis=1)\nages = StandardScaler().fit_transform(ages)"),
            ("", "first = ages.round(1).drop_nulls()"),
        )
    )
    assert shown(proposal) == ["2 bronze:rents rents"]


def test_a_frame_that_is_worked_on_again_and_again_has_short_names(notebook_of: Callable[..., Notebook]) -> None:
    works = [("", f"df = df.dropna(subset=['a{n}'])") for n in range(3)]
    proposal = suggest(
        notebook_of(
            ("", "import pandas as pd"),
            ("", "df = pd.read_csv('rents.csv')"),
            *(cell for n, one in enumerate(works) for cell in (one, ("", f"few{n} = df.groupby('a').b.sum()"))),
        )
    )
    assert [step.tag for step in proposal.steps if step.variable == "df"] == [
        "bronze:rents",
        "silver:rents_prepared",
        "silver:rents_prepared_2",
        "silver:rents_prepared_3",
    ]


def test_another_name_of_a_frame_is_no_step(
    notebook_of: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rents.csv").write_text(RENTS)
    monkeypatch.chdir(tmp_path)
    proposal = suggest(
        notebook_of(
            ("", "import pandas as pd"),
            ("", "rents = pd.read_csv('rents.csv')"),
            ("", "df = rents"),
            ("", "towns = df.town.unique()"),
            ("", "df['dear'] = df.rent > 2"),
            ("", "by_town = df.groupby('town', as_index=False).dear.sum()"),
        )
    )
    assert shown(proposal) == ["2 bronze:rents rents", "5 silver:a_prepared df", "6 gold:by_town by_town"]
    chosen = select(proposal.notebook)
    planned = plan(chosen, include_needed=proposal.needed)
    captured, made = run_notebook(chosen, planned.plans, {}), dict[str, object]()
    for one in planned.plans:
        made[one.step.name], _ = run_function(one, render(one, captured, made), made)
        assert equal(copied(captured[one.step.name]), made[one.step.name])


@pytest.mark.parametrize(("after", "layer"), [("", "gold"), ("few = towns[towns.n > 1].dropna()", "silver")])
def test_a_table_that_is_exported_is_gold_where_no_step_goes_on_from_it(
    after: str, layer: str, notebook_of: Callable[..., Notebook]
) -> None:
    read = ["import pandas as pd", "rents = pd.read_csv('rents.csv')", "towns = rents.dropna()\ntowns.to_csv('t.csv')"]
    proposal = suggest(notebook_of(*(("", source) for source in [*read, after] if source)))
    assert [one.layer for one in proposal.steps if one.name == "towns"] == [layer]


def test_a_summary_without_a_name_is_told(notebook_of: Callable[..., Notebook]) -> None:
    cells = [
        "import pandas as pd",
        "df = pd.read_csv('a.csv')",
        "df.groupby('a').sum()\ndf.head()",
        "by_a = df.groupby('a').sum()\nby_a.sort_values('b')",
        "df['a'].value_counts()",
    ]
    assert suggest(notebook_of(*(("", cell) for cell in cells))).left == (
        "Cells 3, 5 show a summary that has no name: write `name = …` where it is worth a step.",
    )


def test_a_step_that_must_read_is_a_bronze_step(notebook_of: Callable[..., Notebook]) -> None:
    proposal = suggest(
        notebook_of(
            ("", "import pandas as pd"),
            ("", "a = pd.read_csv('a.csv')\nb = pd.read_csv('b.csv')"),
            ("", "both = a.merge(b)"),
            ("", "means = both.groupby('town').mean().reset_index()"),
        )
    )
    assert {s.tag.partition(":")[0] for s in proposal.steps} == {"bronze", "gold"}
    assert not plan(select(proposal.notebook), include_needed=True).refused


def test_a_step_that_must_read_takes_no_other_step_out(notebook_of: Callable[..., Notebook]) -> None:
    proposal = suggest(
        notebook_of(
            ("", "import pandas as pd\nfrom platform_core.sdk import resource"),
            ("", "rents = pd.read_csv('rents.csv')\ntowns = pd.read_csv('towns.csv')"),
            ("", "paid = rents.dropna()\npaid.to_csv('paid.csv')"),
            ("", "known = towns.dropna()\nknown.to_csv('known.csv')"),
            ("", "dear = pd.read_csv(resource('files').path('dear.csv'))\nmore = pd.read_csv('more.csv')"),
            ("", "sums = dear.groupby('town').sum().reset_index()"),
            ("", "both = more.merge(sums)"),
        )
    )
    assert shown(proposal) == [
        "2 bronze:towns towns",
        "3 bronze:paid paid",
        "4 gold:known known",
        "5 bronze:more more",
        "6 bronze:sums sums",
        "7 silver:both both",
    ]
    assert not proposal.stopped
    assert [text.partition(":")[0] for text in proposal.left] == [
        "Cell 2 reads `rents`, `towns`",
        "Cell 5 reads `dear`, `more`",
    ]


def test_cells_that_have_a_role_keep_it(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(
        ("", "import polars as pl"),
        ("bronze:rents", "rents = pl.read_csv('rents.csv')"),
        ("", "dear = rents.filter(pl.col('rent') > 1)\ndear.write_csv('dear.csv')"),
    )
    proposal = suggest(notebook)
    assert shown(proposal) == ["3 gold:dear dear"]
    assert [cell.tags for cell in proposal.notebook.cells] == [(), ("bronze:rents",), ("gold:dear",)]


def test_a_secret_keeps_its_cell_out(notebook_of: Callable[..., Notebook]) -> None:
    key = "AKIA" + "Q" * 16
    proposal = suggest(
        notebook_of(("", "import pandas as pd"), ("", f"key = '{key}'\nrents = pd.read_csv('rents.csv')\nrents.head()"))
    )
    assert proposal.steps == ()
    assert [f.code for f in proposal.stopped] == ["PR713"]


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        ("pd.read_csv('a')", "frame"),
        ("df", "frame"),
        ("df['a']", "column"),
        ("df[['a']]", "frame"),
        ("df[df.a > 1]", "frame"),
        ("df[mask]", "frame"),
        ("df.loc[df.a > 1, 'a']", "column"),
        ("df.loc[df.a > 1, ['a']]", "frame"),
        ("df.a", "column"),
        ("df.groupby('a')", "group"),
        ("df.groupby('a').b.sum()", "column"),
        ("df.groupby('a').sum()", "frame"),
        ("df.groupby('a', as_index=False)['b'].sum()", "frame"),
        ("df.groupby('a')[['b']].sum()", "frame"),
        ("df.groupby('a').size().reset_index(name='n')", "frame"),
        ("df['a'].value_counts().to_frame()", "frame"),
        ("df.shape", "column"),
        ("df.sum()", None),
        ("len(df)", None),
        ("df.T", "frame"),
        ("pd.concat([df, df])", "frame"),
        ("con.execute('select 1').df()", "frame"),
        ("f(df)", "frame"),
        ("g(df)", None),
        ("1", None),
    ],
)
def test_what_is_taken_for_a_frame(notebook_of: Callable[..., Notebook], source: str, shape: str | None) -> None:
    functions = "def f(x):\n    return x.dropna()\ndef g(x):\n    return 1"
    setup = f"import pandas as pd\ndf = pd.DataFrame()\nmask = df.a > 1\n{functions}"
    program = build(select(notebook_of(("", setup), ("", f"result = {source}"))).cells)
    definitions = {s.node.name: s.node for s in program.statements if isinstance(s.node, ast.FunctionDef)}
    guesser = Guesser(program.functions, definitions, {})
    for statement in program.statements:
        guesser.learn(statement.node)
    found = guesser.frames.get("result")
    assert (found.shape if found else None) == shape


def test_a_part_of_what_is_loaded_is_a_frame_where_it_is_used_as_one(notebook_of: Callable[..., Notebook]) -> None:
    loading = ("", "from statsmodels.api import datasets\ndta = datasets.macrodata.load_pandas().data")
    notebook = notebook_of(
        loading, ("", "del dta['year']\ndta.head()"), ("", "two = dta[['gdp']].copy()\ntwo['a'] = 1")
    )
    assert shown(suggest(notebook))[0].startswith("1 bronze:")


PIECES = [
    "import pandas as pd",
    "df = pd.read_csv('rents.csv')",
    "df = df.dropna()",
    "df['a'] = 1",
    "x = df.groupby('a').sum()",
    "y = x.reset_index()",
    "df = pd.concat([df, y])",
    "z = df.head()",
    "for i in range(2):\n    df['b'] = i",
    "def f(d):\n    return d.copy()",
    "y = f(df)",
    "del df",
    "assert len(y)",
    "y.to_csv('y.csv')",
    "%matplotlib inline",
    "this is no Python",
    "LEAST = 2",
    "KNOWN = set(['a', 'b'])",
    "def kept(frame):\n    return frame[frame.rent >= LEAST]",
    "df = kept(df[df.town.isin(KNOWN)])",
]


@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("\n".join), min_size=1, max_size=7))
def test_a_proposal_is_never_refused(cells: list[str]) -> None:
    text = "".join(f"# %%\n{cell}\n" for cell in cells)
    proposal = suggest(parse(text.encode(), "notebooks/a.py"))
    chosen = select(proposal.notebook)
    planned = plan(chosen, include_needed=True)
    if proposal.steps:
        assert not planned.refused
        assert [f for f in (*chosen.findings, *planned.findings) if f.severity == "error"] == []
        assert proposal.needed == bool(plan(chosen).refused)


def test_a_check_that_is_refused_is_left_out_and_its_step_stays(notebook_of: Callable[..., Notebook]) -> None:
    proposal = suggest(
        notebook_of(
            ("", "import pandas as pd\nfrom platform_core.sdk import load_asset"),
            ("", "dear = pd.read_csv('rents.csv')"),
            ("", "assert len(dear) > len(load_asset('towns'))"),
            ("", "assert dear.rent.max() > 3"),
        )
    )
    assert shown(proposal) == ["2 bronze:dear dear check 4"]


def test_names_come_from_the_last_heading_in_a_cell_that_has_one(notebook_of: Callable[..., Notebook]) -> None:
    proposal = suggest(
        notebook_of(
            ("md", "# Rents by town and"),
            ("md", "No heading here"),
            ("", "import pandas as pd"),
            ("", "df = pd.read_csv('data.csv')"),
            ("", "means = df.groupby('a').mean().reset_index()"),
        )
    )
    assert shown(proposal) == ["4 bronze:rents_by_town df", "5 gold:means means"]
