"""Whose each edit of a module is: which fragment of the notebook it stands in, or that it stands in none."""

from __future__ import annotations

from collections.abc import Sequence

from platform_core.values import dataclass
from promote.merge.parts import Parts
from promote.merge.three_way import Hunk, hunks
from promote.merge.units import Unit, moved
from promote.render.source_map import Placed


@dataclass(frozen=True, slots=True)
class FragmentEdit:
    """Units of a fragment, from `start` up to `end`, and the texts that take their place, at the fragment's column.

    `old` are the units as the module has them; an insertion has none. `new` are those that it shall have.
    """

    placed: Placed
    start: int
    end: int
    texts: tuple[str, ...]
    old: tuple[Unit, ...]
    new: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Stray:
    """An edit that stands in no one fragment: what stood in the module, and what stands there now."""

    old: tuple[Unit, ...]
    new: tuple[Unit, ...]


def attribute(
    rendered: Parts, wanted: Sequence[Unit], map_: Sequence[Placed]
) -> tuple[list[FragmentEdit], list[Stray]]:
    """Say of everything that makes the wanted module of the rendered one where it belongs.

    Args:
        rendered: The module as the notebook renders it.
        wanted: The units that it shall have.
        map_: The fragments of the rendered module.
    """
    owners = [_owner(unit, map_) for unit in rendered.units]
    edits: list[FragmentEdit] = []
    strays: list[Stray] = []
    for hunk in hunks(rendered.units, wanted, lambda unit: unit.key):
        old = rendered.units[hunk.start : hunk.end]
        owner = _shared(owners[hunk.start : hunk.end]) if old else _beside(owners, hunk)
        if owner is None:
            strays.append(Stray(old, hunk.items))
            continue
        start = hunk.start - next(number for number, one in enumerate(owners) if one is owner)
        texts = tuple(moved(unit.text, -owner.moved) for unit in hunk.items)
        edits.append(FragmentEdit(owner, start, start + len(old), texts, old, hunk.items))
    return edits, strays


def _owner(unit: Unit, map_: Sequence[Placed]) -> Placed | None:
    return next((one for one in map_ if one.first <= unit.first and unit.last <= one.last), None)


def _shared(owners: Sequence[Placed | None]) -> Placed | None:
    """Give the one fragment that all units stand in, None where there are more or one stands in none."""
    return owners[0] if all(one is owners[0] for one in owners) else None


def _beside(owners: Sequence[Placed | None], hunk: Hunk[Unit]) -> Placed | None:
    """Give the fragment that an insertion stands in: that of the unit above, else that of the unit below."""
    above = owners[hunk.start - 1] if hunk.start else None
    below = owners[hunk.start] if hunk.start < len(owners) else None
    deep = all(unit.text.startswith(" ") for unit in hunk.items)
    fits = [one for one in (above, below) if one is not None and (deep or not one.moved)]
    return fits[0] if fits else None
