"""Names that functions of the notebook declare `global`: in a promoted function they are names of that function.

There `nonlocal` says what `global` said in the notebook, as long as the function around binds the name and no function
in between has a name like it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set

from promote.dataflow.program import Statement
from promote.trees import below

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def declarations(node: ast.AST, around: tuple[ast.AST, ...] = ()) -> Iterator[tuple[ast.Global, bool]]:
    r"""Give the `global` statements below a node, each with whether `nonlocal` would name what is around it all.

    >>> tree = ast.parse("def f(b):\n    global a\n    def g():\n        global b\n    def h():\n        global c")
    >>> [(found.names, plain) for found, plain in declarations(tree)]
    [(['a'], True), (['b'], False), (['c'], True)]
    """
    for part in below(node):
        if isinstance(part, ast.Global):
            between = set().union(*(_bound(outer, around[-1]) for outer in around[:-1]))
            yield part, bool(around) and between.isdisjoint(part.names)
        elif isinstance(part, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield from declarations(part, (*around, part) if isinstance(part, _FUNCTIONS) else around)


def _bound(node: ast.AST, but: ast.AST) -> set[str]:
    """Give the names that anything below a function binds, but for what is within another function."""
    found: set[str] = set()
    for part in below(node):
        if part is but:
            continue
        if isinstance(part, ast.arg):
            found.add(part.arg)
        elif isinstance(part, ast.alias):
            found.add((part.asname or part.name).split(".")[0])
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        else:
            found |= {name for key in ("name", "rest") if isinstance(name := getattr(part, key, None), str)}
        found |= _bound(part, but)
    return found


def of_statement(statement: Statement) -> list[tuple[ast.Global, bool]]:
    """Give the `global` statements of a statement of the notebook, as `declarations` does."""
    if ast.Global not in statement.facts.kinds:
        return []
    node = statement.node
    if isinstance(node, ast.Global):
        return [(node, False)]
    return list(declarations(node, (node,) if isinstance(node, _FUNCTIONS) else ()))


def kept(included: Sequence[Statement]) -> frozenset[str]:
    """Give the names that may stay: one of the statements binds each, and each `global` of it can be written anew."""
    found = [one for statement in included for one in of_statement(statement)]
    if not found:
        return frozenset()
    bound = {name for statement in included for name in statement.effects.binds}
    lost = {name for node, plain in found if not plain for name in node.names}
    return frozenset(name for node, _ in found for name in node.names if name in bound - lost)


def rewritten(node: ast.Global, local: Set[str]) -> str:
    """Give the text that takes the place of a `global`, where `local` are names of the function around.

    >>> rewritten(ast.Global(["a", "b"]), {"b"})
    'nonlocal b; global a'
    """
    mine = [name for name in node.names if name in local]
    others = [name for name in node.names if name not in local]
    parts = [f"nonlocal {', '.join(mine)}"] if mine else []
    return "; ".join([*parts, *([f"global {', '.join(others)}"] if others else [])])
