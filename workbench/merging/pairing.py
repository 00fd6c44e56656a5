"""Which cell of a notebook is which cell of another: by id, by content, by likeness. Ids alone are hints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

CellJson = Mapping[str, Any]
_LIKE = 0.6  # of their letters in common
_READ = 2000  # letters of a cell that are compared


def source_of(cell: CellJson) -> str:
    """Give the source of a cell as one text."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def pairs(base: Sequence[CellJson], side: Sequence[CellJson]) -> dict[int, int]:
    """Give the number of the base's cell for the number of each cell of a side that was made from one."""
    found = _by_id(base, side)
    for same in (_by_content, _by_likeness):
        left = [number for number in range(len(side)) if number not in found]
        free = [number for number in range(len(base)) if number not in set(found.values())]
        found |= same(base, side, free, left)
    return found


def _by_id(base: Sequence[CellJson], side: Sequence[CellJson]) -> dict[int, int]:
    known, other = _ids(base), _ids(side)
    return {number: known[name] for name, number in other.items() if name in known}


def _ids(cells: Sequence[CellJson]) -> dict[str, int]:
    """Give the number of each cell by its id; an id that two cells have says nothing."""
    names = [str(cell.get("id") or "") for cell in cells]
    return {name: number for number, name in enumerate(names) if name and names.count(name) == 1}


def _by_content(
    base: Sequence[CellJson], side: Sequence[CellJson], free: Sequence[int], left: Sequence[int]
) -> dict[int, int]:
    one = [(base[number].get("cell_type"), source_of(base[number])) for number in free]
    other = [(side[number].get("cell_type"), source_of(side[number])) for number in left]
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return {left[block.b + n]: free[block.a + n] for block in blocks for n in range(block.size)}


def _by_likeness(
    base: Sequence[CellJson], side: Sequence[CellJson], free: Sequence[int], left: Sequence[int]
) -> dict[int, int]:
    found: dict[int, int] = {}
    for number in left:
        best, most = None, _LIKE
        for other in free:
            if other in found.values() or base[other].get("cell_type") != side[number].get("cell_type"):
                continue
            matcher = SequenceMatcher(None, source_of(base[other])[:_READ], source_of(side[number])[:_READ], False)
            if matcher.real_quick_ratio() > most and matcher.quick_ratio() > most and (like := matcher.ratio()) > most:
                best, most = other, like
        if best is not None:
            found[number] = best
    return found
