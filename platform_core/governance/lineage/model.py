"""Column lineage as values: what each column of a result depends on, and how.

The ways are those of OpenLineage's column lineage facet. A value comes *directly* from a column; a column has an
*influence* where it only decides which rows there are, in which order, or which of several values is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from platform_core.values import dataclass

Kind = Literal["direct", "influence"]

DIRECT = ("identity", "transformation", "aggregation", "opaque")
INFLUENCE = ("filter", "join", "group_by", "sort", "window", "conditional")
WAYS = DIRECT + INFLUENCE


@dataclass(frozen=True, slots=True, order=True)
class Dependency:
    """One column of an input, and how something depends on it.

    Attributes:
        asset: The input that holds the column.
        column: The column's name there.
        way: `identity` (the same value), `transformation`, `aggregation` or `opaque` (a function that cannot be looked
            into) for values; `filter`, `join`, `group_by`, `sort`, `window` or `conditional` for influence.
    """

    asset: str
    column: str
    way: str

    @property
    def kind(self) -> Kind:
        """`direct` or `influence`."""
        return "direct" if self.way in DIRECT else "influence"


@dataclass(frozen=True, slots=True, order=True)
class Unknown:
    """Something that cannot be known, so that more edges are given than there may be.

    Attributes:
        column: The column of the result that it is about; empty for all of them.
        reason: Why, in a few words.
    """

    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class ColumnLineage:
    """What the columns of one result are made from.

    Attributes:
        columns: For each column of the result, in order, its dependencies, sorted.
        rows: The columns that shape the rows of the result, and so influence every column of it.
        unknown: What cannot be known, sorted.

    >>> import polars as pl
    >>> from platform_core.governance import lineage
    >>> rents = pl.LazyFrame({"town": ["Ambridge"], "rent": [900], "let": [True]})
    >>> found = lineage.of(rents.filter("let").select("town", yearly=pl.col("rent") * 12), {"rents": rents})
    >>> [(item.column, item.way) for item in found.columns["yearly"]], [(item.column, item.way) for item in found.rows]
    ([('rent', 'transformation')], [('let', 'filter')])
    """

    columns: Mapping[str, tuple[Dependency, ...]]
    rows: tuple[Dependency, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    def of_column(self, column: str, *, rows: bool = True) -> tuple[Dependency, ...]:
        """Give all that a column of the result depends on; `rows` says whether what shapes its rows counts.

        Raises:
            KeyError: The result has no such column.
        """
        own = self.columns[column]
        return tuple(sorted({*own, *self.rows})) if rows else own

    def edges(self, *, rows: bool = True) -> Iterator[tuple[str, Dependency]]:
        """Give each column of the result with each of its dependencies."""
        for column in self.columns:
            for dependency in self.of_column(column, rows=rows):
                yield column, dependency

    def assets(self) -> tuple[str, ...]:
        """Name the inputs that any column depends on."""
        return tuple(sorted({dependency.asset for _, dependency in self.edges()}))

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values, for people and other programs."""
        return {
            "columns": {name: _listed(found) for name, found in self.columns.items()},
            "rows": _listed(self.rows),
            "unknown": [{"column": item.column, "reason": item.reason} for item in self.unknown],
        }


def every_column(
    columns: Sequence[str], inputs: Mapping[str, Sequence[str]], reason: str, unknown: Sequence[Unknown] = ()
) -> ColumnLineage:
    """Give the lineage of a result of which nothing is known: each column depends on every column of its inputs.

    >>> every_column(["total"], {"rents": ["rent"]}, "made with pandas").columns
    {'total': (Dependency(asset='rents', column='rent', way='opaque'),)}
    """
    every = tuple(sorted(Dependency(asset, name, "opaque") for asset, names in inputs.items() for name in names))
    return ColumnLineage(dict.fromkeys(columns, every), (), tuple(sorted({*unknown, Unknown("", reason)})))


def _listed(found: Sequence[Dependency]) -> list[dict[str, str]]:
    return [{"asset": item.asset, "column": item.column, "kind": item.kind, "way": item.way} for item in found]
