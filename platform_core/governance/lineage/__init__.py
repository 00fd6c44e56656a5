"""Column lineage: which columns of its inputs each column of a result is made from, and which ones shape its rows.

It is read from the plan that Polars makes of a step, or from SQL; nothing is run for it. The law is that no edge is
missing: where something cannot be known, every column that might matter is named, and it is said why. `of` answers for
one query, step or SQL text; `downstream` and `upstream` follow columns through a graph of assets.

    plan, expressions, joins   a Polars plan becomes edges
    leaves                     which input a scan reads
    watch, pure, steps         a step that runs: what it collects on its way, what may be remembered
    sql                        SQL, through sqlglot
    graph, drawing, mermaid    the columns of many assets, followed and drawn
    dagster, events            Dagster's column lineage, OpenLineage events

Each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.governance.lineage.graph import LineageGraph, downstream, upstream
    from platform_core.governance.lineage.model import ColumnLineage, Dependency, Unknown
    from platform_core.governance.lineage.reading import of

__all__ = ["ColumnLineage", "Dependency", "LineageGraph", "Unknown", "downstream", "of", "upstream"]

_PLACES = {
    "ColumnLineage": "model",
    "Dependency": "model",
    "LineageGraph": "graph",
    "Unknown": "model",
    "downstream": "graph",
    "of": "reading",
    "upstream": "graph",
}

__getattr__ = loader(__name__, _PLACES)
