"""Names in SQL text."""


def quoted(name: str) -> str:
    """Give a name as DuckDB's SQL takes any.

    >>> quoted('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + name.replace('"', '""') + '"'
