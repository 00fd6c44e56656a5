"""Summaries of functions that stand in any order: what the last one called does is what each of them does."""

from __future__ import annotations

import pytest

from promote.heap.aliases import Aliases
from promote.heap.summaries import _summary
from tests.promote.programs import program

CHANGES = "def last(a, b):\n    b.append(a)\n    return b\n"
CHAINS = {
    "callers first": "def one(a, b):\n    return two(a, b)\ndef two(a, b):\n    return last(a, b)\n" + CHANGES,
    "callers last": CHANGES + "def two(a, b):\n    return last(a, b)\ndef one(a, b):\n    return two(a, b)\n",
    "one another": "def one(a, b):\n    return two(a, b)\ndef two(a, b):\n    one(a, b)\n    return last(a, b)\n"
    + CHANGES,
    "through itself": "def one(a, b):\n    one(a, b)\n    return last(a, b)\ntwo = one\n" + CHANGES,
    "through a method": (
        "def one(a, b):\n    return K().two(a, b)\nclass K:\n    def two(self, a, b):\n        return last(a, b)\n"
        + CHANGES
    ),
    "through a lambda": "def one(a, b):\n    return two(a, b)\ntwo = lambda a, b: last(a, b)\n" + CHANGES,
}


@pytest.mark.parametrize("chain", CHAINS)
def test_every_summary_is_of_the_last_ones_of_those_called(chain: str) -> None:
    functions = program(CHAINS[chain]).functions
    first = functions.infos("one")[0]
    summary = functions.summaries[first]
    assert "b" in summary.mutates
    assert "b" in summary.gives
    assert ("b", "a") in summary.keeps
    for info, known in functions.summaries.items():
        assert _summary(info, Aliases(functions, inside=info)) == known
