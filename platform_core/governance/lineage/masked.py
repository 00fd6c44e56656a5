"""Column lineage through the masking of an asset: what is stored is no longer the value that the function gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platform_core.governance.lineage.composing import both
from platform_core.governance.lineage.model import ColumnLineage, Dependency


def masked(found: ColumnLineage, policy: Mapping[str, Any]) -> ColumnLineage:
    """Give the lineage of a result after its columns were masked: none is the same value, and some are gone.

    >>> people = ColumnLineage({name: (Dependency("people", name, "identity"),) for name in ("id", "email", "town")})
    >>> found = masked(people, {"id": "hash", "email": "drop"})
    >>> [(name, items[0].way) for name, items in found.columns.items()]
    [('id', 'transformation'), ('town', 'identity')]
    """
    if not policy:
        return found
    from platform_core.governance.masking.policy import checked_policy  # noqa: PLC0415 - few assets are masked

    columns = dict(found.columns)
    for column, (method, settings) in checked_policy(policy).items():
        if method == "drop":
            columns.pop(column, None)
        elif method != "keep" and column in columns:
            # Days are drawn by the person
            drawn_by = found.columns.get(settings.get("by", column), ())
            items = {*found.columns[column], *drawn_by}
            columns[column] = tuple(
                sorted({Dependency(i.asset, i.column, both("transformation", i.way)) for i in items})
            )
    return ColumnLineage(
        columns, found.rows, tuple(one for one in found.unknown if not one.column or one.column in columns)
    )
