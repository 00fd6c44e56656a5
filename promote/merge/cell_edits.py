"""Edits of fragments as edits of cells: whole lines of a cell's source, and what takes their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from platform_core.values import dataclass
from promote.merge.attribute import FragmentEdit
from promote.merge.three_way import merge
from promote.merge.units import Unit, units, words
from promote.model import Fragment

_BLOCKS = ("def ", "class ", "@", "async def ")
_ALIKE = 0.4  # from which share of common words on two units may be one, changed on its way into the module


class UnplacedError(Exception):
    """No statement of the cell is what was edited."""


@dataclass(frozen=True, slots=True)
class LineEdit:
    """Lines of a cell from `start` up to `end` (both from 1, the end not part of it), and those that come instead."""

    cell: int
    start: int
    end: int
    lines: tuple[str, ...]


def cell_edits(edit: FragmentEdit, source: str) -> list[LineEdit]:
    """Give what an edit of a fragment is in the cell with this source.

    Raises:
        UnplacedError: The cell has no statement, or more than one, that was edited.
    """
    fragment = edit.placed.fragment
    if fragment.origin in ("input", "import"):
        raise UnplacedError
    there = _standing(fragment, source)
    own = units(fragment.text)
    at = _aligned(own, there)
    if not edit.old:
        return [_insertion(edit, own, there, at, source)]
    found = [at.get(number) for number in range(edit.start, edit.end)]
    if None in found or not found:
        raise UnplacedError
    stands = [there[number] for number in found if number is not None]
    if len(edit.texts) == len(stands) == 1:
        return [_one(fragment.cell, own[edit.start], stands[0], edit.texts[0])]
    if any(unit.key != own[edit.start + n].key for n, unit in enumerate(stands)):
        raise UnplacedError  # part of the statement is not in the module, and would be lost
    first = LineEdit(fragment.cell, stands[0].first, stands[0].last + 1, _lines(edit.texts))
    return [first, *(LineEdit(fragment.cell, unit.first, unit.last + 1, ()) for unit in stands[1:])]


def joined(edits: Sequence[LineEdit]) -> tuple[list[LineEdit], list[tuple[LineEdit, LineEdit]]]:
    """Bring the edits of one notebook in order, the same one once; give those that contradict each other too."""
    ordered = sorted(dict.fromkeys(edits), key=lambda e: (e.cell, e.start, e.end))
    made: list[LineEdit] = []
    against: list[tuple[LineEdit, LineEdit]] = []
    for edit in ordered:
        last = made[-1] if made and made[-1].cell == edit.cell else None
        if last is not None and (edit.start < last.end or (edit.start, edit.end) == (last.start, last.end)):
            against.append((last, edit))
        elif last is not None and edit.start == last.end:
            made[-1] = LineEdit(edit.cell, last.start, edit.end, (*last.lines, *edit.lines))
        else:
            made.append(edit)
    return made, against


def edited(source: str, edits: Sequence[LineEdit]) -> str:
    r"""Give a cell's source with edits, which are in order.

    >>> edited("a\nb\nc", [LineEdit(1, 2, 3, ("x", "y"))])
    'a\nx\ny\nc'
    """
    lines = source.split("\n")
    for edit in reversed(edits):
        lines[edit.start - 1 : edit.end - 1] = edit.lines
    return "\n".join(lines)


def _standing(fragment: Fragment, source: str) -> list[Unit]:
    """Give the units of the cell that the fragment may be made of: all of a step's cell, some lines of another."""
    every = units(source)
    if fragment.origin == "step":
        return list(every)
    return [unit for unit in every if unit.first <= fragment.last and fragment.first <= unit.last]


def _aligned(own: Sequence[Unit], there: Sequence[Unit]) -> Mapping[int, int]:
    """Give the unit of the cell for each unit of the fragment; one changed on its way is found by its words."""
    found: dict[int, int] = {}
    matcher = SequenceMatcher(None, [u.key for u in own], [u.key for u in there], autojunk=False)
    for what, start, end, low, high in matcher.get_opcodes():
        if what == "equal":
            found |= {start + n: low + n for n in range(end - start)}
        elif what == "replace":
            found |= _alike(own, there, range(start, end), range(low, high))
    return found


def _alike(own: Sequence[Unit], there: Sequence[Unit], ours: range, theirs: range) -> dict[int, int]:
    found: dict[int, int] = {}
    next_ = theirs.start
    for number in ours:
        shares = [
            (SequenceMatcher(None, words(own[number].text), words(there[one].text), autojunk=False).ratio(), -one)
            for one in range(next_, theirs.stop)
        ]
        share, place = max(shares, default=(0.0, 0))
        if share >= _ALIKE:
            found[number] = -place
            next_ = -place + 1
    return found


def _one(cell: int, own: Unit, stands: Unit, text: str) -> LineEdit:
    """Put one unit in the place of one; what the cell has besides (a load, a magic) stays."""
    put = text
    if own.key != stands.key:
        merged = merge(words(own.text), words(stands.text), words(text), str)
        if merged.clashes:
            raise UnplacedError
        put = "".join(merged.items)
    return LineEdit(cell, stands.first, stands.last + 1, _lines([put]))


def _insertion(
    edit: FragmentEdit, own: Sequence[Unit], there: Sequence[Unit], at: Mapping[int, int], source: str
) -> LineEdit:
    cell = edit.placed.fragment.cell
    if edit.start < len(own) and edit.start in at:  # below what the cell has between the two: loads, imports
        line = there[at[edit.start]].first
    elif edit.start and edit.start - 1 in at:
        line = there[at[edit.start - 1]].last + 1
    else:
        raise UnplacedError
    lines = _lines(edit.texts)
    if lines and lines[0].startswith(_BLOCKS):  # two blank lines apart, as the formatter wants a definition
        below = source.split("\n")[line - 1 :]
        above = ("", "") if line > 1 else ()
        lines = (*above, *lines, *(("", "") if below and below[0].strip() else ()))
    return LineEdit(cell, line, line, lines)


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for text in texts for line in text.split("\n"))
