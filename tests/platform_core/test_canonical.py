"""The canonical form of logic: what changes it and what does not."""

from __future__ import annotations

import ast

import pytest

from platform_core.canonical import canonical, digest


def form(source: str) -> str:
    return canonical(ast.parse(source))


SAME = [
    ("x = 1  # one", "x = 1"),
    ("x = (1 +\n     2)", "x = 1 + 2"),
    ("x = 'a'", 'x = "a"'),
    ("x = u'a'", "x = 'a'"),
    ("x = 1_000", "x = 0x3E8"),
    ("def f():\n    'doc'\n    return 1", "def f():\n    return 1"),
    ("class A:\n    '''doc'''\n    x = 1", "class A:\n    x = 1"),
    ("'doc'\nx = 1", "x = 1"),
    ("f'a' 'b' f'{x}'", "f'ab{x}'"),
    ("f'{x}' ''", "f'{x}'"),
    ("if a:\n  b()\n", "if a:\n        b()"),
]
OTHER = [
    ("x = 1", "x = 1.0"),
    ("x = 1", "x = True"),
    ("x = 1", "x = '1'"),
    ("x = 'a'", "x = b'a'"),
    ("x = 0.0", "x = -0.0"),
    ("a + b", "b + a"),
    ("f'{x!r}'", "f'{x}'"),
    ("f'{x}{y}'", "f'{x} {y}'"),
    ("f(a, b)", "f((a, b))"),
    ("def f(x=1): ...", "def f(x=2): ..."),
    ("x: int = 1", "x: str = 1"),
    ("[a for a in b]", "(a for a in b)"),
    ("return_ = None", "return_ = ..."),
    ("f()\n'text'", "f()"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_layout_comments_and_docstrings_leave_no_trace(left: str, right: str) -> None:
    assert form(left) == form(right)


@pytest.mark.parametrize(("left", "right"), OTHER)
def test_logic_does(left: str, right: str) -> None:
    assert form(left) != form(right)


def test_very_long_integers_and_odd_text_have_a_form() -> None:
    assert form(f"x = 0x{'f' * 5000}") != form(f"x = 0x{'f' * 5001}")
    assert form("x = '\\ud800\\u200b\U0001fae8'").isascii()


def test_pieces_of_an_f_string_are_joined_however_a_version_cuts_them() -> None:
    name = ast.FormattedValue(ast.Name("x", ast.Load()), -1, None)
    cut = [ast.Constant("a"), ast.Constant(""), ast.Constant("b"), name, ast.Constant("")]
    assert canonical(ast.JoinedStr(list(cut))) == canonical(ast.JoinedStr([ast.Constant("ab"), name]))


def test_the_form_is_pinned() -> None:
    """A change of the form changes the code version of every asset: it has to be meant."""
    source = "def f(a, *, b: int = 2):\n    return [f'{x:>{b}}' for x in a if x not in (1, None)]"
    assert digest(form(source)) == "759abbc11a9b4957"


def test_a_digest_sets_texts_off_from_each_other() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("\ud800") == digest("\ud800")
    assert len(digest()) == 16
