"""What Kale's cell tags mean in ours: its steps are ours, its dependences say which layer each belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_STEP = ("step:", "block:")
_ROLES = {"functions": "helpers", "pipeline-parameters": "parameters", "skip": "explore", "pipeline-metrics": "explore"}
_OWN = frozenset([*_ROLES, "imports"])
_PREFIXES = (*_STEP, "prev:", "limit:", "annotation:", "label:", "image:", "cache:")


@dataclass(frozen=True, slots=True)
class Translated:
    """Our tags for each cell, by its number from 1, and what could not be carried over."""

    tags: Mapping[int, tuple[str, ...]]
    left: tuple[str, ...]


def is_kale(cells: Sequence[Sequence[str]]) -> bool:
    """Say whether the tags of a notebook's cells are Kale's.

    >>> is_kale([["imports"], ["step:load"]]), is_kale([["parameters"]])
    (True, False)
    """
    return any(tag.startswith(_STEP) for tags in cells for tag in tags)


def translate(cells: Sequence[Sequence[str]]) -> Translated:
    """Give our tags for Kale's; a cell without any belongs to the step before it, as Kale has it.

    A step without a step before it is bronze, one that nothing comes after is gold, the others are silver.

    >>> translate([["imports"], ["step:load"], [], ["step:clean", "prev:load"], ["skip"]]).tags
    {1: (), 2: ('bronze:load',), 3: ('bronze:load',), 4: ('gold:clean',), 5: ('explore',)}
    """
    before: dict[str, set[str]] = {}
    left: list[str] = []
    for number, tags in enumerate(cells, 1):
        name = _named(tags)
        if name:
            before.setdefault(name, set()).update(tag.removeprefix("prev:") for tag in tags if tag.startswith("prev:"))
        options = [tag for tag in tags if tag.startswith(("limit:", "annotation:", "label:", "image:"))]
        if options:
            left.append(f"cell {number}: {', '.join(options)} has no counterpart; see `#| compute:`")
        if "pipeline-metrics" in tags:
            left.append(
                f"cell {number}: pipeline metrics become an asset's metadata; write a `check:` or `chart:` cell"
            )
    after = {name for others in before.values() for name in others}
    made: dict[int, tuple[str, ...]] = {}
    current: tuple[str, ...] = ()
    for number, tags in enumerate(cells, 1):
        name = _named(tags)
        kept = tuple(tag for tag in tags if tag not in _OWN and not tag.startswith(_PREFIXES))
        role = next((_ROLES[tag] for tag in tags if tag in _ROLES), None)
        if name:
            layer = "bronze" if not before[name] else "silver" if name in after else "gold"
            current = (f"{layer}:{name}",)
            made[number] = (*current, *kept)
        elif role:
            made[number] = (role, *kept)
        elif "imports" in tags:
            made[number] = kept
        else:
            made[number] = (*current, *kept)
    return Translated(made, tuple(left))


def _named(tags: Sequence[str]) -> str:
    """Give the name of the step that a cell's tags begin."""
    return next((tag.partition(":")[2] for tag in tags if tag.startswith(_STEP)), "")
