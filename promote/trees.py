"""Syntax trees, made once for each text and walked quickly: `ast.walk` asks each node twice what it holds."""

from __future__ import annotations

import ast
import gc
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_MANY = 50_000  # objects made between two looks for circles; Python's own is 700


@lru_cache(maxsize=256)
def parse(source: str) -> ast.Module:
    """Parse Python; the stages ask for the trees of the same cells, so those of late are kept, and none may be changed.

    Raises:
        SyntaxError: The text is no Python.
        ValueError, RecursionError, MemoryError: Python cannot read it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that a string does not know
        return ast.parse(source)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let Python look for circles of garbage seldom: trees and findings hold none, and are many."""
    usual = gc.get_threshold()
    gc.set_threshold(max(_MANY, usual[0]) if usual[0] else 0, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def statements(node: ast.AST) -> Iterator[ast.AST]:
    r"""Give the statements below a node, each level before the next, without a look into expressions.

    >>> [type(part).__name__ for part in statements(ast.parse("if x:\n    y = [z for z in x]\nelse:\n    pass"))]
    ['If', 'Assign', 'Pass']
    """
    found: list[ast.AST] = [node]
    for part in found:
        for name in _BLOCKS:
            found += getattr(part, name, ())
    yield from found[1:]


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


def by_kind(parts: Iterable[Iterable[ast.AST]]) -> Mapping[type[ast.AST], list[Any]]:
    """Give the nodes of many trees by their class, in their order; a class of which there is none has no nodes.

    >>> [name.id for name in by_kind([walk(ast.parse("x = y"))])[ast.Name]]
    ['x', 'y']
    """
    found: defaultdict[type[ast.AST], list[Any]] = defaultdict(list)
    for within in parts:
        for node in within:
            found[node.__class__].append(node)
    return found
