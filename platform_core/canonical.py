"""The logic of Python source as text that no layout, comment or Python version changes.

`ast.dump` and `tokenize` differ between Python versions and keep docstrings; this form of our own does not. It is what
hashes of logic are made of. Standard library only.
"""

from __future__ import annotations

import ast
import hashlib
from typing import Any

_IGNORED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def canonical(tree: ast.AST) -> str:
    """Give a syntax tree as text: the same for the same logic, on every Python version.

    Comments, layout, docstrings, the quotes of strings and the digits of numbers (`1_000`) leave no trace.

    >>> same = ["x = 1_000  # a comment", "x = (1000)"]
    >>> len({canonical(ast.parse(source)) for source in same})
    1
    """
    into: list[str] = []
    _write(tree, into)
    return "".join(into)


def digest(*texts: str) -> str:
    """Give the 16 hexadecimal digits that stand for some texts.

    >>> digest("a", "b") == digest("ab")
    False
    """
    whole = hashlib.sha256()
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(encoded) + encoded)
    return whole.hexdigest()[:16]


def _write(node: object, into: list[str]) -> None:
    """Append the text of a node; most are plain nodes and lists, so these come first."""
    if isinstance(node, list):
        into.append("[")
        for item in node:
            _write(item, into)
            into.append(",")
        into.append("]")
    elif isinstance(node, ast.Constant):
        into.append(_constant(node.value))
    elif isinstance(node, ast.JoinedStr):
        into.append("(JoinedStr")
        for part in _merged(node.values):
            _write(part, into)
        into.append(")")
    elif isinstance(node, ast.AST):
        into.append(f"({type(node).__name__}")
        for name in _FIELDS.get(type(node)) or _fields(type(node)):
            value: Any = getattr(node, name, None)
            # A field that a later version added, or an optional one, leaves no trace while it is empty
            if value is None:
                continue
            if name == "body" and isinstance(node, _DOCUMENTED):
                value = _without_docstring(value)
            if value != []:
                into.append(f" {name}=")
                _write(value, into)
        into.append(")")
    else:
        into.append(_constant(node))


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """Give the fields of a kind of node that count, in an order that no version changes."""
    _FIELDS[kind] = tuple(name for name in sorted(kind._fields) if name not in _IGNORED)
    return _FIELDS[kind]


def _constant(value: object) -> str:
    # Not repr: it follows the Unicode version for text, and refuses very long integers
    if isinstance(value, int) and not isinstance(value, bool):
        return f"int:{value:x}"
    return f"{type(value).__name__}:{value!a}"


def _merged(values: list[ast.expr]) -> list[ast.expr]:
    """Join the pieces of text between the braces of an f-string, which versions cut up differently."""
    merged: list[ast.expr] = []
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if not value.value:
                continue
            if merged and isinstance(merged[-1], ast.Constant):
                merged[-1] = ast.Constant(str(merged[-1].value) + value.value)
                continue
        merged.append(value)
    return merged


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if body and is_text(body[0]) else body


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is a text and nothing else, so that it is a docstring where it comes first."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
