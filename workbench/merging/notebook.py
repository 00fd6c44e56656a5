"""Merge a notebook: its cells as a sequence, each cell by itself, and what belongs to none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promote.merge.three_way import Clash, merge
from workbench.merging.cell import contested, merge_cell, merge_keys, noted, without
from workbench.merging.pairing import CellJson, pairs, source_of

_ORDER = {"the order of the cells from here on": ("this one", "another one")}
_PASSING = ("language_info",)  # written by whichever kernel ran last


@dataclass(frozen=True, slots=True)
class _Slot:
    """A cell's place: which cell it is, and what a person has to say of it.

    `only` is the side that alone has it here, `order` where both have the same cells in another order, else empty.
    """

    label: str
    only: str = ""


def merge_notebooks(
    base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Give the notebook that both sides make, and whether a person has to choose somewhere in it.

    Args:
        base: What both were made from, as JSON; empty where there was nothing.
        ours: The notebook of the branch that is merged into.
        theirs: The notebook of the branch that is merged.
    """
    cells, open_ends = _cells(*(list(side.get("cells") or []) for side in (base, ours, theirs)))
    made, against = merge_keys(*(without(side, "cells", "metadata") for side in (base, ours, theirs)))
    if against.pop("nbformat_minor", None):  # the newer form takes in what the older can say
        made["nbformat_minor"] = max(int(side["nbformat_minor"]) for side in (ours, theirs))
    metadata, more = merge_keys(*(side.get("metadata") or {} for side in (base, ours, theirs)))
    against |= {name: sides for name, sides in more.items() if name not in _PASSING}
    whole = {**made, "cells": cells, "metadata": metadata}
    if against and cells:
        cells[0] = {**cells[0], "source": noted(source_of(cells[0]), against)}
    order = dict.fromkeys((*ours, *theirs, *whole))
    return {key: whole[key] for key in order if key in whole}, open_ends or bool(against)


def _cells(base: list[CellJson], ours: list[CellJson], theirs: list[CellJson]) -> tuple[list[dict[str, Any]], bool]:
    by_label: dict[str, tuple[CellJson | None, CellJson | None, CellJson | None]] = {}
    sides = []
    for number, side in enumerate((ours, theirs)):
        paired = pairs(base, side)
        labels = [f"base {paired[at]}" if at in paired else f"new {_content(cell)}" for at, cell in enumerate(side)]
        labels = [f"{label} {labels[:at].count(label)}" for at, label in enumerate(labels)]
        for label, cell in zip(labels, side, strict=True):
            known = by_label.get(label, (None, None, None))
            was = base[int(label.split()[1])] if label.startswith("base ") else known[0]
            by_label[label] = (was, cell, known[2]) if number == 0 else (was, known[1], cell)
        sides.append(labels)
    labels = [f"base {number} 0" for number in range(len(base))]
    _restore(labels, sides, by_label)
    slots = [[_Slot(label) for label in one] for one in (labels, *sides)]
    merged = merge(slots[0], slots[1], slots[2], lambda slot: slot.label, shown=_both)
    made: list[dict[str, Any]] = []
    open_ends = False
    seen: set[str] = set()
    for slot in merged.items:
        if slot.label in seen:  # moved to two places: it stays in the first
            continue
        seen.add(slot.label)
        cell, unclear = _cell(slot, *by_label.get(slot.label, (None, None, None)))
        made.append(cell)
        open_ends |= unclear
    if merged.clashes and not open_ends:  # the same cells, moved to other places by each
        made[0]["source"] = noted(source_of(made[0]), _ORDER)
    return made, open_ends or bool(merged.clashes)


def _cell(
    slot: _Slot, was: CellJson | None, mine: CellJson | None, other: CellJson | None
) -> tuple[dict[str, Any], bool]:
    if mine is not None and other is not None:
        made, unclear = merge_cell(was or mine, mine, other)
        return (made | {"source": noted(source_of(made), _ORDER)}, True) if slot.only else (made, unclear)
    only = mine if mine is not None else other
    if only is None:
        raise AssertionError(slot)  # a label stands for a cell of a side
    # A cell of the base that one side removed and the other changed, or one of two that were put in one place
    if slot.only or was is not None:
        return contested(only, ours=mine is not None), True
    return dict(only), False


def _restore(
    base: Sequence[str],
    sides: Sequence[list[str]],
    by_label: Mapping[str, tuple[CellJson | None, CellJson | None, CellJson | None]],
) -> None:
    """Put a cell back that one side removed while the other changed it, so that its place is known."""
    for number, side in enumerate(sides):
        for at, label in enumerate(base):
            was, *both = by_label.get(label, (None, None, None))
            changed = both[1 - number]
            if both[number] is None and was is not None and changed is not None and _content(was) != _content(changed):
                before = [other for other in base[:at] if other in side]
                side.insert(side.index(before[-1]) + 1 if before else 0, label)


def _both(clash: Clash[_Slot]) -> list[_Slot]:
    """Give the cells of both sides: those that both have as they are, the others for a person to choose."""
    mine, other = {slot.label for slot in clash.ours}, {slot.label for slot in clash.theirs}
    ours = [slot if slot.label in other else _Slot(slot.label, "ours") for slot in clash.ours]
    both = [*ours, *(_Slot(slot.label, "theirs") for slot in clash.theirs if slot.label not in mine)]
    return both if mine != other else [_Slot(both[0].label, "order"), *both[1:]]


def _content(cell: CellJson) -> str:
    tags = cell.get("metadata", {}).get("tags", []) if isinstance(cell.get("metadata"), dict) else []
    return repr((cell.get("cell_type"), source_of(cell), tags))
