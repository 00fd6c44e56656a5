"""Selections of assets in Dagster's syntax: whether one names an asset, and what it is after the asset was renamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

_TOKEN = re.compile(
    r"(?P<word>[A-Za-z_][\w-]*)\s*:\s*(?P<value>\"[^\"]*\"|[^\s\"()+,]+)|(?P<quoted>\"[^\"]*\")"
    r"|(?P<bare>[\w*./@-]+)(?P<call>\s*\()?"
)
_OPERATORS = frozenset(("and", "or", "not", "AND", "OR", "NOT"))


def named(text: str, name: str) -> bool:
    """Tell whether a selection names an asset itself, not by a group, a tag or a pattern.

    >>> [named(text, "issues") for text in ("+issues", 'key:"issues"+', "group:issues", "my_issues", "iss*")]
    [True, True, False, False, False]
    """
    return any(value == name for _, _, value in _keys(text))


def renamed(text: str, old: str, new: str) -> str:
    """Give the selection with an asset's new name in place of its old one.

    >>> renamed('1+key:"issues" or (issues and tag:issues)', "issues", "open_issues")
    '1+key:"open_issues" or (open_issues and tag:issues)'
    """
    for start, end, value in reversed(list(_keys(text))):
        if value == old:
            text = text[:start] + new + text[end:]
    return text


def patterns(text: str, name: str) -> list[str]:
    """Give the patterns of a selection that take in an asset.

    >>> patterns("key:iss* or key:rents*", "issues")
    ['iss*']
    """
    return [value for _, _, value in _keys(text) if "*" in value and fnmatchcase(name, value)]


def alone(text: str, name: str) -> bool:
    """Tell whether a selection is of that one asset, with what stands above or below it, and of no other by name.

    >>> alone("+issues", "issues"), alone("issues or rents", "issues"), alone("not issues", "issues")
    (True, False, False)
    """
    return [match[0] for match in _TOKEN.finditer(re.sub(r"\d*\+\d*", " ", text))] in (
        [name],
        [f'"{name}"'],
        [f"key:{name}"],
        [f'key:"{name}"'],
    )


def _keys(text: str) -> Iterator[tuple[int, int, str]]:
    """Give the parts of a selection that name assets: where each begins and ends, and what it says."""
    for match in _TOKEN.finditer(text):
        if match["word"] is not None:
            if match["word"] == "key":
                yield _inside(*match.span("value"), match["value"])
        elif match["quoted"] is not None:
            yield _inside(*match.span("quoted"), match["quoted"])
        elif not match["call"] and match["bare"] not in _OPERATORS:
            bare = match["bare"].strip("*")  # a star at an end is Dagster's older way to write all above or below
            start = match.start("bare") + match["bare"].index(bare)
            yield start, start + len(bare), bare


def _inside(start: int, end: int, text: str) -> tuple[int, int, str]:
    return (start + 1, end - 1, text[1:-1]) if text.startswith('"') else (start, end, text)
