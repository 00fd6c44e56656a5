"""Texts and numbers that tell where code stands: a module has it elsewhere than the notebook had it."""

from __future__ import annotations

import ast

from promote.language.facts import Facts
from promote.language.showing import PURE_EFFECTS
from promote.trees import walk

_PLACES = frozenset(
    """__qualname__ __module__ co_firstlineno co_filename f_lineno tb_lineno format_exc format_tb format_stack
    format_exception extract_stack""".split()  # noqa: SIM905 - as `effects` writes its tables
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
