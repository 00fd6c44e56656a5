"""The column lineage of an SQL query, through sqlglot, which parses some thirty dialects and resolves names and stars.

A query that cannot be followed (a recursive one, a pivot, columns chosen by a pattern) depends on every column of every
table that it reads, and that is said.

    reading   SQL becomes lineage, or the reason why it cannot
    tables    the tables of a query as inputs, their columns, the names that the result has
    scopes    what a select, a union, a table function gives, and what shapes its rows
    values    what an expression is made from
    existence semi and anti joins as the existence of a row
    sets      sets of dependencies, and what an operation makes of them
"""

from platform_core.governance.lineage.sql.reading import lineage_of_names, lineage_of_query, lineage_of_sql

__all__ = ["lineage_of_names", "lineage_of_query", "lineage_of_sql"]
