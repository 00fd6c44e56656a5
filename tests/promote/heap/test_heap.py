"""What can be reached through objects, as they come to hold more."""

from __future__ import annotations

import random

import pytest

from promote.heap.heap import Heap, Objects


def by_definition(heap: Heap, objects: Objects) -> Objects:
    """What is reached: what the objects hold, or classes of theirs whose attributes they have, and so on."""
    found: set[int] = set(objects)
    above: set[int] = set()
    while True:
        more = {part for one in found | above for part in heap.held.get(one, ())} - found
        higher = {cls for one in found | above for cls in heap.ancestors.get(one, ())} - above
        if not more and not higher:
            return frozenset(found)
        found |= more
        above |= higher


@pytest.mark.parametrize("seed", range(40))
def test_what_is_reached_is_told_anew_whenever_objects_hold_more(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    heap = Heap()
    every = [heap.new() for _ in range(9)]

    def some() -> Objects:
        return frozenset().union(*rng.sample(every, rng.randint(1, 2)))

    for _ in range(12):
        (heap.inherit if seed % 2 and rng.random() < 0.3 else heap.hold)(some(), some())
        for one in every:
            assert heap.reach(one) == by_definition(heap, one)
        assert heap.reach(asked := some()) == by_definition(heap, asked)
