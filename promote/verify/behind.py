"""Which of a step's source texts a name is made by."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def parts_behind(program: Sequence[str], name: str) -> set[int]:
    """Give the numbers of the source texts that a name is made by, with all that those use.

    >>> sorted(parts_behind(["import a", "b = a.c", "d = 1", "e = b"], "e"))
    [0, 1, 3]
    """
    trees = [ast.parse(text) for text in program]
    bound = [_bound(tree) for tree in trees]
    used = [
        {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        for tree in trees
    ]
    found: set[int] = set()
    ahead = {name}
    while ahead:
        wanted = ahead.pop()
        for place in range(len(trees)):
            if place not in found and (wanted in bound[place] or "*" in bound[place]):
                found.add(place)
                ahead |= used[place]
    return found


def _bound(tree: ast.Module) -> set[str]:
    """Give the names that a source text binds, or may change in place, at its own level."""
    names: set[str] = set()
    for node in _outside(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import() | ast.ImportFrom():
                names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()) | ast.Expr(value=ast.Call()):
                names |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes that are in no function and no class; those themselves, but not what is in them."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _outside(child)
