"""A three-way merge of sequences: what both sides did to a common base, or where they stand against one another.

Edits that touch no element in common are both kept, next to one another too. The same edit on both sides is one. Of two
insertions in one place neither is chosen, nor is one beside an element that the other side made more or fewer of: their
order would be a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Generic, Literal, TypeVar

from platform_core.values import dataclass

T = TypeVar("T")
Side = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Hunk(Generic[T]):
    """What takes the place of the elements from `start` up to `end` of a base."""

    start: int
    end: int
    items: tuple[T, ...]

    @property
    def even(self) -> bool:
        """Whether as many elements come as go."""
        return len(self.items) == self.end - self.start


@dataclass(frozen=True, slots=True)
class Clash(Generic[T]):
    """A stretch of the base that the two sides changed differently: what stood there, and what each made of it."""

    start: int
    end: int
    base: tuple[T, ...]
    ours: tuple[T, ...]
    theirs: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class Merged(Generic[T]):
    """What came of a merge; where there are clashes, `items` has our side of them, or what was asked for."""

    items: tuple[T, ...]
    clashes: tuple[Clash[T], ...]


def hunks(base: Sequence[T], other: Sequence[T], key: Callable[[T], str]) -> list[Hunk[T]]:
    """Give what turns one sequence into the other; elements that are replaced one for one are hunks of their own."""
    matcher = SequenceMatcher(None, [key(item) for item in base], [key(item) for item in other], autojunk=False)
    found: list[Hunk[T]] = []
    for what, start, end, low, high in matcher.get_opcodes():
        if what == "replace" and end - start == high - low:
            found += [Hunk(start + n, start + n + 1, (other[low + n],)) for n in range(end - start)]
        elif what != "equal":
            found.append(Hunk(start, end, tuple(other[low:high])))
    return found


def merge(
    base: Sequence[T],
    ours: Sequence[T],
    theirs: Sequence[T],
    key: Callable[[T], str],
    favour: Side | None = None,
    shown: Callable[[Clash[T]], Sequence[T]] | None = None,
) -> Merged[T]:
    """Merge two sequences that were made from one.

    Args:
        base: What both were made from.
        ours: One of them.
        theirs: The other.
        key: What elements are compared by.
        favour: The side to take where they stand against one another; without it that is a clash.
        shown: Gives what stands in `items` for a clash; our side without it.

    >>> merge("abc", "axc", "abcd", str)
    Merged(items=('a', 'x', 'c', 'd'), clashes=())
    >>> merge("abc", "axc", "ayc", str).clashes
    (Clash(start=1, end=2, base=('b',), ours=('x',), theirs=('y',)),)
    """
    made: list[T] = []
    clashes: list[Clash[T]] = []
    at = 0
    for start, end, left, right in _groups(hunks(base, ours, key), hunks(base, theirs, key)):
        made += base[at:start]
        mine, other = _applied(base, start, end, left), _applied(base, start, end, right)
        at = end
        if not left or (right and favour == "theirs"):
            made += other
        elif right and favour is None and [key(i) for i in mine] != [key(i) for i in other]:
            clashes.append(Clash(start, end, tuple(base[start:end]), tuple(mine), tuple(other)))
            made += shown(clashes[-1]) if shown else mine
        else:
            made += mine
    return Merged((*made, *base[at:]), tuple(clashes))


Group = tuple[int, int, list[Hunk[T]], list[Hunk[T]]]


def _groups(ours: Sequence[Hunk[T]], theirs: Sequence[Hunk[T]]) -> Iterator[Group[T]]:
    """Give the hunks of both sides in order, those together that have a part in one another."""
    every = sorted(
        [(hunk, 0) for hunk in ours] + [(hunk, 1) for hunk in theirs], key=lambda one: (one[0].start, one[0].end)
    )
    group: list[tuple[Hunk[T], int]] = []
    for hunk, side in every:
        if group and not any(s != side and _meet(h, hunk) for h, s in group):
            yield _group(group)
            group = []
        group.append((hunk, side))
    if group:
        yield _group(group)


def _group(group: Sequence[tuple[Hunk[T], int]]) -> Group[T]:
    start, end = min(h.start for h, _ in group), max(h.end for h, _ in group)
    return start, end, [h for h, s in group if s == 0], [h for h, s in group if s == 1]


def _meet(one: Hunk[T], other: Hunk[T]) -> bool:
    """Tell whether two hunks of different sides cannot both be carried out without a choice."""
    if one.start == one.end and other.start == other.end:
        return one.start == other.start
    if one.start == one.end or other.start == other.end:
        put, gone = (one, other) if one.start == one.end else (other, one)
        return gone.start < put.start < gone.end or (put.start in (gone.start, gone.end) and not gone.even)
    return max(one.start, other.start) < min(one.end, other.end)


def _applied(base: Sequence[T], start: int, end: int, changes: Sequence[Hunk[T]]) -> list[T]:
    made: list[T] = []
    at = start
    for hunk in changes:
        made += [*base[at : hunk.start], *hunk.items]
        at = hunk.end
    return [*made, *base[at:end]]
