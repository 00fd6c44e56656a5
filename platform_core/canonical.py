"""The logic of Python source as text that no layout, comment or Python version changes.

`ast.dump` and `tokenize` differ between Python versions and keep docstrings; this form of our own does not. It is what
hashes of logic are made of. Standard library only.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from typing import Any

_IGNORED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def canonical(tree: ast.AST) -> str:
    """Give a syntax tree as text: the same for the same logic, on every Python version.

    Comments, layout, docstrings, the quotes of strings and the digits of numbers (`1_000`) leave no trace.

    >>> same = ["x = 1_000  # a comment", "x = (1000)"]
    >>> len({canonical(ast.parse(source)) for source in same})
    1
    """
    return "".join(_parts(tree))


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


def _parts(node: object) -> Iterator[str]:
    match node:
        case ast.Constant():
            yield _constant(node.value)
        case ast.JoinedStr():
            yield "(JoinedStr"
            for part in _merged(node.values):
                yield from _parts(part)
            yield ")"
        case ast.AST():
            yield f"({type(node).__name__}"
            for name in sorted(node._fields):
                value: Any = getattr(node, name, None)
                if name == "body" and isinstance(node, _DOCUMENTED):
                    value = _without_docstring(value)
                # A field that a later version added, or an optional one, leaves no trace while it is empty
                if name not in _IGNORED and value is not None and value != []:
                    yield f" {name}="
                    yield from _parts(value)
            yield ")"
        case list():
            yield "["
            for item in node:
                yield from _parts(item)
                yield ","
            yield "]"
        case _:
            yield _constant(node)


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
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body
