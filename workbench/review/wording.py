"""How a review says things: names set apart from its own words, small counts suppressed, nothing invisible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from promote.small_counts import SMALL
from workbench.review.values import Count

_LONGEST = 200  # characters of one name or text of a branch
_OPEN, _CLOSE = "\x0e", "\x0f"  # round a name inside a sentence; `clean` takes them out of all texts of a branch
_MARKED = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")


def clean(text: str) -> str:
    r"""Give a text of a branch on one line: what cannot be seen is named, and what is overlong is cut.

    >>> clean("a\nb\u202ec")
    'a b[U+202E]c'
    """
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    if short.isascii() and short.isprintable():
        return short
    return "".join(map(_visible, short))


def _visible(one: str) -> str:
    if one.isspace():
        return " "
    # marks, format characters, surrogates: a few are needed to write some languages, none to read a name safely
    return f"[U+{ord(one):04X}]" if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn"} else one


def name(text: str) -> str:
    """Give a name as part of a sentence, so that each format can set it apart."""
    return f"{_OPEN}{clean(text) or '?'}{_CLOSE}"


def names(texts: Iterable[str], most: int = 12) -> str:
    """Give names in a row, and how many more there are.

    >>> said(names(["a", "b", "c"], 2))
    'a, b and 1 more'
    """
    every = [*texts]
    shown = ", ".join(name(one) for one in every[:most]) or "none"
    return f"{shown} and {len(every) - most} more" if len(every) > most else shown


def parts(sentence: str) -> Iterator[tuple[str, bool]]:
    """Take a sentence apart: each part, cleaned, and whether it is a name."""
    at = 0
    for found in _MARKED.finditer(sentence):
        if found.start() > at:
            yield _plain(sentence[at : found.start()]), False
        yield found[1], True
        at = found.end()
    if at < len(sentence):
        yield _plain(sentence[at:]), False


def _plain(text: str) -> str:
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def said(sentence: str) -> str:
    """Give a sentence as plain text."""
    return "".join(part for part, _ in parts(sentence))


def counted(number: int, noun: str, plural: str = "") -> str:
    """Give a number with its noun; of what is counted in code, not in data.

    >>> counted(1, "asset"), counted(2000, "asset")
    ('1 asset', '2,000 assets')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def rule(small: int) -> str:
    """Say how counts of rows are shown."""
    return (
        f"Counts of rows from 1 to {small - 1} are shown as <{small}, and a count that differs by so few from the one "
        "before it is shown as such; no value of the data stands here."
    )


def rows(number: Count | None, small: int = SMALL) -> str:
    """Give a count of rows as it may be shown; one that evidence suppressed already is text.

    >>> rows(1891), rows(9), rows(0), rows(None)
    ('1,891', '<10', '0', 'not known')
    """
    if number is None:
        return "not known"
    if isinstance(number, str):
        return number
    return f"<{small}" if 0 < number < small else f"{number:,}"


def rows_after(before: Count | None, after: Count | None, small: int = SMALL) -> str:
    """Give a count of rows beside the one before it: a difference of a few rows is as telling as a few rows.

    >>> rows_after(1891, 1893), rows_after(1891, 1891), rows_after(1891, 1999), rows_after(0, 5)
    ('differs by <10', '1,891', '1,999', '<10')
    """
    if not isinstance(before, int) or not isinstance(after, int):
        return rows(after, small)
    if after < small or not 0 < abs(after - before) < small:
        return rows(after, small)
    return f"differs by <{small}"


def fewer_or_more(before: int, after: int, small: int = SMALL) -> str:
    """Give how much a count of rows grew or shrank, in hundredths, where it may be shown.

    >>> fewer_or_more(1000, 650), fewer_or_more(1000, 2000), fewer_or_more(20, 15)
    ('35 % fewer', '100 % more', 'fewer')
    """
    word = "fewer" if after < before else "more"
    if min(before, after) < small or abs(after - before) < small:
        return word
    return f"{abs(after - before) * 100 // before} % {word}"
