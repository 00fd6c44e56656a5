"""Texts and numbers that tell where code stands: a module has it elsewhere than the notebook had it."""

from __future__ import annotations

import ast
from typing import TypeGuard

from promote.language.facts import Facts
from promote.language.showing import PURE_EFFECTS
from promote.language.syntax import dotted_of
from promote.trees import walk

_PLACES = frozenset(
    """__qualname__ __module__ co_firstlineno co_filename f_lineno tb_lineno format_exc format_tb format_stack
    format_exception extract_stack""".split()  # noqa: SIM905 - as `effects` writes its tables
)

_TO_TEXT = frozenset(
    "str repr ascii format format_map astype cast __str__ __repr__ __format__".split()  # noqa: SIM905 - as above
)


def own_place(facts: Facts) -> ast.expr | None:
    """Give the first expression of a statement that tells where code stands and is not only printed or logged.

    >>> from promote.language.facts import facts_of
    >>> texts = ("key = rule.__qualname__", "print(traceback.format_exc())", "key = rule.__name__")
    >>> [own_place(facts_of(text, False).statements[0]) is None for text in texts]
    [False, True, True]
    """
    if _PLACES.isdisjoint(facts.attributes) and _PLACES.isdisjoint(facts.names):
        return None
    shown: set[int] = set()
    for call in facts.kinds.get(ast.Call, ()):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called.startswith(("print", "exception", "critical", *PURE_EFFECTS)):
            shown |= {id(part) for part in walk(call)}
    for part in facts.parts:
        name = part.attr if isinstance(part, ast.Attribute) else part.id if isinstance(part, ast.Name) else ""
        if name in _PLACES and id(part) not in shown and isinstance(part.ctx, ast.Load):  # type: ignore[attr-defined]  # both have it
            return part  # type: ignore[return-value]  # an expression, as its name says
    return None


def is_dataclass(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    """Whether a statement defines a class that `dataclasses` gives its methods.

    >>> lines = ("@dataclass(order=True)", "@total")
    >>> [is_dataclass(ast.parse(line + chr(10) + "class P: pass").body[0]) for line in lines]
    [True, False]
    """
    return isinstance(node, ast.ClassDef) and any(_makes_a_dataclass(one) for one in node.decorator_list)


def shows_where_it_stands(node: ast.ClassDef) -> bool:
    """Whether the text of a dataclass holds its `__qualname__`: it does, but where it has a text of its own.

    >>> lines = ("@dataclass", "@dataclass(repr=False)")
    >>> [shows_where_it_stands(ast.parse(line + chr(10) + "class P: pass").body[0]) for line in lines]
    [True, False]
    """
    own = any(isinstance(one, ast.FunctionDef) and one.name == "__repr__" for one in node.body)
    given = [one for one in node.decorator_list if isinstance(one, ast.Call) and _makes_a_dataclass(one)]
    silent = any(k.arg == "repr" and getattr(k.value, "value", None) is False for one in given for k in one.keywords)
    return not own and not silent


def makes_texts(facts: Facts) -> bool:
    """Whether a statement may make a text of any object.

    >>> from promote.language.facts import facts_of
    >>> texts = ("list(map(str, rows))", "f'{row}'", "'%s' % row", "column.astype('str')", "row.x + 1")
    >>> [makes_texts(facts_of(text, False).statements[0]) for text in texts]
    [True, True, True, True, False]
    """
    if ast.FormattedValue in facts.kinds or ast.Mod in facts.kinds or not _TO_TEXT.isdisjoint(facts.attributes):
        return True
    if _TO_TEXT.isdisjoint(facts.names):
        return False
    used = [one for call in facts.kinds.get(ast.Call, ()) for one in (call.func, *call.args, *call.keywords)]
    named = (one.value if isinstance(one, ast.keyword) else one for one in used)  # `name: str` makes none
    return any(isinstance(one, ast.Name) and one.id in _TO_TEXT for one in named)


def _makes_a_dataclass(node: ast.expr) -> bool:
    path = dotted_of(node.func if isinstance(node, ast.Call) else node)
    return path is not None and path[-1] == "dataclass"
