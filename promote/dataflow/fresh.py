"""How an input stands in the place of a load: every call of `load_asset` gives a frame of its own.

In a promoted function all loads of an asset are one parameter. Where several loads share it, or one may run again, each
of them is a copy, unless all that is done with the frame there is to read it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from platform_core.hints import Final
from promote.dataflow.loads import LoadCall
from promote.model import FrameKind
from promote.trees import walk

_COPIES: Mapping[FrameKind, str] = {"pandas": "copy", "polars": "clone"}  # nothing changes the other kinds
_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

# What gives something new of a Polars frame, whatever becomes of that.
# fmt: off
_READING = frozenset((
    "collect", "columns", "describe", "drop", "dtypes", "explode", "filter", "group_by", "head", "height",
    "is_empty", "join", "join_asof", "lazy", "limit", "n_unique", "null_count", "pivot", "rename", "sample",
    "schema", "select", "shape", "slice", "sort", "sum", "tail", "top_k", "unique", "unpivot", "width",
    "with_columns", "write_parquet",
))
# fmt: on


def runs_once(statement: ast.stmt, node: ast.AST) -> bool:
    r"""Whether a top-level statement evaluates an expression at most once.

    >>> statement = ast.parse("for x in f():\n    g()").body[0]
    >>> [runs_once(statement, call) for call in ast.walk(statement) if isinstance(call, ast.Call)]
    [True, False]
    """
    return not any(part is node for outer in walk(statement) for again in _again(outer) for part in walk(again))


def in_place_of(load: LoadCall, parameter: str, statement: ast.stmt, *, alone: bool) -> str:
    """Give the text for a load whose frame `parameter` takes; `alone` where no other load shares the parameter.

    >>> from promote.language.uses import Use
    >>> statement = ast.parse("x = load_asset('rents', 'pandas')").body[0]
    >>> load = LoadCall("load_asset", "rents", "pandas", None, statement.value, Use(1, 5))
    >>> [in_place_of(load, "rents", statement, alone=alone) for alone in (True, False)]
    ['rents', 'rents.copy()']
    """
    copy = _COPIES.get(load.kind) if load.what == "load_asset" else None
    if copy is None or (alone and runs_once(statement, load.node)):
        return parameter
    if load.kind == "polars" and any(
        isinstance(part, ast.Attribute) and part.value is load.node and part.attr in _READING
        for part in walk(statement)
    ):
        return parameter
    return f"{parameter}.{copy}()"


def bound_within(statement: ast.stmt) -> set[str]:
    r"""Give every name that a statement binds in any scope, so that it may mean something of its own there.

    >>> sorted(bound_within(ast.parse("def f(x, *y):\n    z = [w for w in x]").body[0]))
    ['f', 'w', 'x', 'y', 'z']
    """
    found: set[str] = set()
    for node in walk(statement):
        if isinstance(node, ast.Name):
            found |= {node.id} if not isinstance(node.ctx, ast.Load) else set()
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.split(".")[0])
        else:  # functions, classes, handlers, patterns
            found |= {name for field in ("name", "rest") if (name := getattr(node, field, None))}
    return found


def _again(node: ast.AST) -> list[ast.AST]:
    """The parts of a node that may be evaluated more than once when the node is."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [*node.body]
    if isinstance(node, ast.Lambda):
        return [node.body]
    if isinstance(node, _LOOPS):
        return [*node.body, *([node.test] if isinstance(node, ast.While) else [])]
    if isinstance(node, _COMPREHENSIONS):
        first = node.generators[0]
        inner = [first.target, *first.ifs, *node.generators[1:]]
        return [*inner, *([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])]
    return []
