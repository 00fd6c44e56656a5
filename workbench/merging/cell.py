"""Merge one cell: its source line by line, its metadata key by key, its outputs where one side alone has new ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from promote.merge.three_way import Clash, merge
from workbench.merging.pairing import CellJson, source_of

OURS, MIDDLE, THEIRS = "<<<<<<< ours", "=======", ">>>>>>> theirs"
_RESULTS = ("outputs", "execution_count")
_KEEP = "keep_output"
_MISSING: Any = object()


def between(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Give lines of both sides between the markers of a conflict."""
    return [OURS, *ours, MIDDLE, *theirs, THEIRS]


def merge_cell(base: CellJson, ours: CellJson, theirs: CellJson) -> tuple[dict[str, Any], bool]:
    """Give the cell that both sides' cells make, and whether a person has to choose in it."""
    lines, clashes = _lines(*(source_of(cell).split("\n") for cell in (base, ours, theirs)))
    made, against = merge_keys(*(without(cell, "source", "metadata", "id", *_RESULTS) for cell in (base, ours, theirs)))
    metadata, more = merge_keys(*(_mapping(cell.get("metadata")) for cell in (base, ours, theirs)))
    against |= more
    source = "\n".join(lines)
    if made.get("cell_type") == "code":
        results, differ = _results(base, ours, theirs, source, metadata)
        made |= results
        against |= {"outputs": ("run the cell again", "run the cell again")} if differ else {}
    made |= {"metadata": metadata, "source": noted(source, against)}
    made |= {"id": ours["id"]} if "id" in ours else {}
    order = [key for key in (*ours, *theirs) if key in made]
    return {key: made[key] for key in dict.fromkeys((*order, *made))}, clashes or bool(against)


def without(mapping: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Give what a mapping holds under other keys."""
    return {key: value for key, value in mapping.items() if key not in keys}


def noted(source: str, against: Mapping[str, tuple[str, str]]) -> list[str]:
    """Give the lines of a source with what the sides say differently of other things above it, between markers."""
    notes = [between([f"# {name}: {mine}"], [f"# {name}: {other}"]) for name, (mine, other) in sorted(against.items())]
    lines = [line for note in notes for line in note]
    return "\n".join([*lines, source] if source or not lines else lines).splitlines(keepends=True)


def contested(cell: CellJson, *, ours: bool) -> dict[str, Any]:
    """Give a cell that one side alone has, where whether it stays is for a person to say."""
    lines = source_of(cell).split("\n")
    text = "\n".join(between(lines, []) if ours else between([], lines))
    return {**cell, "source": text.splitlines(keepends=True)}


def merge_keys(
    base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """Merge two mappings by key; where both changed one differently ours is taken, and both are told."""
    made: dict[str, Any] = {}
    against: dict[str, tuple[str, str]] = {}
    for key in dict.fromkeys((*ours, *theirs)):
        was, mine, other = (side.get(key, _MISSING) for side in (base, ours, theirs))
        value = other if mine == was else mine
        if mine not in (was, other) and other != was:
            against[key] = _shown(mine), _shown(other)
        if value is not _MISSING:
            made[key] = value
    return made, against


def _lines(base: list[str], ours: list[str], theirs: list[str]) -> tuple[list[str], bool]:
    def shown(clash: Clash[str]) -> list[str]:
        return between(clash.ours, clash.theirs)

    merged = merge(base, ours, theirs, str, shown=shown)
    return list(merged.items), bool(merged.clashes)


def _results(
    base: CellJson, ours: CellJson, theirs: CellJson, source: str, metadata: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Give outputs and count: of the side that alone has new ones, or whose source it is; else none."""
    was, mine, other = ([cell.get(key) for key in _RESULTS] for cell in (base, ours, theirs))
    if mine[0] == other[0] or other[0] == was[0]:
        chosen: Sequence[Any] = mine
    elif mine[0] == was[0]:
        chosen = other
    else:
        tags = metadata.get("tags")
        if isinstance(tags, list) and _KEEP in tags:  # what is compared later is not thrown away unsaid
            return dict(zip(_RESULTS, mine, strict=True)), True
        same = [side for side, cell in ((mine, ours), (other, theirs)) if source_of(cell) == source]
        chosen = same[0] if same else ([], None)
    return {"outputs": chosen[0] or [], "execution_count": chosen[1]}, False


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _shown(value: object) -> str:
    return "nothing" if value is _MISSING else json.dumps(value, ensure_ascii=False, sort_keys=True)
