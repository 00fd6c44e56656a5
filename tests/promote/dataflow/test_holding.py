from __future__ import annotations

import ast

import pytest

from promote.dataflow.holding import changed as changed_by
from promote.dataflow.holding import frames_of
from promote.dataflow.program import build
from tests.promote.graph import chosen


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("df['a'] += 1", {"df"}),
        ("df.a.b[0]: int = 1", {"df"}),
        ("df.loc[3].x = 1", {"df"}),
        ("f(df).x = 1", {"f"}),
        ("del df['a']", {"df"}),
        ("for n in x:\n    df[n] = 1\n    x = 2", {"df"}),
        ("df.insert(0, 'a', 1)", {"df"}),
        ("df.drop('a', inplace=True)", {"df"}),
        ("df.drop('a', inplace=False)", set()),
        ("df.head()", set()),
        ("print(df)", set()),
        ("df = 1", set()),
        ("[1][0] = 2", set()),
    ],
)
def test_which_frames_a_statement_changes_in_place(statement: str, changed: set[str]) -> None:
    assert changed_by(ast.parse(statement).body[0]) == changed


@pytest.mark.parametrize(
    ("source", "frames"),
    [
        ("df = read()\nn = len(df)", ["df"]),
        ("text = f'{1} rows'\ndf = read()\nnames = [c for c in df]", ["df"]),
        ("df['a'] = 1", ["df"]),
        (
            "low = df['a'].quantile(0.25)\nhigh = df['a'].max()\nedge = high + 1.5 * low\ndf = df[df.a < edge]",
            ["df"],
        ),
        ("path = os.path.join('a', 'b')\ndf = read(path)", ["df"]),
        ("fig, ax = plt.subplots()\nax.set_title('x')\ndf = read()", ["df"]),
        ("for name in df.columns:\n    df[name] = 1", ["df"]),
        ("with open('a') as file:\n    df = read(file)", ["df"]),
        ("n = 1\nn += 1\ndf = read()", ["df"]),
        ("import os\ndef f(): pass\ndf = f()", ["df"]),
        # What cannot be told may be a frame
        ("df = read()\nother = f(df)", ["df", "other"]),
        ("a, b = list(frames)\ndf = read()", ["a", "b", "df"]),
        ("first = [one, two][0]\ndf = read()", ["df", "first"]),
        ("n = 1\nif f():\n    n = read()\ndf = read()", ["df", "n"]),
        ("total = df['a'].agg(['sum'])\ndf = read()", ["df", "total"]),
        ("same = df == other\ndf = read()", ["df", "same"]),
        ("best = max(frames)\ndf = read()", ["best", "df"]),
        ("def len(x): return x\nn = len(read())\ndf = read()", ["df", "n"]),
        ("n = 1\nn += read()\ndf = read()", ["df", "n"]),
        ("(n := read())\ndf = read()", ["df", "n"]),
    ],
)
def test_which_variables_may_hold_a_frame(source: str, frames: list[str]) -> None:
    selection = chosen([("", "import os\nimport matplotlib.pyplot as plt"), ("silver:out", source)])
    program = build(selection.cells)
    assert sorted(frames_of(program.of_cells((2,)), program, 2)) == frames
