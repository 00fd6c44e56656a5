"""Hashes of logic and of text that are the same on every machine and Python version.

`code_version` is a hash of a canonical form of the syntax tree, so comments and layout do not change it; `ast.dump` and
`ast.unparse` differ between versions of Python, so the form is our own. `body_hash` is of a module's tokens, comments
too, without layout: it says whether a person edited the file.
"""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
from collections.abc import Iterable, Iterator

# Left out of the form: places, contexts, and fields that not every version has. Annotations say nothing of the logic.
_SKIPPED = frozenset(("ctx", "kind", "type_comment", "type_params", "annotation", "returns", "type_ignores"))
_LAYOUT = frozenset((tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER))
HASH_LENGTH = 16  # hexadecimal digits: 64 bits tell the versions of one file apart


def digest(parts: Iterable[str]) -> str:
    """Give a short hash of texts, each set off from the next.

    >>> digest(["a", "b"]) == digest(["ab"])
    False
    """
    total = hashlib.sha256()
    for part in parts:
        data = part.encode()
        total.update(f"{len(data)}:".encode())
        total.update(data)
    return total.hexdigest()[:HASH_LENGTH]


def logic(source: str) -> str:
    """Give the canonical form of code: the same after a change of comments, layout, quotes or docstrings.

    >>> logic("x = 'a'  # one") == logic('x = "a"')
    True
    >>> logic("x = 1") == logic("x = 1.0")
    False
    """
    return "".join(_form(ast.parse(source)))


def _form(node: object) -> Iterator[str]:
    if isinstance(node, ast.AST):
        yield f"({type(node).__name__}"
        for name in node._fields:
            if name in _SKIPPED:
                continue
            value = getattr(node, name, None)
            if name == "body" and isinstance(value, list) and _has_docstring(node, value):
                value = value[1:]
            if name == "values" and isinstance(node, ast.JoinedStr):
                value = _merged(node.values)
            yield f" {name}="
            yield from _form(value)
        yield ")"
    elif isinstance(node, list):
        yield "["
        for item in node:
            yield from _form(item)
        yield "]"
    elif isinstance(node, (str, bytes)):
        yield f"{type(node).__name__}:{len(node)}:{node!r}"
    else:
        yield f"{type(node).__name__}:{node!r}"


def _has_docstring(node: ast.AST, body: list[ast.stmt]) -> bool:
    return (
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and len(body) > 1
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    )


def _merged(values: list[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string with neighbouring texts joined: versions cut them differently."""
    found: list[ast.expr] = []
    for value in values:
        if isinstance(value, ast.Constant) and found and isinstance(last := found[-1], ast.Constant):
            found[-1] = ast.Constant(str(last.value) + str(value.value))
        else:
            found.append(value)
    return found


def body_hash(text: str) -> str:
    """Give the hash of a module's tokens; a file that cannot be read as Python is hashed as it is."""
    try:
        return digest(_tokens(text))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return digest([text])


def _tokens(text: str) -> Iterator[str]:
    """The tokens in order; an f-string counts as one, as it did before Python 3.12."""
    lines = text.splitlines(keepends=True)
    starts = {getattr(tokenize, n, -1) for n in ("FSTRING_START", "TSTRING_START")} - {-1}
    ends = {getattr(tokenize, n, -1) for n in ("FSTRING_END", "TSTRING_END")} - {-1}
    depth = 0
    start = (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in starts:
            start = token.start if depth == 0 else start
            depth += 1
        elif token.type in ends:
            depth -= 1
            if depth == 0:
                yield _between(lines, start, token.end)
        elif depth == 0 and token.type == tokenize.INDENT:
            yield "{"
        elif depth == 0 and token.type == tokenize.DEDENT:
            yield "}"
        elif depth == 0 and token.type not in _LAYOUT:
            yield token.string


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    middle = lines[start[0] : end[0] - 1]
    return "".join([lines[start[0] - 1][start[1] :], *middle, lines[end[0] - 1][: end[1]]])
