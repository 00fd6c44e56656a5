"""Where the statements of a cell begin and end, told without a parser, since IPython syntax stops one.

Only what a boundary hangs on is looked at: strings, comments, brackets, line continuations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from platform_core.values import dataclass
from promote.patterns import pattern

_TOKEN = pattern(
    r'''(?P<string>"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'(?:[^\\]|\\.)*?(?:\'\'\'|\Z)'''
    r"""|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)"""
    r"""|(?P<comment>\#[^\n]*)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<join>\\\n)|(?P<newline>\n)"""
    r"""|(?P<space>[ \t\f]+)|(?P<other>[^"'#()\[\]{}\\\n \t\f]+|\\)""",
    re.DOTALL,
)
_TRAILING = pattern(r";[ \t;]*(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Extent:
    """One logical line: offsets of its start, its end (the newline not counted), and past its last telling letter."""

    start: int
    end: int
    last: int


def extent(source: str, start: int) -> Extent:
    r"""Give the extent of the logical line that begins at offset `start`.

    >>> extent("f(a,\n  b)  # why\nx", 0)
    Extent(start=0, end=16, last=9)
    """
    depth, last = 0, start
    for token in _TOKEN.finditer(source, start):
        kind = token.lastgroup
        if kind == "newline" and depth <= 0:
            return Extent(start, token.start(), last)
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        if kind not in ("newline", "comment", "space", "join"):
            last = token.end()
    return Extent(start, len(source), last)


def extents(source: str) -> Iterator[Extent]:
    """Give the extents of all logical lines, blank ones too."""
    start = 0
    while start <= len(source):
        found = extent(source, start)
        yield found
        start = found.end + 1


def without_semicolons(source: str) -> str:
    r"""Take the semicolons off the ends of statements: in a notebook they only silence a display.

    >>> without_semicolons("df.plot();  # quiet\nx = ';'\na; b")
    "df.plot()  # quiet\nx = ';'\na; b"
    """
    if ";" not in source or not _TRAILING.search(source):
        return source
    pieces: list[str] = []
    done = 0
    for found in extents(source):
        kept = source[found.start : found.last].rstrip("; \t\f")
        if source[found.start : found.last].endswith(";"):
            # A line that nothing but semicolons went on with is no longer gone on with
            whole = kept.rstrip("\\\n; \t\f") if kept.endswith("\\\n") else kept
            pieces += [source[done : found.start], whole, "\n" * kept.count("\n", len(whole))]
            done = found.last
    return "".join(pieces) + source[done:]
