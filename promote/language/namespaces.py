"""Code that makes names at run time, or has the notebook's own namespace in its hands."""

from __future__ import annotations

import ast

from promote.language.effects import NAMESPACES
from promote.language.syntax import begins_with, is_the_notebook

_NAMESPACES = frozenset(("globals", "locals", "vars", "eval"))


def binds_anything(node: ast.AST) -> bool:
    """Whether a statement may bind or change names that stand nowhere in it: `exec`, a namespace more than looked at.

    >>> [binds_anything(ast.parse(text).body[0]) for text in ("exec(code)", "'K' in globals()", "vars()['K'] = 1")]
    [True, False, True]
    >>> texts = "eval('rents.pop()')", "eval('rents')", "rents.map(lambda text: eval(text))", "eval(code)"
    >>> [binds_anything(ast.parse(text).body[0]) for text in texts]
    [True, False, False, True]
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
            opens = part.func.id in {"globals", "locals", "vars"} and not part.args and id(part) not in looked_at
            if opens or _runs_here(part, part.func.id, node):
                return True
    return _changes_what_it_looks_up(node)


def _runs_here(call: ast.Call, name: str, within: ast.AST) -> bool:
    """Whether a call runs a text as code of the notebook, which may change something."""
    if len(call.args) != 1 or call.keywords:
        return False
    return name == "exec" or (name == "eval" and _may_call(call.args[0], within))


def _may_call(text: ast.expr, within: ast.AST) -> bool:
    """Whether a text that is evaluated may call something: one that stands there, or a variable but for a parameter."""
    if isinstance(text, ast.Name):
        own = {part.arg for part in ast.walk(within) if isinstance(part, ast.arg)}
        loops = [part for one in ast.walk(within) for part in ast.walk(getattr(one, "target", None) or text)]
        return text.id not in own | {part.id for part in loops if isinstance(part, ast.Name) and part is not text}
    words = (part.value for part in ast.walk(text) if isinstance(part, ast.Constant))
    return any(isinstance(word, str) and "(" in word for word in words)


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
