"""SQL becomes lineage, or the reason why it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

from platform_core.errors import UserError
from platform_core.governance.lineage.model import ColumnLineage, Dependency, Unknown
from platform_core.governance.lineage.sql.existence import with_existence
from platform_core.governance.lineage.sql.scopes import Scopes
from platform_core.governance.lineage.sql.sets import NONE, Found
from platform_core.governance.lineage.sql.tables import Tables
from platform_core.governance.lineage.sql.values import UnfollowedError

_UNFOLLOWED = (exp.Pivot, exp.Columns, exp.MatchRecognize)
_OF_STARS = (exp.Select, exp.Column, exp.Dot, exp.Count, exp.Table)  # another one chooses, as `* LIKE 'x%'` does
# Functions that run a text as SQL, or read the table that a text names
_RUN_TEXTS = frozenset((
    "query", "query_table", "json_execute_serialized_sql", "postgres_query", "mysql_query", "dblink", "query_to_xml",
    "query_to_xml_and_xmlschema", "query_to_xmlschema", "table_to_xml", "cursor_to_xml",
))  # fmt: skip


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
    about = Tables(tables, dialect)
    try:
        return _followed(query, about, columns)
    except Exception as error:  # noqa: BLE001 - sqlglot fails in many ways over what it does not know; all is named then
        reason = str(error) if isinstance(error, UnfollowedError) else "SQL that cannot be followed"
        return _everything(query, about, columns, reason)


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


def lineage_of_names(sql: str, tables: Mapping[str, Sequence[str]]) -> ColumnLineage | None:
    """Give the lineage of a query of DuckDB that reads nothing but some tables; None where it may read another one.

    Raises:
        UserError: It cannot be read, or is not one query.

    >>> lineage_of_names("SELECT rent FROM homes", {"homes": ["rent"]}) is None
    False
    >>> lineage_of_names("SELECT rent FROM 'homes.csv'", {"homes": ["rent"]}) is None
    True
    """
    query = _parsed(sql, "duckdb")
    common = {one.alias_or_name for one in query.find_all(exp.CTE)}
    if query.parent is not None or {one.lower() for one in common} & {name.lower() for name in tables}:
        return None  # it makes a table, or a name of its own hides one
    for table in query.find_all(exp.Table):
        if isinstance(table.this, exp.Func):
            known = isinstance(table.this, exp.Unnest | exp.GenerateSeries | exp.ExplodingGenerateSeries)
        else:
            known = not table.db and (table.name in tables or table.name in common)
        if not known:
            return None
    if any(one.name.lower() in (*_RUN_TEXTS, "getvariable") for one in query.find_all(exp.Anonymous)):
        return None
    return lineage_of_sql(sql, tables)


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


def _followed(query: exp.Query, tables: Tables, given: Sequence[str] | None) -> ColumnLineage:
    chosen = any(not isinstance(star.parent, _OF_STARS) for star in query.find_all(exp.Star))
    if chosen or any(query.find(kind) for kind in _UNFOLLOWED):
        raise UnfollowedError("a pivot, or columns chosen by a pattern")
    if _runs_text(query):
        raise UnfollowedError("a function that runs a text as SQL")
    if any(clause.recursive for clause in query.find_all(exp.With)):
        raise UnfollowedError("a recursive query")
    resolved = qualify(
        with_existence(query.copy()),
        dialect=tables.dialect,
        schema=MappingSchema(tables.schema(), dialect=tables.dialect, normalize=False),
        validate_qualify_columns=False,
        identify=False,
        quote_identifiers=False,
    )
    scope = build_scope(resolved)
    if scope is None:
        raise UnfollowedError("SQL that cannot be followed")
    reached = Scopes(tables).reach(scope)
    if given is not None and len(given) != len(reached.columns) and "*" not in reached.columns:
        raise UnfollowedError("a query that gives other columns than it names")
    names = tables.written(query, list(reached.columns), given)
    unknown: tuple[Unknown, ...] = ()
    columns = dict(zip(names, reached.columns.values(), strict=True))
    if "*" in columns:
        columns, unknown = _starred(columns, query, tables, given)
    return ColumnLineage(
        {name: tuple(sorted(found)) for name, found in columns.items()}, tuple(sorted(reached.rows)), unknown
    )


def _runs_text(query: exp.Query) -> bool:
    return any(one.name.lower() in _RUN_TEXTS for one in query.find_all(exp.Anonymous))


def _starred(
    columns: dict[str, Found], query: exp.Query, tables: Tables, given: Sequence[str] | None
) -> tuple[dict[str, Found], tuple[Unknown, ...]]:
    """Say what a star over a table of unknown columns stands for."""
    stars = columns.pop("*")
    unknown = (Unknown("", "a star over a table whose columns are not known"),)
    every = frozenset(Dependency(name, one, "opaque") for name in tables.read(query) for one in tables.of(name))
    if given is None:
        return {**columns, "*": stars | every}, unknown
    read = tables.read(query)
    if len(read) == 1 and not columns and _is_plain(query):
        return {name: frozenset({Dependency(read[0], name, "identity")}) for name in given}, ()
    return {name: columns.get(name, NONE) | every for name in given}, unknown


def _is_plain(query: exp.Query) -> bool:
    """Say whether a query is one select over a table alone, of all its columns and not those of a struct."""
    functions = any(isinstance(table.this, exp.Func) for table in query.find_all(exp.Table))
    named = {table.alias_or_name for table in query.find_all(exp.Table)} | {""}
    of_table = all(isinstance(one, exp.Star) or getattr(one, "table", None) in named for one in query.selects)
    return of_table and not functions and len(list(query.find_all(exp.Select))) == 1


def _everything(query: exp.Query, tables: Tables, given: Sequence[str] | None, reason: str) -> ColumnLineage:
    """Give every column of every table that a query reads; of all that are known, where a text may name them."""
    read = {*tables.read(query), *(tables.columns if _runs_text(query) else ())}
    found = {Dependency(name, column, "opaque") for name in read for column in tables.of(name)}
    names = given or [item.output_name or "*" for item in query.selects] or ["*"]
    return ColumnLineage(dict.fromkeys(names, tuple(sorted(found))), (), (Unknown("", reason),))
