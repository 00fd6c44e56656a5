"""Examples in docstrings become code on the site: Markdown would read their `>>>` as a quotation."""

from __future__ import annotations

from typing import Any

from griffe import Extension, Object


class Examples(Extension):
    """Fences every example of a docstring."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of a name that was read."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """Give a docstring with each run of lines from a `>>>` to the next blank line as a block of code.

    >>> fenced(chr(10).join(["One.", "", ">>> 1 + 1", "2", "", "Two."])).splitlines()
    ['One.', '', '```pycon', '>>> 1 + 1', '2', '```', '', 'Two.']
    """
    made: list[str] = []
    within = False
    for line in text.splitlines():
        if line.startswith(">>>") and not within:
            made.append("```pycon")
            within = True
        elif within and not line.strip():
            made.append("```")
            within = False
        made.append(line)
    return "\n".join([*made, "```"] if within else made)
