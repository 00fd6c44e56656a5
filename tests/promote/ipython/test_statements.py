"""Where statements end, told without a parser: Python's own parser agrees wherever it can read the text."""

from __future__ import annotations

import ast
import io
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promote.ipython.statements import extents, without_semicolons

PIECES = [
    "x = 1",
    "f(a,\n  b)",
    "t = '''a\n\"b\"\n'''",
    "s = \"it's\"  # a 'quote",
    "y = x \\\n  + 1",
    "d = {'(': [1,\n 2]}",
    "",
    "# comment (",
    "r = r'\\\\'",
    'b = f\'{x!r}\' """z\n;\n"""',
    "if x:\n    y = 1\n    z = 2",
    "s = 'a\\\nb'",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("\n".join))
def test_logical_lines_are_those_of_pythons_tokenizer(source: str) -> None:
    newlines = {
        token.start
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type in (tokenize.NEWLINE, tokenize.NL) and token.string
    }
    ours = set()
    depth_ends = [found.end for found in extents(source) if found.end < len(source)]
    for end in depth_ends:
        line = source.count("\n", 0, end) + 1
        ours.add((line, end - (source.rfind("\n", 0, end) + 1)))
    inside = {place for place in newlines if place not in ours}
    assert ours <= newlines
    assert all(_is_inside_brackets(source, place) for place in inside)


def _is_inside_brackets(source: str, place: tuple[int, int]) -> bool:
    offset = sum(len(line) + 1 for line in source.split("\n")[: place[0] - 1]) + place[1]
    return any(found.start < offset < found.end for found in extents(source))


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("a;", "a"),
        ("a ; ;  # why", "a  # why"),
        ("a; b", "a; b"),
        ("a; b;", "a; b"),
        ("x = ';'", "x = ';'"),
        ("f(\n1);\ny", "f(\n1)\ny"),
        ("# a;", "# a;"),
        ("x = '''\na;\n'''", "x = '''\na;\n'''"),
        ("if x:\n    a;\n    b", "if x:\n    a\n    b"),
        (";", ""),
        ("x\\\n;", "x\n"),
        ("x \\\n; \\\n; # why\ny", "x\n\n # why\ny"),
    ],
)
def test_semicolons_at_the_ends_of_statements_go(source: str, made: str) -> None:
    assert without_semicolons(source) == made


@given(st.lists(st.sampled_from([piece for piece in PIECES if "#" not in piece]), max_size=6), st.booleans())
def test_taking_semicolons_off_changes_no_syntax(pieces: list[str], ended: bool) -> None:
    plain = "\n".join(pieces)
    quiet = "\n".join(piece + ";" if ended and piece and ":" not in piece else piece for piece in pieces)
    assert ast.dump(ast.parse(without_semicolons(quiet))) == ast.dump(ast.parse(plain))
