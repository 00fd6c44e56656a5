"""What Python and IPython do with a statement at the top of a cell, and not within a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promote.language.syntax import dotted_of


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


def shown(node: ast.stmt) -> ast.expr | None:
    """Give what a line holds and does nothing else with, so that IPython shows it where it ends a cell.

    A text that the line itself makes runs no code of an object when it is shown.

    >>> texts = "rents[0]", "print(rents)", "f'{rents}'"
    >>> [value and ast.unparse(value) for value in (shown(ast.parse(text).body[0]) for text in texts)]
    ['rents[0]', None, None]
    """
    if not isinstance(node, ast.Expr) or isinstance(node.value, ast.JoinedStr):
        return None
    called = node.value.func if isinstance(node.value, ast.Call) else None
    return None if isinstance(called, ast.Name) and called.id in {"print", "display"} else node.value


def changes_when_shown(method: ast.AST | None) -> bool:
    r"""Whether a method by which objects show themselves plainly changes something.

    >>> changes_when_shown(ast.parse("def __repr__(self):\n    self.shown += 1\n    return self.name"))
    True
    >>> changes_when_shown(ast.parse("def __repr__(self):\n    name = self.name.strip()\n    return name"))
    False
    """
    return any(map(_changes, ast.walk(method))) if method is not None else False


def _changes(part: ast.AST) -> bool:
    if isinstance(part, (ast.Assign, ast.AugAssign)):
        targets = part.targets if isinstance(part, ast.Assign) else [part.target]
        return not all(isinstance(target, ast.Name) for target in targets)
    if isinstance(part, ast.Call):
        return (dotted_of(part.func) or ("",))[-1] in {"next", "pop", "popleft"}
    alone = isinstance(part, ast.Expr) and isinstance(part.value, ast.Call)
    return alone or isinstance(part, (ast.Global, ast.Nonlocal, ast.Delete))
