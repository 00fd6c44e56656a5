"""Regular expressions that are compiled when they are first asked something.

Compiling the fifty of a check took a tenth of its time, and most notebooks ask only a few of them.
"""

from __future__ import annotations

import re

from platform_core.hints import Any


class _Later:
    """A pattern that is compiled on its first question, and hands on the answers."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)  # the next question finds it at once
        return found


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Give a pattern for `match`, `search`, `fullmatch`, `sub` and their like.

    >>> pattern(r"[a-z]+").fullmatch("town") is not None
    True
    """
    return _Later(text, flags)  # type: ignore[return-value]  # it answers all that a pattern is asked
