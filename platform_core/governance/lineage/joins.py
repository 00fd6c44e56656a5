"""Which columns a join gives, and from which side each comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from platform_core.governance.lineage.bits import Bits

Keys = Sequence[tuple[str, int]]


def join(
    options: tuple[Any, ...],
    schema: Sequence[str],
    left: Mapping[str, int],
    right: Mapping[str, int],
    on_left: Keys,
    on_right: Keys,
    bits: Bits,
) -> tuple[dict[str, int], int]:
    """Give what each column of a join depends on, and what its keys do.

    Args:
        options: What Polars tells of the join: how, equality of nulls, slice, suffix, whether keys are one column.
        schema: The names of its columns.
        left: What the columns of the left side depend on.
        right: Those of the right side.
        on_left: The left keys, with their names.
        on_right: The right keys.
        bits: The numbering of all known columns.
    """
    how, suffix, coalesced = options[0], options[3], options[4]
    keys = 0
    for _, found in (*on_left, *on_right):
        keys |= found
    if isinstance(how, tuple):
        keys |= _by(how, left, right)
        how = how[0]
    if how in {"Semi", "Anti"}:
        return dict(left), keys
    own = dict(left)
    if how == "Right" and coalesced:
        for name, _ in on_left:
            own.pop(name, None)
    columns = {name: own[name] if name in own else _other(name, suffix, right) for name in schema}
    if how == "Full" and coalesced:
        # A key that is one column holds whichever side has a row
        for (name, _), (_, found) in zip(on_left, on_right, strict=True):
            columns[name] = bits.transformed(columns[name] | found)
    return columns, keys


def _other(name: str, suffix: str, right: Mapping[str, int]) -> int:
    """Give what a column from the right side depends on; where its name may stand for two, both."""
    found = right.get(name, 0)
    if suffix and name.endswith(suffix):
        found |= right.get(name.removesuffix(suffix), 0)
    return found


def _by(how: tuple[Any, ...], left: Mapping[str, int], right: Mapping[str, int]) -> int:
    """Give what the groups of an as-of join depend on: whatever in what Polars tells of it names columns."""
    found = 0
    for told in how[1:]:
        if isinstance(told, list):
            for name in told:
                found |= left.get(name, 0) | right.get(name, 0)
    return found
