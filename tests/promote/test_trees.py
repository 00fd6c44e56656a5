from __future__ import annotations

import ast
import inspect
import warnings
from collections import Counter

import pytest

from promote import trees
from promote.trees import below, by_kind, kept_by_text, walk

EVERYTHING = """
async def f(a, /, b: int = 1, *c, d=None, **e) -> "x":
    global g
    async for x in y: await z
    async with p as q: yield
    return lambda h: (yield from h)
class A(B, metaclass=C): x: int = 1; del x; assert x, "m"
match v:
    case {"k": 1, **rest} | [1, *other] | P(1, n=None) as whole if True: pass
try: raise E from F
except* G as err: nonlocal_ = f"{a!r:>{w}}"
else: x[1:2:3] = {**d, 1: 2}; {i for i in j if k}; {a: b for a in c}; [*l, (m := 1)]; not -n ** o
finally: import u.v as w; from . import t
for i in range(3): continue
while a < b <= c: break
x += 1 if y and z else ~w
"""


@pytest.mark.parametrize("source", [EVERYTHING, inspect.getsource(trees), inspect.getsource(ast)])
def test_a_walk_gives_what_that_of_the_standard_library_gives_but_for_contexts(source: str) -> None:
    tree = ast.parse(source)
    whole = [node for node in ast.walk(tree) if not isinstance(node, ast.expr_context)]
    assert [id(node) for node in walk(tree)] == [id(node) for node in whole]
    for node in whole:
        children = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr_context)]
        assert [id(child) for child in below(node)] == [id(child) for child in children]
    counts = Counter(type(node) for node in whole)
    assert {kind: len(nodes) for kind, nodes in by_kind(walk(tree)).items()} == counts


def test_what_was_made_of_a_text_is_kept_until_too_many_others_were_used_since(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_MOST_TEXT", 10)
    made: list[tuple[str, int]] = []

    @kept_by_text
    def one(text: str, number: int) -> object:
        made.append((text, number))
        return object()

    first, other = one("aaa", 1), one("aaa", 2)
    assert first is one("aaa", 1)
    assert first is not other
    assert one("bbb", 1) is not None  # more than ten letters: the one used longest ago goes
    assert made == [("aaa", 1), ("aaa", 2), ("bbb", 1)]
    assert one("aaa", 1) is first
    one("aaa", 2)
    assert made[3:] == [("aaa", 2)]
    assert one("a" * 11, 1) is not one("a" * 11, 1)  # longer than all that is kept


def test_what_raises_is_not_kept() -> None:
    for _ in range(2):
        with pytest.raises(SyntaxError):
            trees.parse("x = = 1")


@pytest.mark.parametrize("source", ["x = '\\d'", "x = 1if y else 2", "x = ("])
def test_what_python_warns_of_as_it_parses_is_heard_of_before_and_after_alone(source: str) -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        filters = warnings.filters
        for _ in range(2):
            assert trees.is_python(source) is not source.endswith("(")
        assert warnings.filters is filters
        assert not heard
        warnings.warn("from others", stacklevel=1)
    assert [str(one.message) for one in heard] == ["from others"]
