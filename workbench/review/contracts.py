"""The columns of a pandera model and whether each may be null, read from the class and those it inherits from."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from promote.trees import parse
from workbench.review.literals import called, plain_text

_DEEPEST = 8  # classes above one another


class Classes:
    """The classes that a module can name: its own, and those it imports from helpers.

    Args:
        tree: The module.
        helpers: Text of the module of helpers that each imported name comes from.
    """

    def __init__(self, tree: ast.Module, helpers: Mapping[str, str]) -> None:
        self._own = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        self._helpers = helpers

    def find(self, name: str) -> tuple[ast.ClassDef, Classes] | None:
        """Give a class with what it can name itself."""
        if name in self._own:
            return self._own[name], self
        text = self._helpers.get(name)
        if text is None:
            return None
        try:
            there = Classes(parse(text), {})
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        return there.find(name)


def contract(schema: ast.expr | None, classes: Classes) -> tuple[tuple[str, bool], ...]:
    """Give the columns of the model that a decorator's `schema=` names, and whether each may be null."""
    return tuple(_columns(called(schema), classes, 0).items()) if isinstance(schema, ast.Name) else ()


def _columns(name: str, classes: Classes, depth: int) -> dict[str, bool]:
    found = classes.find(name)
    if found is None or depth == _DEEPEST:
        return {}
    node, around = found
    columns: dict[str, bool] = {}
    for base in reversed(node.bases):
        columns |= _columns(called(base), around, depth + 1)
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            column, nullable = _field(line.value)
            columns[column or line.target.id] = nullable
    return columns


def _field(value: ast.expr | None) -> tuple[str, bool]:
    """Give another name of the column, and whether it may be null: pandera's own default is that it may not."""
    if not isinstance(value, ast.Call):
        return "", False
    given = {word.arg: word.value for word in value.keywords}
    nullable = given.get("nullable")
    return plain_text(given.get("alias")), isinstance(nullable, ast.Constant) and nullable.value is True
