"""The tag language as data: `vocabulary.json`, read by Python here and by TypeScript in the Lab panel.

Layers, roles, what a NAME may be, option keys with their types, the options of each compute kind, the keys and magics
of other tools: whatever may grow without new logic stands in the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from platform_core.hints import Any


@cache
def vocabulary() -> Mapping[str, Any]:
    """Give the content of `vocabulary.json`.

    >>> vocabulary()["layers"]
    ['bronze', 'silver', 'gold']
    """
    with open(os.path.join(os.path.dirname(__file__), "vocabulary.json"), encoding="utf-8") as stream:
        content: Mapping[str, Any] = json.load(stream)
    return content


@cache
def layers() -> tuple[str, ...]:
    """Give the layers, in the order in which data flows."""
    return tuple(vocabulary()["layers"])


@cache
def named_roles() -> tuple[str, ...]:
    """Give the words that a tag writes before `:NAME`.

    >>> named_roles()
    ('bronze', 'silver', 'gold', 'check', 'test', 'chart')
    """
    return (*layers(), *(word for word, role in vocabulary()["roles"].items() if role["named"]))


@cache
def plain_roles() -> tuple[str, ...]:
    """Give the words that are tags by themselves, the layers aside.

    >>> plain_roles()
    ('parameters', 'injected-parameters', 'helpers', 'explore')
    """
    return tuple(word for word, role in vocabulary()["roles"].items() if not role["named"])


def is_foreign(key: str, value: str = "") -> bool:
    """Tell whether a `#|` key belongs to Quarto or nbdev, so that it is passed over.

    >>> is_foreign("fig-cap"), is_foreign("echo"), is_foreign("output", "false"), is_foreign("output", "issues")
    (True, True, True, False)
    """
    foreign = vocabulary()["foreign_options"]
    if key in foreign["words"] or key.startswith(tuple(foreign["prefixes"])):
        return True
    return value in foreign["values"].get(key, ())


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Give the choice that `word` was probably meant to be, or None where none is near.

    Near means one slip (a letter too many, too few, wrong, or two swapped) in a short word and two in a longer one;
    case, dashes and spaces do not count.

    >>> nearest("sliver", ["bronze", "silver", "gold"]), nearest("Cpu-Units", ["cpu_units"]), nearest("hide", ["gold"])
    ('silver', 'cpu_units', None)
    """
    plain = _plain(word)
    if len(plain) > 80:
        return None
    near = [(slips, choice) for choice in choices if (slips := _slips(plain, _plain(choice))) < 3]
    if not near:
        return None
    slips, choice = min(near)
    return choice if slips <= (1 if min(len(plain), len(choice)) <= 5 else 2) else None


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    return word[:81].strip().casefold().replace("-", "_").replace(" ", "_")


_letters = lru_cache(maxsize=4096)(frozenset[str])


def _slips(left: str, right: str) -> int:
    """Count the slips between two words: optimal string alignment."""
    if abs(len(left) - len(right)) > 2:
        return 3
    ours, theirs = _letters(left), _letters(right)
    if len(ours - theirs) > 2 or len(theirs - ours) > 2:
        return 3  # every letter that only one of them has is a slip
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > 2 and min(before) > 2:
            return 3  # and never fewer again
    return row[-1]
