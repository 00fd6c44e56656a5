"""Why a process failed, from what it said last."""

from __future__ import annotations

import re

LINES, SEARCHED = 12, 200
_CAUSE = re.compile(r"[\w.]*(?:Error|Exception|\.errors\.\w+): ")


def causes(text: str) -> list[str]:
    r"""Give the lines that name an exception, in the order in which they were said: Python tells the first cause first.

    >>> causes("Traceback …\nModuleNotFoundError: No module named 'a'\n\nLoadError: the code cannot be loaded\nbye")
    ["ModuleNotFoundError: No module named 'a'", 'LoadError: the code cannot be loaded']
    """
    return [line.strip() for line in text.splitlines()[-SEARCHED:] if _CAUSE.match(line.strip())]


def last_words(text: str) -> list[str]:
    r"""Give the last lines, under those that name an earlier cause.

    >>> last_words("a\nb")
    ['a', 'b']
    """
    lines = text.splitlines()[-SEARCHED:]
    return [*causes("\n".join(lines[:-LINES]))[-3:], *lines[-LINES:]]
