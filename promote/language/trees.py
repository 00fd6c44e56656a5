"""Walking syntax trees quickly: the standard library's `ast.walk` asks each node twice what it holds."""

from __future__ import annotations

import ast


def walk(node: ast.AST) -> list[ast.AST]:
    """Give a node and all nodes below it, each level before the next, as `ast.walk` does, but for `ctx` nodes.

    >>> [type(part).__name__ for part in walk(ast.parse("x = f(1)").body[0])]
    ['Assign', 'Name', 'Call', 'Name', 'Constant']
    """
    found = [node]
    for part in found:
        for name in part._fields:
            value = getattr(part, name, None)
            if value.__class__ is list:
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and name != "ctx":
                found.append(value)
    return found
