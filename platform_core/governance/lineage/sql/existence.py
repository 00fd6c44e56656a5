"""Semi and anti joins as the existence of a row, since sqlglot takes the names of what they join for fields."""

from __future__ import annotations

from typing import cast

from sqlglot import exp

from platform_core.governance.lineage.sql.values import UnfollowedError


def with_existence(query: exp.Query) -> exp.Query:
    """Write `a SEMI JOIN b ON c` as `a WHERE EXISTS (SELECT 1 FROM b WHERE c)`, in place.

    Raises:
        UnfollowedError: It joins by a name that may be of several tables.

    >>> import sqlglot
    >>> with_existence(sqlglot.parse_one("SELECT id FROM a ANTI JOIN b USING (id)", dialect="duckdb")).sql("duckdb")
    'SELECT id FROM a WHERE NOT EXISTS(SELECT 1 FROM b WHERE a.id = b.id)'
    """
    for join in list(query.find_all(exp.Join)):
        kinds = {join.kind.upper(), join.side.upper()}
        select = join.parent
        if kinds.isdisjoint({"SEMI", "ANTI"}) or not isinstance(select, exp.Select):
            continue
        rows = exp.select("1").from_(join.this.copy()).where(_condition(join, select))
        exists = exp.Exists(this=rows)
        select.where(exp.Not(this=exists) if "ANTI" in kinds else exists, copy=False)
        join.pop()
    return query


def _condition(join: exp.Join, select: exp.Select) -> exp.Expr:
    on = join.args.get("on")
    if on is not None:
        return cast("exp.Expr", on.copy())
    start = select.args.get("from_") or select.args.get("from")
    using = join.args.get("using")
    if not using or start is None or select.args["joins"][0] is not join or not start.this.alias_or_name:
        raise UnfollowedError("a semi join by a name that may be of several tables")
    left, right = start.this.alias_or_name, join.this.alias_or_name
    equal = (exp.EQ(this=exp.column(one.name, left), expression=exp.column(one.name, right)) for one in using)
    return exp.and_(*equal)
