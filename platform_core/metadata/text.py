"""Text for Markdown that stays text, whatever it holds."""

from __future__ import annotations

import re

_CELL_WIDTH = 40
_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# Markdown, HTML, and what a viewer would make a link of by itself
_MARKUP = re.compile(r"[&<>|`*\[\]()!#~\\$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def cell(text: str, width: int = _CELL_WIDTH) -> str:
    """Give text as a Markdown cell shows it, whatever it holds: no markup, one line, bounded."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", cut(text, width))


def cut(text: str, width: int = _CELL_WIDTH) -> str:
    """Give text in one line, bounded, without control characters.

    >>> cut("a" + chr(10) + "b"), cut("x" * 50, 5)
    ('a b', 'xxxx…')
    """
    if len(text) <= width and text.isprintable():
        return text
    line = "".join(character if character.isprintable() else " " for character in text[: width + 1])
    return f"{line[: width - 1]}…" if len(line) > width else line


def uncoloured(text: str) -> str:
    r"""Give a text without the sequences by which a terminal colours it or moves its cursor.

    >>> uncoloured("\x1b[31mNameError\x1b[0m: name\x1b[?25l")
    'NameError: name'
    """
    return _SEQUENCE.sub("", text)
