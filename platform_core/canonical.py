"""The logic of Python source as text that no layout, comment or Python version changes.

`ast.dump` and `tokenize` differ between Python versions and keep docstrings; this form of our own does not. It is what
hashes of logic are made of. Standard library only.
"""

from __future__ import annotations

import ast

from platform_core.hints import Any

try:  # hashlib loads the whole of OpenSSL first
    from _sha256 import sha256  # type: ignore[import-not-found]  # no stub tells of it
except ImportError:  # a Python that keeps it elsewhere
    from hashlib import sha256

_IGNORED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_FIELDS: dict[type[ast.AST], tuple[tuple[str, str], ...]] = {}  # each with the words that come before it
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
    joined = "".join([f"{len(text)}:{text}" for text in texts])
    if joined.isascii():  # then a letter is a byte
        return str(sha256(joined.encode()).hexdigest())[:16]
    pieces: list[bytes] = []
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        pieces += (b"%d:" % len(encoded), encoded)
    return str(sha256(b"".join(pieces)).hexdigest())[:16]


def _write(node: object, into: list[str]) -> None:  # noqa: C901, PLR0912 - a call less for each field is felt
    """Append the text of a node; each kind is told by its class, once, since every step of a notebook is written."""
    kind: Any = node.__class__
    if kind is list:
        into.append("[")
        for item in node:  # type: ignore[attr-defined]  # a list, as its class says
            _write(item, into)
            into.append(",")
        into.append("]")
    elif kind is str:
        into.append(f"str:{node!a}")
    elif kind is ast.Constant:
        into.append(_constant(node.value))  # type: ignore[attr-defined]  # a Constant, as its class says
    elif kind is ast.JoinedStr:
        into.append("(JoinedStr")
        for part in _merged(node.values):  # type: ignore[attr-defined]  # as above
            _write(part, into)
        into.append(")")
    elif isinstance(node, ast.AST):
        into.append(f"({kind.__name__}")
        for name, before in _FIELDS.get(kind) or _fields(kind):
            value: Any = getattr(node, name, None)
            # A field that a later version added, or an optional one, leaves no trace while it is empty
            if value is None:
                continue
            if value.__class__ is str:
                into.append(f"{before}str:{value!a}")
                continue
            if value.__class__ is list:
                if name == "body" and kind in _DOCUMENTED and value and is_text(value[0]):
                    value = value[1:]
                if not value:
                    continue
            into.append(before)
            _write(value, into)
        into.append(")")
    else:
        into.append(_constant(node))


def _fields(kind: type[ast.AST]) -> tuple[tuple[str, str], ...]:
    """Give the fields of a kind of node that count, in an order that no version changes."""
    _FIELDS[kind] = tuple((name, f" {name}=") for name in sorted(kind._fields) if name not in _IGNORED)
    return _FIELDS[kind]


def _constant(value: object) -> str:
    # Not repr: it follows the Unicode version for text, and refuses very long integers
    if value.__class__ is int:  # a truth is another class
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


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is a text and nothing else, so that it is a docstring where it comes first."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
