from __future__ import annotations

import ast

import pytest

from platform_core.errors import Fault
from promote.language.expression_scope import ExpressionScope
from promote.language.scopes import effects_of
from promote.language.syntax import annotation_names, selects_a_copy
from promote.language.uses import Effects


def effects(source: str) -> Effects:
    """Give the effects of the one statement of a text."""
    return effects_of(ast.parse(source).body[0])


@pytest.mark.parametrize(
    ("source", "reads", "binds", "maybe"),
    [
        ("x = y", {"y"}, {"x"}, set()),
        ("x += 1", {"x"}, {"x"}, set()),
        ("x: int = y", {"int", "y"}, {"x"}, set()),
        ("if c:\n    x = 1\nelse:\n    x = 2", {"c"}, {"x"}, set()),
        ("if c:\n    x = 1\n    y = x", {"c"}, set(), {"x", "y"}),
        ("if c:\n    x = 1\nelse:\n    raise ValueError", {"c", "ValueError"}, {"x"}, set()),
        ("for x in y:\n    z = x\nelse:\n    w = 1", {"y"}, set(), {"x", "z", "w"}),
        ("while c:\n    x = 1\nelse:\n    y = 2", {"c"}, set(), {"x", "y"}),
        ("try:\n    x = f()\nexcept E:\n    x = 0", {"f", "E"}, {"x"}, set()),
        ("try:\n    x = f()\nexcept E:\n    raise", {"f", "E"}, {"x"}, set()),
        ("try:\n    x = f()\nfinally:\n    y = 1", {"f"}, {"x", "y"}, set()),
        ("try:\n    x = 1\nexcept* E:\n    pass", {"E"}, set(), {"x"}),
        ("with a as b, c(b) as d:\n    e = d", {"a", "c"}, {"b"}, {"d", "e"}),
        ("with open(a) as b, closing(c) as d:\n    e = d", {"open", "a", "closing", "c"}, {"b", "d", "e"}, set()),
        ("with suppress(E):\n    x = 1", {"suppress", "E"}, set(), {"x"}),
        ("match s:\n    case [a, *b]:\n        pass\n    case _:\n        a = b = 0", {"s"}, {"a", "b"}, set()),
        ("match s:\n    case {'k': a, **b} if a > z:\n        pass", {"s", "z"}, set(), {"a", "b"}),
        ("x = [y for y in z if y > w]", {"z", "w"}, {"x"}, set()),
        ("x = {k: v for k, v in z}", {"z"}, {"x"}, set()),
        ("x = [(last := y) for y in z]", {"z"}, {"x"}, {"last"}),
        ("x = a and (b := c)", {"a", "c"}, {"x"}, {"b"}),
        ("x = a if b else c", {"a", "b", "c"}, {"x"}, set()),
        ("a, (b, *c), d.e, f[g] = h", {"d", "f", "g", "h"}, {"a", "b", "c"}, set()),
        ("import a.b, c as d", set(), {"a", "d"}, set()),
        ("from a import b as c, d", set(), {"c", "d"}, set()),
        ("from a import *", set(), set(), set()),
        ("def f(a: b = c) -> d:\n    return e", {"b", "c", "d"}, {"f"}, set()),
        ("@g(h)\ndef f():\n    pass", {"g", "h"}, {"f"}, set()),
        ("class A(B, metaclass=M):\n    x = y\n    def f(self):\n        return z", {"B", "M", "y"}, {"A"}, set()),
        ("del x, y.z", {"x", "y"}, set(), set()),
        ("f(*a, **b)", {"f", "a", "b"}, set(), set()),
        ("f'{a!r:>{b}}'", {"a", "b"}, set(), set()),
        ("x = lambda a, b=c: a + d", {"c"}, {"x"}, set()),
        ("try:\n    x = f()\nexcept:\n    x = 0", {"f"}, {"x"}, set()),
        ("a, *b.c = d", {"b", "d"}, {"a"}, set()),
        ("for a, *b[0] in d:\n    pass", {"b", "d"}, set(), {"a"}),
        ("a.b: c", {"a", "c"}, set(), set()),
        ("f(a)[b]: c", {"f", "a", "b", "c"}, set(), set()),
        ("x = [(y := 1) for y_ in z]", {"z"}, {"x"}, {"y"}),
        ("x = y[a] if b[c:d] else e", {"y", "a", "b", "c", "d", "e"}, {"x"}, set()),
    ],
)
def test_what_a_statement_reads_and_binds(source: str, reads: set[str], binds: set[str], maybe: set[str]) -> None:
    found = effects(source)
    assert set(found.reads) == reads
    assert found.binds == binds
    assert found.maybe == maybe


def test_names_that_code_looks_up_later_stand_apart() -> None:
    assert set(effects("def f(a):\n    return a + k").late) == {"k"}
    assert set(effects("x = lambda a: a + k").late) == {"k"}
    assert set(effects("class A:\n    def f(self):\n        return k").late) == {"k"}
    assert "k" in effects("x = (v * k for v in y)").late


