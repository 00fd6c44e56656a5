"""The column lineage of an SQL query, through sqlglot, which parses some thirty dialects and resolves names and stars.

A query that cannot be followed (a recursive one, a pivot, columns chosen by a pattern) depends on every column of every
table that it reads, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

from platform_core.errors import UserError
from platform_core.governance.lineage.model import DIRECT, ColumnLineage, Dependency, Unknown

Found = frozenset[Dependency]

_NONE: Found = frozenset()
_UNFOLLOWED = (exp.Pivot, exp.Columns, exp.MatchRecognize)
_CASELESS = frozenset(("duckdb",))


class _UnfollowedError(Exception):
    """The query holds what is not followed here."""


def lineage_of_sql(
    sql: str,
    tables: Mapping[str, Sequence[str]],
    dialect: str = "duckdb",
    columns: Sequence[str] | None = None,
) -> ColumnLineage:
    """Give the column lineage of a query.

    Args:
        sql: One query.
        tables: The columns of the tables that it reads, where they are known; a name may hold a schema.
        dialect: As sqlglot names it.
        columns: The columns that it gave, where that is known: it tells what a star over an unknown table stands for.

    Raises:
        UserError: It cannot be read, or is not one query.

    >>> homes = {"homes": ["town", "rent", "let"]}
    >>> found = lineage_of_sql("SELECT town, sum(rent) AS rents FROM homes WHERE let GROUP BY town", homes)
    >>> [(item.column, item.way) for item in (*found.columns["rents"], *found.rows)]
    [('rent', 'aggregation'), ('let', 'filter'), ('town', 'group_by')]
    """
    query = _parsed(sql, dialect)
    reader = _Reader(tables, dialect, columns)
    try:
        return reader.lineage(query)
    except (_UnfollowedError, SqlglotError, KeyError, RecursionError) as error:
        reason = str(error) if isinstance(error, _UnfollowedError) else "SQL that cannot be followed"
        return reader.everything(query, reason)


def lineage_of_query(sql: str, dialect: str, columns: Sequence[str]) -> ColumnLineage:
    """Give the lineage of a query that a database answered, whose tables are named `dialect:table`; never an error."""
    try:
        found = lineage_of_sql(sql.replace("%%", "%").replace("%s", "NULL"), {}, dialect, columns)
    except UserError as error:
        return ColumnLineage(
            dict.fromkeys(columns, ()), (), (Unknown("", f"SQL of which nothing is known: {error.args[0]}"),)
        )

    def named(items: Iterable[Dependency]) -> tuple[Dependency, ...]:
        return tuple(Dependency(f"{dialect}:{item.asset}", item.column, item.way) for item in items)

    return ColumnLineage(
        {name: named(items) for name, items in found.columns.items()}, named(found.rows), found.unknown
    )


def _parsed(sql: str, dialect: str) -> exp.Query:
    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect=dialect) if statement is not None]
    except (SqlglotError, ValueError) as error:
        place = getattr(error, "errors", None) or [{}]
        line = place[0].get("line")
        raise UserError(
            f"The SQL cannot be read{f', line {line}' if line else ''}.", hint=f"Is it of the dialect {dialect!r}?"
        ) from None
    if len(statements) != 1:
        raise UserError(f"This is {len(statements)} statements of SQL.", hint="Give one query.")
    statement = statements[0]
    query = statement.expression if isinstance(statement, exp.Create | exp.Insert) else statement
    if not isinstance(query, exp.Query):
        raise UserError("This SQL gives no rows, so it has no column lineage.", hint="Give a SELECT.")
    return query


@dataclass(slots=True)
class _Reached:
    columns: dict[str, Found]
    rows: Found = _NONE


@dataclass(slots=True)
class _Reader:
    tables: Mapping[str, Sequence[str]]
    dialect: str
    given: Sequence[str] | None
    done: dict[int, _Reached] = field(default_factory=dict)
    doing: set[int] = field(default_factory=set)

    def lineage(self, query: exp.Query) -> ColumnLineage:
        """Follow a query."""
        if any(query.find(kind) for kind in _UNFOLLOWED):
            raise _UnfollowedError("a pivot, or columns chosen by a pattern")
        if any(clause.recursive for clause in query.find_all(exp.With)):
            raise _UnfollowedError("a recursive query")
        schema = MappingSchema(self._schema(), dialect=self.dialect, normalize=False)
        resolved = qualify(
            query.copy(),
            dialect=self.dialect,
            schema=schema,
            validate_qualify_columns=False,
            identify=False,
            quote_identifiers=False,
        )
        scope = build_scope(resolved)
        if scope is None:
            raise _UnfollowedError("SQL that cannot be followed")
        reached = self._scope(scope)
        names = self._names(query, list(reached.columns))
        unknown: tuple[Unknown, ...] = ()
        columns = dict(zip(names, reached.columns.values(), strict=True))
        if "*" in columns:
            columns, unknown = self._starred(columns, query)
        return ColumnLineage(
            {name: tuple(sorted(found)) for name, found in columns.items()}, tuple(sorted(reached.rows)), unknown
        )

    def everything(self, query: exp.Query, reason: str) -> ColumnLineage:
        """Give every column of every table that a query reads."""
        found: set[Dependency] = set()
        for name in self._read(query):
            for column in self.tables.get(name, ()) or ["*"]:
                found.add(Dependency(name, column, "opaque"))
        names = self.given or [item.output_name or "*" for item in query.selects] or ["*"]
        return ColumnLineage(dict.fromkeys(names, tuple(sorted(found))), (), (Unknown("", reason),))

    def _read(self, query: exp.Query) -> list[str]:
        own = {common.alias_or_name for common in query.find_all(exp.CTE)}
        tables = (table for table in query.find_all(exp.Table) if table.db or table.name not in own)
        return sorted({self._input(table) for table in tables})

    def _schema(self) -> dict[str, Any]:
        nested: dict[str, Any] = {}
        deep = max((name.count(".") for name in self.tables), default=0)
        for name, columns in self.tables.items():
            *above, table = name.split(".")
            place = nested
            for part in [*[""] * (deep - len(above)), *above]:
                place = place.setdefault(self._case(part), {})
            place[self._case(table)] = {self._case(column): "unknown" for column in columns}
        return nested

    def _case(self, name: str) -> str:
        return name.lower() if self.dialect in _CASELESS else name

    def _input(self, table: exp.Table) -> str:
        """Name the input that a table is: as it was given, where it was, whatever the case of its letters."""
        whole = ".".join(part for part in (table.catalog, table.db, table.name) if part)
        for name in (whole, table.name):
            for known in self.tables:
                if known == name or known.lower() == name.lower():
                    return known
        return whole

    def _names(self, query: exp.Query, resolved: list[str]) -> list[str]:
        """Give the names of the columns as the database writes them."""
        if self.given is not None and len(self.given) == len(resolved):
            return list(self.given)
        if self.dialect not in _CASELESS:
            return resolved
        written = {column.lower(): column for columns in self.tables.values() for column in columns}
        written |= {item.alias.lower(): item.alias for item in query.selects if isinstance(item, exp.Alias)}
        return [written.get(name.lower(), name) for name in resolved]

    def _starred(self, columns: dict[str, Found], query: exp.Query) -> tuple[dict[str, Found], tuple[Unknown, ...]]:
        """Say what a star over a table of unknown columns stands for."""
        stars = columns.pop("*")
        unknown = (Unknown("", "a star over a table whose columns are not known"),)
        tables = self._read(query)
        if self.given is None:
            return {**columns, "*": stars | {Dependency(name, "*", "opaque") for name in tables}}, unknown
        simple = len(tables) == 1 and not columns and len(list(query.find_all(exp.Select))) == 1
        if simple:
            return {name: frozenset({Dependency(tables[0], name, "identity")}) for name in self.given}, ()
        every = frozenset(Dependency(name, "*", "opaque") for name in tables)
        return {name: columns.get(name, _NONE) | every for name in self.given}, unknown

    def _scope(self, scope: Scope) -> _Reached:
        known = self.done.get(id(scope))
        if known is not None:
            return known
        if id(scope) in self.doing:
            raise _UnfollowedError("a recursive query")
        self.doing.add(id(scope))
        expression = scope.expression
        if isinstance(expression, exp.SetOperation):
            reached = self._set(scope, expression)
        elif isinstance(expression, exp.Select):
            reached = self._select(scope, expression)
        elif isinstance(expression, exp.Subquery):
            reached = self._scope(next(iter(scope.subquery_scopes or scope.derived_table_scopes)))
        else:
            reached = self._table_function(scope, expression)
        self.doing.discard(id(scope))
        self.done[id(scope)] = reached
        return reached

    def _set(self, scope: Scope, expression: exp.SetOperation) -> _Reached:
        if expression.args.get("by_name"):
            raise _UnfollowedError("a union by name")
        left, right = (self._scope(below) for below in scope.set_operation_scopes)
        columns = {}
        for (name, one), other in zip(left.columns.items(), right.columns.values(), strict=True):
            columns[name] = one | other
        rows = left.rows | right.rows
        if expression.args.get("distinct") or not isinstance(expression, exp.Union):
            rows |= influence(union(columns.values()), "filter")
        rows |= self._tail(scope, expression, columns)
        return _Reached(columns, rows)

    def _select(self, scope: Scope, select: exp.Select) -> _Reached:
        columns: dict[str, Found] = {}
        for number, item in enumerate(select.selects):
            columns[item.output_name or f"_{number}"] = self._values(scope, item, columns)
        rows = _NONE
        for source in self._sources(scope):
            rows |= source.rows
        args = select.args
        for join in args.get("joins") or ():
            rows |= self._within(scope, [join.args.get("on"), *(join.args.get("using") or ())], "join", columns)
        rows |= self._within(scope, [args.get("where"), args.get("having"), args.get("qualify")], "filter", columns)
        grouped = args.get("group")
        if grouped is not None:
            everything = (
                [item for item in select.selects if not item.find(exp.AggFunc)] if grouped.args.get("all") else []
            )
            rows |= self._within(scope, [grouped, *everything], "group_by", columns)
        for lateral in args.get("laterals") or ():
            rows |= self._within(scope, [lateral], "filter", columns)
        if args.get("distinct") is not None:
            rows |= influence(union(columns.values()), "filter") | self._within(
                scope, [args["distinct"]], "filter", columns
            )
        for item in select.selects:
            for call in item.find_all(exp.Explode, exp.Unnest):  # one row for each value
                rows |= self._within(scope, [call], "filter", columns)
        return _Reached(columns, rows | self._tail(scope, select, columns))

    def _tail(self, scope: Scope, query: exp.Query, columns: Mapping[str, Found]) -> Found:
        order = query.args.get("order")
        rows = self._within(scope, [order], "sort", columns)
        if order is not None and order.find(exp.Var) and order.find(exp.Var).name.lower() == "all":
            rows |= influence(union(columns.values()), "sort")
        return rows | self._within(scope, [query.args.get("limit"), query.args.get("offset")], "filter", columns)

    def _sources(self, scope: Scope) -> Iterable[_Reached]:
        for source in scope.sources.values():
            if isinstance(source, Scope):
                yield self._scope(source)

    def _table_function(self, scope: Scope, expression: exp.Expr) -> _Reached:
        """Follow `unnest(...)` and its like: whatever goes in decides both values and rows."""
        found = self._values(scope.parent or scope, expression, {})
        alias = expression.args.get("alias")
        names = [column.name for column in (alias.columns if alias is not None else ())] or list(scope.outer_columns)
        return _Reached(
            _AnyColumn({name: transformed(found) for name in names}, transformed(found)), influence(found, "filter")
        )

    def _within(self, scope: Scope, parts: Iterable[exp.Expr | None], way: str, columns: Mapping[str, Found]) -> Found:
        found = _NONE
        for part in parts:
            if part is not None:
                found |= self._values(scope, part, columns)
        return influence(found, way)

    def _values(  # noqa: PLR0911 - one for each kind of expression
        self, scope: Scope, node: exp.Expr, made: Mapping[str, Found]
    ) -> Found:
        """Give what the values of an expression depend on; `made` are the columns that the query gives so far."""
        match node:
            case exp.Column():
                return self._column(scope, node, made)
            case exp.Alias() | exp.Paren():
                return self._values(scope, node.this, made)
            case exp.Query():
                return self._subquery(scope, node)
            case exp.Table() | exp.Identifier() | exp.Literal():
                return _NONE
            case exp.Case() | exp.If():
                return self._conditional(scope, node, made)
            case exp.Window():
                parts = [*(node.args.get("partition_by") or ()), node.args.get("order")]
                return self._values(scope, node.this, made) | self._within(scope, parts, "window", made)
            case exp.Filter():
                return self._values(scope, node.this, made) | self._within(scope, [node.expression], "filter", made)
            case exp.AggFunc():
                return aggregated(self._children(scope, node, made))
        return transformed(self._children(scope, node, made))

    def _children(self, scope: Scope, node: exp.Expr, made: Mapping[str, Found]) -> Found:
        return union(self._values(scope, child, made) for child in node.iter_expressions())

    def _conditional(self, scope: Scope, node: exp.Case | exp.If, made: Mapping[str, Found]) -> Found:
        branches = node.args.get("ifs") or [node]
        conditions = [branch.this for branch in branches] + ([node.this] if isinstance(node, exp.Case) else [])
        values = [branch.args.get("true") for branch in branches] + [node.args.get("default"), node.args.get("false")]
        found = union(self._values(scope, value, made) for value in values if value is not None)
        return transformed(found) | self._within(scope, conditions, "conditional", made)

    def _subquery(self, scope: Scope, node: exp.Query) -> Found:
        for below in (*scope.subquery_scopes, *scope.derived_table_scopes):
            if below.expression is node or below.expression is node.this:
                reached = self._scope(below)
                return transformed(union(reached.columns.values())) | reached.rows
        raise _UnfollowedError("a subquery that cannot be followed")

    def _column(self, scope: Scope, column: exp.Column, made: Mapping[str, Found]) -> Found:
        around: Scope | None = scope
        while around is not None:
            source = around.sources.get(column.table)
            if isinstance(source, Scope):
                return self._scope(source).columns[column.name]
            if isinstance(source, exp.Table):
                return frozenset({Dependency(self._input(source), self._known(source, column.name), "identity")})
            around = around.parent
        if not column.table and column.name in made:
            return made[column.name]
        # A name that belongs to one of several tables, or to none that is known, is taken to be of each
        tables = [source for source in scope.sources.values() if isinstance(source, exp.Table)]
        if not tables:
            raise _UnfollowedError("a column whose table cannot be told")
        return frozenset(
            Dependency(self._input(table), self._known(table, column.name), "identity") for table in tables
        )

    def _known(self, table: exp.Table, column: str) -> str:
        columns = self.tables.get(self._input(table), ())
        return next((known for known in columns if known == column), None) or next(
            (known for known in columns if known.lower() == column.lower()), column
        )


class _AnyColumn(dict[str, Found]):
    """The columns of a table function, whose names the database chooses where the query does not."""

    def __init__(self, columns: Mapping[str, Found], other: Found) -> None:
        super().__init__(columns)
        self._other = other

    def __missing__(self, name: str) -> Found:
        return self._other


def union(several: Iterable[Found]) -> Found:
    """Give what any of several depends on."""
    found: Found = _NONE
    for item in several:
        found |= item
    return found


def transformed(found: Found) -> Found:
    """Give a set after something was computed from it."""
    return frozenset(
        Dependency(item.asset, item.column, "transformation") if item.way == "identity" else item for item in found
    )


def aggregated(found: Found) -> Found:
    """Give a set after many rows became one."""
    return frozenset(
        Dependency(item.asset, item.column, "aggregation") if item.way in DIRECT[:3] else item for item in found
    )


def influence(found: Found, way: str) -> Found:
    """Give a set whose every column has an influence only."""
    return frozenset(Dependency(item.asset, item.column, way) for item in found)
