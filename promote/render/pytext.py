"""Writing Python text that a formatter would leave as it is, and that no hostile text can break out of."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from platform_core.hints import Any

WIDTH = 120


def literal(value: Any) -> str:
    r"""Give a value as Python source: texts in double quotes where that needs no escape, sequences as lists.

    >>> print(literal('say "hi"'), literal({"a": [1, None]}), literal("it's"))
    'say "hi"' {"a": [1, None]} "it's"
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def _text(value: str) -> str:
    shown = repr(value)
    if shown[0] == "'" and '"' not in value:
        inner = shown[1:-1].replace("\\'", "'")
        return f'"{inner}"'
    return shown


def docstring(text: str, prefix: str = "") -> list[str]:
    r'''Give a docstring's lines, quotes included, wrapped to the width; nothing in `text` can end it.

    >>> docstring('Ends with a "quote"')
    ['"""Ends with a "quote\\""""']
    '''
    clean = "".join(c if c == "\n" or c.isprintable() else " " for c in text.replace("\t", "    "))
    clean = clean.replace("\\", "\\\\").strip()
    clean = re.sub(r'"{3}|"\Z', lambda quotes: quotes[0].replace('"', '\\"'), clean)
    lines: list[str] = []
    for line in clean.split("\n"):
        wrapped = _wrapped_text(line.rstrip(), WIDTH - len(prefix) - 4, long_words=False)
        lines += wrapped or ([""] if lines and lines[-1] else [])
    if not lines:
        lines = ["No description."]
    lines[0] = '"""' + lines[0]
    if len(lines) == 1:
        lines[0] += '"""'
    else:
        lines.append('"""')
    return [prefix + line if line else "" for line in lines]


def _wrapped_text(text: str, width: int, *, long_words: bool = True, blanks: bool = False) -> list[str]:
    """Wrap a text; without `long_words` these are left whole, with `blanks` those at the ends of lines stay."""
    import textwrap  # noqa: PLC0415 - a check renders nothing, and its patterns take a while to compile

    return textwrap.wrap(text, width, break_long_words=long_words, drop_whitespace=not blanks, break_on_hyphens=False)


def call(prefix: str, items: Sequence[str], suffix: str, *, explode: bool = False) -> list[str]:
    """Give a call or signature on one line where it fits, else its items on one line, else one to a line.

    `prefix` ends in the opening bracket, `suffix` begins with the closing one.

    >>> call("f(", ["a=1", "b=2"], ")")
    ['f(a=1, b=2)']
    """
    indentation = prefix[: len(prefix) - len(prefix.lstrip())]
    one = prefix + ", ".join(items) + suffix
    if not explode and len(one) <= WIDTH and "\n" not in one:
        return [one]
    inner = indentation + "    " + ", ".join(items)
    if not explode and len(inner) <= WIDTH and "\n" not in inner:
        return [prefix, inner, indentation + suffix]
    return [prefix, *(f"{indentation}    {item}," for item in items), indentation + suffix]


def keyword(name: str, value: Any, indentation: str = "    ") -> str:
    """Give `name=value` for a line of its own; a text too long for the line is cut into pieces within brackets."""
    shown = f"{name}={literal(value)}"
    if len(indentation) + len(shown) + 1 <= WIDTH:
        return shown
    inner = indentation + "    "
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, str):
        pieces = _wrapped_text(value, WIDTH - len(inner) - 6, blanks=True)
        return f"{name}=(\n" + "".join(f"{inner}{literal(piece)}\n" for piece in pieces) + f"{indentation})"
    if isinstance(value, list):
        return f"{name}=[\n" + "".join(f"{inner}{_wrapped(item, inner)},\n" for item in value) + f"{indentation}]"
    if isinstance(value, dict):
        rows = (f"{inner}{literal(k)}: {_wrapped(v, inner, len(literal(k)) + 2)},\n" for k, v in value.items())
        return f"{name}={{\n" + "".join(rows) + f"{indentation}}}"
    return shown


def _wrapped(value: Any, indentation: str, used: int = 0) -> str:
    """A value within a bracket, broken one item to a line where it is too long."""
    shown = literal(value)
    value = list(value) if isinstance(value, tuple) else value
    if len(indentation) + used + len(shown) + 1 <= WIDTH or not isinstance(value, (list, dict)) or not value:
        return shown
    inner = indentation + "    "
    if isinstance(value, list):
        return "[\n" + "".join(f"{inner}{_wrapped(v, inner)},\n" for v in value) + indentation + "]"
    rows = (f"{inner}{literal(k)}: {_wrapped(v, inner, len(literal(k)) + 2)},\n" for k, v in value.items())
    return "{\n" + "".join(rows) + indentation + "}"


def json_text(value: Any) -> str:
    """Give a value as the JSON text of a file: two blanks of indent, keys as they come, a line end at the end."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def plain_text(text: str) -> str:
    """Give a text for one line of a comment: what cannot be printed becomes a question mark."""
    return "".join(c if c.isprintable() else "?" for c in text)
