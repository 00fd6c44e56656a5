"""Which expressions are guessed to give frames, columns or groups, by the names of the calls alone."""

from __future__ import annotations

import ast

import pytest

from promote.suggest.frame_guess import Guess, Guesser
from tests.promote.programs import program

BEFORE = """\
import pandas as pd, seaborn as sns, duckdb, math
import vega_datasets
from platform_core.sdk import load_asset
df = pd.read_csv("rents.csv")
size: object = df["size"]
groups = df.groupby("town")
n = 3
names = [c for c in df.columns if c]
def same(frame):
    return frame
def loaded(path, sep=","):
    try:
        made = pd.read_csv(path)
    except OSError:
        shown = path
    return made
def named():
    return pd.read_csv("named.csv")
def again(frame, left):
    return again(frame, left - 1)
def nothing():
    return
"""


def guessed(expression: str, *near: str) -> Guess | None:
    """Guess an expression after the statements above; the cell at hand bound the names in `near`."""
    read = program(BEFORE)
    definitions = {s.node.name: s.node for s in read.statements if isinstance(s.node, ast.FunctionDef)}
    guesser = Guesser(read.functions, definitions, {})
    for statement in read.statements:
        guesser.learn(statement.node)
    guesser.near = {*near}
    return guesser.guess(ast.parse(expression, mode="eval").body)


FRAME, COLUMN, GROUP = Guess("frame"), Guess("column"), Guess("group")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # names and parts
        ("df", FRAME),
        ("n", None),
        ("3", None),
        ("df.T", FRAME),
        ("df.town", COLUMN),
        ("df['town']", COLUMN),
        ("df[['town']]", FRAME),
        ("df[:5]", Guess("frame", view=True)),
        ("df[df.size > 3]", FRAME),
        ("df[(df.a > 3) & (df.b < 2)]", FRAME),
        ("df[size]", FRAME),
        ("df[df['dear']]", FRAME),
        ("df[n]", COLUMN),
        ("df[names].rename(columns=str)", FRAME),
        ("n[3]", None),
        ("size[3]", COLUMN),
        ("groups['rent']", GROUP),
        ("df.loc[3]", COLUMN),
        ("df.loc[:, 'a']", COLUMN),
        ("df.iloc[:, 2:4]", FRAME),
        ("df.loc[df.a > 3]", FRAME),
        ("size.loc[3]", None),
        # operators
        ("df if n else 0", FRAME),
        ("(other := df)", FRAME),
        ("df > 3", FRAME),
        ("-size", COLUMN),
        ("df + 1", FRAME),
        # libraries
        ("pd.read_parquet(root / 'a.parquet')", Guess("frame", read=True, path="a.parquet")),
        ("sns.load_dataset('tips')", Guess("frame", read=True, path="tips")),
        ("vega_datasets.data.cars()", Guess("frame", read=True, path="cars")),
        ("load_asset('rents')", Guess("frame", view=True)),
        ("pd.DataFrame({})", FRAME),
        ("pd.Series(names).value_counts()", Guess("column", summary=True)),
        ("pd.concat([pd.read_csv('a.csv'), df])", Guess("frame", read=True, path="a.csv")),
        ("pd.crosstab(df.a, df.b)", Guess("frame", summary=True)),
        ("duckdb.sql('SELECT a FROM df GROUP BY a')", Guess("frame", summary=True)),
        ("duckdb.sql(\"SELECT * FROM 'a.csv'\")", Guess("frame", read=True)),
        ("math.sqrt(2)", None),
        ("cursor.fetchdf()", Guess("frame", read=True)),
        ("cursor.fetchall()", None),
        # methods
        ("df.head()", Guess("frame", view=True)),
        ("groups.head()", Guess("frame", summary=True)),
        ("df.sort_values('a').rename(columns={})", FRAME),
        ("df.pivot_table()", Guess("frame", summary=True)),
        ("df.size.value_counts()", Guess("column", summary=True)),
        ("df.value_counts()", Guess("column", summary=True)),
        ("df.to_csv('a')", None),
        ("df.groupby('a')", GROUP),
        ("groups.rolling(3)", GROUP),
        ("groups.plot()", None),
        ("groups.size()", Guess("column", summary=True)),
        ("groups.agg(n=('a', 'sum'))", Guess("frame", summary=True)),
        ("groups['rent'].mean()", Guess("column", summary=True)),
        ("groups[['rent']].mean()", Guess("frame", summary=True)),
        ("df.groupby('a').rent.sum()", Guess("column", summary=True)),
        ("df.groupby('a', as_index=False)['rent'].sum()", Guess("frame", summary=True)),
        ("size.tolist()", None),
        ("size.abs()", COLUMN),
        ("size.to_frame()", FRAME),
        # functions of the notebook
        ("same(df)", FRAME),
        ("same(frame=df.head())", Guess("frame", view=True)),
        ("loaded('b.csv')", Guess("frame", read=True, path="b.csv")),
        ("named()", Guess("frame", read=True, path="named.csv")),
        ("again(df, 3)", None),
        ("nothing()", None),
        ("absent(df)", None),
    ],
)
def test_what_an_expression_seems_to_give(expression: str, expected: Guess | None) -> None:
    assert guessed(expression) == expected


def test_what_the_same_cell_read_is_still_read() -> None:
    assert guessed("df.T", "df") == Guess("frame", read=True, path="rents.csv")
    assert guessed("pd.concat([df, df])", "df") == Guess("frame", read=True, path="rents.csv")
    assert guessed("pd.concat([df, df])") == FRAME


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("x = store.read_table(sql, 'x.csv')", Guess("frame", read=True, path="x.csv")),
        ("x = wages.load()", Guess("frame", read=True, path="wages")),
        ("x = loader.load()", Guess("frame", read=True)),
        ("x = fitted.summary(df)", FRAME),
        ("x = other(3)", FRAME),
        ("x = 3", None),
    ],
)
def test_what_is_used_as_a_frame_is_one(given: str, expected: Guess | None) -> None:
    read = program("import store\nfrom data import wages\nloader = made()")
    guesser = Guesser(read.functions, {}, {"df": FRAME}, used=frozenset({"x"}))
    found = guesser.learn(ast.parse(given).body[0])
    assert found == ({"x": expected} if expected else {})


def test_an_awaited_call_is_what_it_gives() -> None:
    call = ast.parse("await f", mode="exec").body[0]
    assert isinstance(call, ast.Expr)
    assert Guesser(program("").functions, {}, {"f": FRAME}).guess(call.value) == FRAME


def test_a_name_that_is_bound_to_something_else_is_no_frame_any_more() -> None:
    guesser = Guesser(program("").functions, {}, {"df": FRAME})
    assert guesser.learn(ast.parse("if n:\n    df = 3\n    kept, x = df, 1").body[0]) == {}
    assert guesser.frames == {}
