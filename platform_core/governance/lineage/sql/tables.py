"""The tables of a query as inputs, their columns, and the names that the result has, whatever the case of letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

_CASELESS = frozenset(("duckdb",))


@dataclass(frozen=True, slots=True)
class Tables:
    """What is known of the tables that a query reads.

    Attributes:
        columns: Their columns, where they are known; a name may hold a schema.
        dialect: As sqlglot names it.
    """

    columns: Mapping[str, Sequence[str]]
    dialect: str

    def read(self, query: exp.Query) -> list[str]:
        """Name the inputs that a query reads."""
        own = {common.alias_or_name for common in query.find_all(exp.CTE)}
        named = (table for table in query.find_all(exp.Table) if not isinstance(table.this, exp.Func))
        tables = (table for table in named if table.db or table.name not in own)
        return sorted({self.input(table) for table in tables})

    def of(self, name: str) -> Sequence[str]:
        """Give the columns of an input; `*` where they are not known."""
        return self.columns.get(name) or ("*",)

    def schema(self) -> dict[str, Any]:
        """Give them as sqlglot nests them."""
        nested: dict[str, Any] = {}
        deep = max((name.count(".") for name in self.columns), default=0)
        for name, columns in self.columns.items():
            *above, table = name.split(".")
            place = nested
            for part in [*[""] * (deep - len(above)), *above]:
                place = place.setdefault(self._case(part), {})
            place[self._case(table)] = {self._case(column): "unknown" for column in columns}
        return nested

    def input(self, table: exp.Table) -> str:
        """Name the input that a table is: as it was given, where it was, whatever the case of its letters."""
        whole = ".".join(part for part in (table.catalog, table.db, table.name) if part)
        for name in (whole, table.name):
            for known in self.columns:
                if known == name or known.lower() == name.lower():
                    return known
        return whole

    def column(self, table: exp.Table, name: str) -> str:
        """Name a column as its table has it."""
        columns = self.columns.get(self.input(table), ())
        return next((known for known in columns if known == name), None) or next(
            (known for known in columns if known.lower() == name.lower()), name
        )

    def written(self, query: exp.Query, resolved: list[str], given: Sequence[str] | None) -> list[str]:
        """Give the names of a query's columns as the database writes them.

        Args:
            query: The query as it was written.
            resolved: The names that sqlglot gives.
            given: The names that the database gave, where they are known.
        """
        if given is not None and len(given) == len(resolved):
            return list(given)
        if self.dialect not in _CASELESS:
            return resolved
        known = {column.lower(): column for columns in self.columns.values() for column in columns}
        known |= {item.alias.lower(): item.alias for item in query.selects if isinstance(item, exp.Alias)}
        return [known.get(name.lower(), name) for name in resolved]

    def _case(self, name: str) -> str:
        return name.lower() if self.dialect in _CASELESS else name
