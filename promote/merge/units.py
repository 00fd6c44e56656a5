r"""Code as a row of units, what a merge works on: each a logical line or a comment on a line of its own.

A unit is a simple statement, or the head of a compound one, whole with the lines that its brackets and strings span.
Two units are the same where they differ in blanks alone; how deep a unit stands is no layout, so it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from platform_core.values import dataclass
from promote.dataflow.excerpt import lines_in_strings
from promote.ipython.statements import extents

_WORD = re.compile(
    r'''(?P<string>"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'(?:[^\\]|\\.)*?(?:\'\'\'|\Z)'''
    r"""|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|(?P<comment>\#[^\n]*)|(?P<space>(?:\s|\\\n)+)|(?P<word>\w+|.)""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its lines as written, what it is told by, and where it stands (lines from 1)."""

    text: str
    key: str
    first: int
    last: int


def units(text: str) -> tuple[Unit, ...]:
    r"""Give the units of a text in order; blank lines are none.

    >>> [unit.text for unit in units("x = (1,\n  2)\n\n# why\ny = 3")]
    ['x = (1,\n  2)', '# why', 'y = 3']
    """
    found: list[Unit] = []
    line, at = 1, 0
    for extent in extents(text):
        line += text.count("\n", at, extent.start)
        at = extent.start
        piece = text[extent.start : extent.end]
        if piece.strip():
            found.append(Unit(piece.rstrip(), key(piece), line, line + piece.count("\n")))
    return tuple(found)


def key(text: str) -> str:
    """Give what a unit is told by: its depth and its words, without the blanks between them.

    >>> key("f( a,b )") == key("f(a, b)"), key("  x") == key("x")
    (True, False)
    """
    depth = len(text) - len(text.lstrip(" \t"))
    words = (match[0].rstrip() for match in _WORD.finditer(text) if match.lastgroup != "space")
    return "\0".join([str(depth), *words])


def comments(text: str) -> str:
    """Give the comments of a unit behind two blanks, empty where it has none.

    >>> comments("x = '#'  # why"), comments("x")
    ('  # why', '')
    """
    found = [match[0].rstrip() for match in _WORD.finditer(text) if match.lastgroup == "comment"]
    return "  " + " ".join(found) if found else ""


def words(text: str) -> list[str]:
    """Cut a text into words, blanks and single letters, none of it left out.

    >>> words("x = f(10)")
    ['x', ' ', '=', ' ', 'f', '(', '10', ')']
    """
    return re.findall(r"\w+|\s+|.", text, re.DOTALL)


def moved(text: str, by: int) -> str:
    r"""Give a text so many columns further right (left where `by` is negative); lines within strings stay.

    >>> moved("    x = '''a\n    b'''\n    y", -4)
    "x = '''a\n    b'''\ny"
    """
    if not by:
        return text
    inside = lines_in_strings(text)
    return "\n".join(
        line if number in inside or not line.strip() else _line(line, by)
        for number, line in enumerate(text.split("\n"), 1)
    )


def keys(of: Iterable[Unit]) -> Sequence[str]:
    """Give what units are told by."""
    return [unit.key for unit in of]


def _line(line: str, by: int) -> str:
    if by > 0:
        return " " * by + line
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(-by, blanks) :]