def test_deleting_for_sure_and_perhaps() -> None:
    assert effects("del x").gone == {"x"}
    perhaps = effects("if c:\n    del x")
    assert (perhaps.deletes, perhaps.gone) == ({"x"}, set())
    assert effects("try:\n    f()\nexcept E as e:\n    pass").deletes == {"e"}
    again = effects("if c:\n    del x\nelse:\n    x = 1")
    assert (again.deletes, again.maybe, again.binds) == ({"x"}, {"x"}, set())


def test_a_name_that_is_only_annotated_is_declared() -> None:
    found = effects("x: int")
    assert found.declared == {"x"}
    assert not found.touched


def test_global_is_told_at_the_top_in_functions_and_in_classes() -> None:
    assert set(effects("global x").global_writes) == {"x"}
    assert set(effects("def f():\n    global x, y\n    x = 1\n    return y").global_writes) == {"x"}
    in_class = effects("class A:\n    global x\n    x = 1")
    assert set(in_class.global_writes) == {"x"}
    assert "x" in in_class.maybe


def test_await_in_all_its_forms() -> None:
    for source in ("await f()", "x = [v async for v in g]"):
        assert effects(source).awaits is not None
    inner = ast.parse("async def f():\n    async for x in y: pass\n    async with y as x: pass").body[0]
    assert isinstance(inner, ast.AsyncFunctionDef)
    assert all(effects_of(statement).awaits is not None for statement in inner.body)
    assert effects("async def f():\n    await g()").awaits is None


def test_what_a_function_says_of_itself() -> None:
    source = "def f(a, /, b, *c, d=[], e=-1, **g):\n    nonlocal_free.append(b)\n    h = 1\n    yield h"
    info = effects(source).functions["f"]
    assert info.parameters == ("a", "b", "d", "e", "c", "g")
    assert info.generator
    assert info.fresh_defaults == {"d"}
    assert info.local == {"a", "b", "c", "d", "e", "g", "h"}
    assert set(info.free) == {"nonlocal_free"}


def test_a_function_within_a_function_captures() -> None:
    found = effects("def f(a):\n    def g():\n        nonlocal a\n        a = a + k\n    return g")
    inner = next(i for i in found.lambdas.values() if "a" in i.free)
    assert inner.captured == {"a"}


def test_what_a_class_says_of_itself() -> None:
    source = (
        "class A(mod.Base):\n    items = []\n    n: int = field(default=0)\n    @property\n    def p(self): ...\n"
        "    def __add__(self, o): ...\n    def __init__(self): ..."
    )
    cls = effects(source).classes["A"]
    assert cls.bases == ("Base",)
    assert cls.implicit == {"p", "__add__"}
    assert cls.shared
    assert not effects("class A:\n    n: int = field(default=0)\n    k = -1\n    m: str").classes["A"].shared
    assert effects("class A:\n    def f(self):\n        type(self).n = 1").classes["A"].shared
    assert effects("class A:\n    @classmethod\n    def f(cls): ...").classes["A"].shared


def test_a_scope_that_knows_no_statements_says_so() -> None:
    with pytest.raises(Fault):
        ExpressionScope().run([])
    with pytest.raises(Fault):
        ExpressionScope().expression(ast.parse("lambda: 1", mode="eval").body)


def test_what_a_function_gives_and_keeps_to_itself() -> None:
    info = effects("def f(a):\n    x: Row = a\n    if a:\n        return\n    yield\n    return x").functions["f"]
    assert info.generator
    assert "Row" not in info.free, "annotations in a function are never evaluated"
    nested = effects("x = [(lambda: y + k) for y in z]")
    assert set(nested.late) == {"k"}, "a variable of the comprehension is its own"
    inner = effects("x = [[f(y) for y in z] for z in w]")
    assert set(inner.reads) == {"f", "w"}


@pytest.mark.parametrize(
    ("index", "copies"),
    [
        ("~mask", True),
        ("a.b.isin(known)", True),
        ("a['b'].notna() & c", True),
        ("pd.isna(b)", False),
        ("-1", False),
        ("(a > 1) & (b > 1)", True),
        ("(a > 1) | b", True),
        ("a + 1", False),
        ("['a', 'b']", True),
        ("[c for c in d]", True),
        (":, ['a']", True),
        ("1, 2", False),
        ("name", False),
        ("1:3", False),
    ],
)
def test_which_index_surely_copies(index: str, copies: bool) -> None:
    node = ast.parse(f"x[{index}]", mode="eval").body
    assert isinstance(node, ast.Subscript)
    assert selects_a_copy(node.slice) is copies


@pytest.mark.parametrize(
    ("annotation", "names", "texts"),
    [
        ("Row", {"Row"}, set()),
        ("'Row | None'", {"Row"}, {"Row"}),
        ("list['Row'] | Other", {"list", "Row", "Other"}, {"Row"}),
        ("Literal['x', 'y']", {"Literal"}, set()),
        ("Annotated[Row, 'a text']", {"Annotated", "Row"}, set()),
        ("'no Python at all'", set(), set()),
    ],
)
def test_which_names_an_annotation_holds(annotation: str, names: set[str], texts: set[str]) -> None:
    node = ast.parse(annotation, mode="eval").body
    assert {n.id for n in annotation_names(node, texts_only=False)} == names
    assert {n.id for n in annotation_names(node, texts_only=True)} == texts
