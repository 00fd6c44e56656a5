"""The tokens of plain Python by one regular expression, for a fraction of what `tokenize` takes to compile its own.

Nearly every module that promotion writes is plain. What is not is left to `tokenize`: f-strings, tabs, continued lines,
other letters than ASCII, raw bytes, unusual numbers, whatever does not fit. The tokens are the same, or there are none.
"""

from __future__ import annotations

import re

from promote.patterns import pattern

_TOKEN = pattern(
    "|".join((
        r"\n",
        r" +",
        r"#[^\n]*",
        r"[A-Za-z_]\w*(?![\w\"'])",
        r"(?:0|[1-9]\d*(?:_\d+)*)(?:\.\d+)?(?![\w.])",
        r"[bBrRuU]?(?:"
        r'"(?!"")[^"\\\n]*(?:\\.[^"\\\n]*)*"|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|'
        r"'(?!'')[^'\\\n]*(?:\\.[^'\\\n]*)*'|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*''')",
        r"[!=<>+\-*/%&|^@:]=|(?:\*\*|//|>>|<<)=?|->|<(?!>)|\.(?![.\d])|[()\[\]{},;:@=>+\-*/%&|^~]",
    )),
    re.ASCII | re.DOTALL,
)  # fmt: skip
_OPENING = {")": "(", "]": "[", "}": "{"}


def plain_tokens(text: str) -> list[str] | None:
    r"""Give the tokens of a module without its layout, an indented block between braces; None where it is not plain.

    >>> plain_tokens("if x:\n    y = 1  # one\n")
    ['if', 'x', ':', '{', 'y', '=', '1', '# one', '}']
    >>> plain_tokens("y = f'{x}'") is None
    True
    """
    pieces = _TOKEN.findall(text)
    if "".join(pieces) != text or "\r" in text or "\0" in text:
        return None
    found: list[str] = []
    indents = [0]
    brackets: list[str] = []
    column, begins = 0, True  # whether no token of the line was met yet
    for piece in pieces:
        first = piece[0]
        if first == " ":
            column = len(piece) if begins else column
        elif first == "\n":
            column, begins = 0, not brackets
        elif first == "#":
            found.append(piece)
        else:
            if begins:
                begins = False
                if column > indents[-1]:
                    indents.append(column)
                    found.append("{")
                while column < indents[-1]:
                    indents.pop()
                    found.append("}")
                if column != indents[-1]:
                    return None
            if piece in "([{":
                brackets.append(piece)
            elif piece in _OPENING and (not brackets or brackets.pop() != _OPENING[piece]):
                return None
            found.append(piece)
    return None if brackets else found + ["}"] * (len(indents) - 1)
