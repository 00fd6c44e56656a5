"""What Python and IPython do with a statement at the top of a cell, and not within a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def annotation_that_runs(node: ast.AST) -> ast.expr | None:
    """Give the first annotation of a variable that calls something, which Python evaluates at the top of a cell only.

    >>> told = [annotation_that_runs(ast.parse(t).body[0]) is None for t in ("x: f() = 1", "def g(): x: f() = 1")]
    >>> told, annotation_that_runs(ast.parse("x: list[int] = []")) is None
    ([False, True], True)
    """
    for part in _of_the_cell(node):
        if isinstance(part, ast.AnnAssign) and any(
            isinstance(one, (ast.Call, ast.NamedExpr)) for one in ast.walk(part.annotation)
        ):
            return part.annotation
    return None


def stored_twice(node: ast.AST) -> ast.Name | None:
    """Give the name that one assignment stores twice, of which Python 3.11.0 to 3.11.3 keep the first in a function.

    Only `m, m = x, y` and the like are told: what unpacks one value is stored in order everywhere.

    >>> texts = "m, m = x, y", "m, n, m = x, y, z", "m, n = x, y", "_, _ = pair", "def f(): m, m = x, y"
    >>> [stored_twice(ast.parse(text).body[0]) is not None for text in texts]
    [True, True, False, False, False]
    """
    assigned = (p for p in _of_the_cell(node) if isinstance(p, ast.Assign) and isinstance(p.value, ast.Tuple))
    for target in (target for part in assigned for target in part.targets):
        names = [one for one in getattr(target, "elts", ()) if isinstance(one, ast.Name)]
        for place, name in enumerate(names):
            if any(name.id == before.id for before in names[:place]):
                return name
    return None


def _of_the_cell(node: ast.AST) -> Iterator[ast.AST]:
    """Give the statements of a statement that run at the top of the cell, in order, and not within a function."""
    stack = [node]
    while stack:
        part = stack.pop()
        yield part
        if not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            stack += reversed(list(ast.iter_child_nodes(part)))


def shown_name(node: ast.stmt) -> ast.Name | None:
    """Give the name that a line holds and nothing else, so that IPython shows what it stands for.

    >>> shown_name(ast.parse("rents").body[0]).id, shown_name(ast.parse("rents.head()").body[0])
    ('rents', None)
    """
    return node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) else None
