"""What Python and IPython do with a statement at the top of a cell, and not within a function."""

from __future__ import annotations

import ast


def annotation_that_runs(node: ast.AST) -> ast.expr | None:
    """Give the first annotation of a variable that calls something, which Python evaluates at the top of a cell only.

    >>> told = [annotation_that_runs(ast.parse(t).body[0]) is None for t in ("x: f() = 1", "def g(): x: f() = 1")]
    >>> told, annotation_that_runs(ast.parse("x: list[int] = []")) is None
    ([False, True], True)
    """
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.AnnAssign):
            if any(isinstance(one, (ast.Call, ast.NamedExpr)) for one in ast.walk(part.annotation)):
                return part.annotation
        elif not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            stack += reversed(list(ast.iter_child_nodes(part)))
    return None


def shown_name(node: ast.stmt) -> ast.Name | None:
    """Give the name that a line holds and nothing else, so that IPython shows what it stands for.

    >>> shown_name(ast.parse("rents").body[0]).id, shown_name(ast.parse("rents.head()").body[0])
    ('rents', None)
    """
    return node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) else None
