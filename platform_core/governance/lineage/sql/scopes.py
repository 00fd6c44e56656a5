"""What a select, a union or a table function gives, and what shapes its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from platform_core.governance.lineage.sql.sets import Found, influence, transformed, union
from platform_core.governance.lineage.sql.tables import Tables
from platform_core.governance.lineage.sql.values import Reached, UnfollowedError, Values


class Scopes:
    """The scopes of one query, each followed once."""

    def __init__(self, tables: Tables) -> None:
        self._values = Values(tables, self.reach)
        self._done: dict[int, Reached] = {}
        self._doing: set[int] = set()

    def reach(self, scope: Scope) -> Reached:
        """Give what a scope gives.

        Raises:
            UnfollowedError: It holds what is not followed here.
        """
        known = self._done.get(id(scope))
        if known is not None:
            return known
        if id(scope) in self._doing:
            raise UnfollowedError("a recursive query")
        self._doing.add(id(scope))
        expression = scope.expression
        if isinstance(expression, exp.SetOperation):
            reached = self._set(scope, expression)
        elif isinstance(expression, exp.Select):
            reached = self._select(scope, expression)
        elif isinstance(expression, exp.Subquery):
            reached = self.reach(next(iter(scope.subquery_scopes or scope.derived_table_scopes)))
        else:
            reached = self._table_function(scope, expression)
        self._doing.discard(id(scope))
        self._done[id(scope)] = reached
        return reached

    def _set(self, scope: Scope, expression: exp.SetOperation) -> Reached:
        if expression.args.get("by_name"):
            raise UnfollowedError("a union by name")
        left, right = (self.reach(below) for below in scope.set_operation_scopes)
        columns = {}
        for (name, one), other in zip(left.columns.items(), right.columns.values(), strict=True):
            columns[name] = one | other
        rows = left.rows | right.rows
        if expression.args.get("distinct") or not isinstance(expression, exp.Union):
            rows |= influence(union(columns.values()), "filter")
        rows |= self._tail(scope, expression, columns)
        return Reached(columns, rows)

    def _select(self, scope: Scope, select: exp.Select) -> Reached:
        columns: dict[str, Found] = {}
        shared: dict[str, Found] = {}
        for number, item in enumerate(select.selects):
            name, found = item.output_name or f"_{number}", self._values.of(scope, item, columns)
            if name in columns:
                shared[name] = shared.get(name, columns[name]) | found
                name = next(one for count in range(1, number + 2) if (one := f"{name}_{count}") not in columns)
            columns[name] = found
        rows = union(source.rows for source in self._sources(scope))
        for parts, way in _shaping(select):
            rows |= self._values.within(scope, parts, way, columns)
        if select.args.get("distinct") is not None:
            rows |= influence(union(columns.values()), "filter")
        return Reached(columns, rows | self._tail(scope, select, columns), shared)

    def _tail(self, scope: Scope, query: exp.Query, columns: Mapping[str, Found]) -> Found:
        order = query.args.get("order")
        rows = self._values.within(scope, [order], "sort", columns)
        if order is not None and order.find(exp.Var) and order.find(exp.Var).name.lower() == "all":
            rows |= influence(union(columns.values()), "sort")
        return rows | self._values.within(scope, [query.args.get("limit"), query.args.get("offset")], "filter", columns)

    def _sources(self, scope: Scope) -> Iterable[Reached]:
        for source in scope.sources.values():
            if isinstance(source, Scope):
                yield self.reach(source)
            elif isinstance(source.this, exp.Func):
                yield Reached({}, influence(self._values.of_function(scope, source), "filter"))

    def _table_function(self, scope: Scope, expression: exp.Expr) -> Reached:
        """Follow `unnest(...)` and its like: whatever goes in decides both values and rows."""
        found = self._values.of(scope.parent or scope, expression, {})
        alias = expression.args.get("alias")
        names = [column.name for column in (alias.columns if alias is not None else ())] or list(scope.outer_columns)
        return Reached(
            _AnyColumn({name: transformed(found) for name in names}, transformed(found)), influence(found, "filter")
        )


def _shaping(select: exp.Select) -> Iterator[tuple[list[exp.Expr | None], str]]:
    """Give the parts of a select that shape its rows, each with how."""
    args = select.args
    for join in args.get("joins") or ():
        yield [join.args.get("on"), *(join.args.get("using") or ())], "join"
    yield [args.get(name) for name in ("where", "having", "qualify", "distinct")], "filter"
    yield [*(args.get("laterals") or ())], "filter"
    grouped = args.get("group")
    if grouped is not None:
        keys = [item for item in select.selects if not item.find(exp.AggFunc)] if grouped.args.get("all") else []
        yield [grouped, *keys], "group_by"
    for item in select.selects:
        yield [*item.find_all(exp.Explode, exp.Unnest)], "filter"  # one row for each value


class _AnyColumn(dict[str, Found]):
    """The columns of a table function, whose names the database chooses where the query does not."""

    def __init__(self, columns: Mapping[str, Found], other: Found) -> None:
        super().__init__(columns)
        self._other = other

    def __missing__(self, name: str) -> Found:
        return self._other
