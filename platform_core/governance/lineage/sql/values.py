"""What an expression of SQL is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from platform_core.governance.lineage.model import Dependency
from platform_core.governance.lineage.sql.sets import NONE, Found, aggregated, influence, transformed, union
from platform_core.governance.lineage.sql.tables import Tables


class UnfollowedError(Exception):
    """The query holds what is not followed here."""


@dataclass(slots=True)
class Reached:
    """What a query gives.

    Attributes:
        columns: What each column depends on, in order; one whose name was there before is called otherwise.
        rows: What shapes the rows.
        shared: What a name stands for that several columns have: all of them.
    """

    columns: dict[str, Found]
    rows: Found = NONE
    shared: Mapping[str, Found] = field(default_factory=dict)

    def named(self, name: str) -> Found:
        """Give what a name stands for."""
        return self.shared[name] if name in self.shared else self.columns[name]


class Values:
    """The expressions of one query."""

    def __init__(self, tables: Tables, reach: Callable[[Scope], Reached]) -> None:
        """Take the tables, and what gives what a scope below reaches."""
        self._tables, self._reach = tables, reach

    def of(  # noqa: PLR0911 - one for each kind of expression
        self, scope: Scope, node: exp.Expr, made: Mapping[str, Found]
    ) -> Found:
        """Give what the values of an expression depend on; `made` are the columns that the query gives so far."""
        match node:
            case exp.Column():
                return self._column(scope, node, made)
            case exp.TableColumn():
                return self._whole(scope, node)
            case exp.Alias() | exp.Paren():
                return self.of(scope, node.this, made)
            case exp.Query():
                return self._subquery(scope, node)
            case exp.Table() | exp.Identifier() | exp.Literal():
                return NONE
            case exp.Case() | exp.If():
                return self._conditional(scope, node, made)
            case exp.Window():
                own = [node.args.get("order"), node.args.get("spec")]  # a bound of its frame may be computed
                parts = [*(node.args.get("partition_by") or ()), *own, *_named(scope, node)]
                return self.of(scope, node.this, made) | self.within(scope, parts, "window", made)
            case exp.Filter():
                return self.of(scope, node.this, made) | self.within(scope, [node.expression], "filter", made)
            case exp.AggFunc():
                return aggregated(self._children(scope, node, made))
        return transformed(self._children(scope, node, made))

    def _children(self, scope: Scope, node: exp.Expr, made: Mapping[str, Found]) -> Found:
        return union(self.of(scope, child, made) for child in node.iter_expressions())

    def _conditional(self, scope: Scope, node: exp.Case | exp.If, made: Mapping[str, Found]) -> Found:
        branches = node.args.get("ifs") or [node]
        conditions = [branch.this for branch in branches] + ([node.this] if isinstance(node, exp.Case) else [])
        values = [branch.args.get("true") for branch in branches] + [node.args.get("default"), node.args.get("false")]
        found = union(self.of(scope, value, made) for value in values if value is not None)
        return transformed(found) | self.within(scope, conditions, "conditional", made)

    def _subquery(self, scope: Scope, node: exp.Query) -> Found:
        for below in (*scope.subquery_scopes, *scope.derived_table_scopes):
            if below.expression is node or below.expression is node.this:
                reached = self._reach(below)
                return transformed(union(reached.columns.values())) | reached.rows
        raise UnfollowedError("a subquery that cannot be followed")

    def _column(self, scope: Scope, column: exp.Column, made: Mapping[str, Found]) -> Found:
        for around in _around(scope):
            source = around.sources.get(column.table)
            if isinstance(source, Scope):
                return self._reach(source).named(column.name)
            if isinstance(source, exp.Table):
                return self._of_table(around, source, column.name)
        if not column.table and column.name in made:
            return made[column.name]
        # A name that belongs to one of several tables, or to none that is known, is taken to be of each
        tables = [source for source in scope.sources.values() if isinstance(source, exp.Table)]
        if not tables:
            raise UnfollowedError("a column whose table cannot be told")
        return union(self._of_table(scope, table, column.name) for table in tables)

    def _of_table(self, scope: Scope, table: exp.Table, column: str) -> Found:
        if isinstance(table.this, exp.Func):
            return self.of_function(scope, table)
        name = self._tables.column(table, _renamed(self._tables, table, column))
        return frozenset({Dependency(self._tables.input(table), name, "identity")})

    def of_function(self, scope: Scope, table: exp.Table) -> Found:
        """Give what a function in the place of a table depends on: what goes in, and the file that it reads."""
        name = table.this.sql_name().lower() if not isinstance(table.this, exp.Anonymous) else table.this.name.lower()
        read = name.startswith("read_") or name.endswith("_scan")
        texts = [one.name for one in table.this.find_all(exp.Literal) if one.is_string] if read else []
        files = frozenset(Dependency(f"file:{PurePath(text).name}", "*", "opaque") for text in texts)
        return files | transformed(self.of(scope, table.this, {}))

    def _whole(self, scope: Scope, named: exp.TableColumn) -> Found:
        """Give what the name of a table is as a value: its whole row, or its column of that name where both may be."""
        name = named.name
        source = next((found for at in _around(scope) if (found := at.sources.get(name)) is not None), None)
        if isinstance(source, Scope):
            return transformed(union(self._reach(source).columns.values()))
        if not isinstance(source, exp.Table):
            raise UnfollowedError("a row whose table cannot be told")
        asset = self._tables.input(source)
        columns = self._tables.columns.get(asset) or [self._tables.column(source, name)]
        return frozenset(Dependency(asset, column, "transformation") for column in columns)

    def within(self, scope: Scope, parts: Iterable[exp.Expr | None], way: str, columns: Mapping[str, Found]) -> Found:
        """Give what some parts of a query have an influence by, in one way."""
        found = NONE
        for part in parts:
            if part is not None:
                found |= self.of(scope, part, columns)
        return influence(found, way)


def _renamed(tables: Tables, table: exp.Table, column: str) -> str:
    """Give the column that a name stands for which `a AS t(p, q)` may have given it.

    Raises:
        UnfollowedError: The columns of the table are not known.
    """
    alias = table.args.get("alias")
    names = [one.name.lower() for one in (alias.columns if alias is not None else ())]
    if column.lower() not in names:
        return column
    known = tables.columns.get(tables.input(table), ())
    place = names.index(column.lower())
    if place >= len(known):
        raise UnfollowedError("columns that are renamed, of a table whose columns are not known")
    return known[place]


def _around(scope: Scope | None) -> Iterator[Scope]:
    while scope is not None:
        yield scope
        scope = scope.parent


def _named(scope: Scope, window: exp.Window) -> list[exp.Window]:
    """Give the window of the clause WINDOW that another one names."""
    name = window.alias.lower()
    return [one for one in scope.expression.args.get("windows") or () if name and one.this.name.lower() == name]
