"""Lineage as small plain values: each dependency once, each set of them once."""

from __future__ import annotations

from typing import Any, cast

from platform_core.errors import UserError
from platform_core.governance.lineage.model import WAYS, ColumnLineage, Dependency, Unknown

_FORMAT = 1


def packed(found: ColumnLineage) -> dict[str, Any]:
    """Give lineage as plain values that stay small where every column depends on every other.

    >>> every = (Dependency("rents", "town", "opaque"), Dependency("rents", "rent", "opaque"))
    >>> packed(ColumnLineage({"a": every, "b": every}))["columns"]
    [['a', 1], ['b', 1]]
    """
    dependencies: dict[Dependency, int] = {}
    sets: dict[tuple[int, ...], int] = {}

    def number(items: tuple[Dependency, ...]) -> int:
        members = tuple(dependencies.setdefault(item, len(dependencies)) for item in items)
        return sets.setdefault(members, len(sets))

    rows = number(found.rows)
    columns = [[name, number(items)] for name, items in found.columns.items()]  # in order, which JSON objects lose
    return {
        "format": _FORMAT,
        "dependencies": [[item.asset, item.column, item.way] for item in dependencies],
        "sets": [list(members) for members in sets],
        "rows": rows,
        "columns": columns,
        "unknown": [[item.column, item.reason] for item in found.unknown],
    }


def unpacked(told: object) -> ColumnLineage:
    """Read what `packed` gave.

    Raises:
        UserError: It is no lineage, or one of another version.
    """
    try:
        values = cast("Any", told)
        if values["format"] != _FORMAT:
            raise UserError("This column lineage is of another version.", hint="Materialise the asset anew.")
        items = [Dependency(str(asset), str(column), _way(way)) for asset, column, way in values["dependencies"]]
        sets = [tuple(items[number] for number in members) for members in values["sets"]]
        return ColumnLineage(
            {str(name): sets[number] for name, number in values["columns"]},
            sets[values["rows"]],
            tuple(Unknown(str(column), str(reason)) for column, reason in values["unknown"]),
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise UserError("This is no column lineage.", hint="Materialise the asset anew.") from error


def _way(told: object) -> str:
    if told not in WAYS:
        raise ValueError("no way of depending")
    return str(told)
