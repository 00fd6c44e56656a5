"""The nearest known word to one that is not known, for hints."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_SHOWN = 20


def meant(word: str) -> str:
    """Ask whether a known word was meant, in the one form that every hint has.

    >>> meant("issues")
    "Did you mean 'issues'?"
    """
    return f"Did you mean {word!r}?"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give a hint for an unknown word: the nearest known one, else all that are known.

    >>> did_you_mean("isues", ["status", "issues"])
    "Did you mean 'issues'?"
    >>> did_you_mean("x", ["status", "issues"])
    'Known are: issues, status.'
    >>> did_you_mean("x", [])
    'None is known.'
    """
    words = sorted(set(known))
    if (near := nearest(word, words)) is not None:
        return meant(near)
    shown = ", ".join(words[:_MOST_SHOWN]) + (
        f" and {len(words) - _MOST_SHOWN} more" if len(words) > _MOST_SHOWN else ""
    )
    return f"Known are: {shown}." if words else "None is known."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the nearest known word; None where none is near.

    >>> nearest("Isues", ["status", "issues"]), nearest("x", ["issues"])
    ('issues', None)
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    words = sorted(set(known))
    near = get_close_matches(word.lower(), [w.lower() for w in words], n=1, cutoff=0.6)
    return next((w for w in words if near and w.lower() == near[0]), None)
