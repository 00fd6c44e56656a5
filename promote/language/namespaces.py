"""Code that makes names at run time, or has the notebook's own namespace in its hands."""

from __future__ import annotations

import ast

from promote.language.effects import NAMESPACES
from promote.language.syntax import begins_with, dotted_of

_NAMESPACES = frozenset(("globals", "locals", "vars", "eval"))


def binds_anything(node: ast.AST) -> bool:
    """Whether a statement may bind or change names that stand nowhere in it: `exec`, a namespace more than looked at.

    >>> [binds_anything(ast.parse(text).body[0]) for text in ("exec(code)", "'K' in globals()", "vars()['K'] = 1")]
    [True, False, True]
    """
    looked_at: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Compare):
            looked_at |= {id(c) for c in part.comparators}
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "len":
            looked_at |= {id(a.func) for a in part.args if isinstance(a, ast.Call)}  # `len(gc.get_objects())`
        elif (
            (isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load))
            or (isinstance(part, ast.Attribute) and part.attr in {"get", "keys", "items", "values"})
            or (isinstance(part, ast.keyword) and part.arg is None)
        ):
            looked_at.add(id(part.value))
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in NAMESPACES and id(part) not in looked_at:
            return True
        if isinstance(part, ast.Subscript) and is_the_notebook(part):
            return True
        if isinstance(part, (ast.Name, ast.alias)) and "__main__" in {
            getattr(part, "id", ""),
            getattr(part, "name", ""),
        }:
            return True
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            if part.func.id == "exec" and len(part.args) == 1 and not part.keywords:
                return True
            if part.func.id in {"globals", "locals", "vars"} and not part.args and id(part) not in looked_at:
                return True
    return _changes_what_it_looks_up(node)


def _changes_what_it_looks_up(node: ast.AST) -> bool:
    """Whether a statement changes an object that it found by a name made at run time: `globals()[n]["x"] = 1`."""
    parts = list(ast.walk(node))
    if not any(isinstance(part, ast.Name) and part.id in _NAMESPACES for part in parts):
        return False
    roots = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)} | _NAMESPACES
    for part in parts:
        changed: ast.expr | None = None
        if isinstance(part, (ast.Attribute, ast.Subscript)) and not isinstance(part.ctx, ast.Load):
            changed = part
        elif (
            isinstance(part, ast.Expr)
            and isinstance(part.value, ast.Call)
            and isinstance(part.value.func, ast.Attribute)
        ):
            changed = part.value.func
        if changed is not None and begins_with(changed) in roots:
            return True
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and _looks_up(node.value.value)


def _looks_up(node: ast.expr) -> bool:
    """Whether an expression is the namespace itself, so that an item of it is an object of the notebook."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMESPACES - {"eval"}


def is_the_notebook(node: ast.Subscript) -> bool:
    """Whether an item is the module that a notebook's cells are: `sys.modules[__name__]`."""
    key = getattr(node.slice, "id", getattr(node.slice, "value", ""))
    return key in {"__name__", "__main__"} and (dotted_of(node.value) or ("",))[-1] == "modules"
