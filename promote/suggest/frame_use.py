"""Tell by what a notebook does with its variables which of them hold frames, whoever made them.

`store.read_table(sql)` and `loader.load()` say nothing of what they give; `.groupby(…)` on it, further down, does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable

_METHODS = frozenset(
    """groupby group_by sort_values reset_index set_index drop_duplicates drop_nulls dropna fillna isnull isna notna
    iterrows itertuples to_csv to_parquet to_excel to_sql write_csv write_parquet with_columns pivot_table melt
    value_counts select_dtypes nunique rename describe head tail merge""".split()
)
_ATTRIBUTES = frozenset(("columns", "iloc", "dtypes"))
_TOGETHER = frozenset(("merge", "merge_asof", "merge_ordered", "melt", "pivot_table", "crosstab", "sjoin"))
_FILE = re.compile(r"^[^\s]*\w\.[A-Za-z]\w{1,7}$")
_READING = re.compile(
    r"(?:^|_)(?:read|load|fetch|query|scrape|download|extract|import)(?:_|$)|^get_|_?(?:as|to)_?(?:pandas|polars|dataframe|df)$",
    re.IGNORECASE,
)


def used_as_frames(statements: Iterable[ast.stmt]) -> frozenset[str]:
    """Give the variables on which something is called, or looked at, that only frames have.

    >>> sorted(used_as_frames(ast.parse("a.groupby('x'); a.merge(b); d.append(1); e.columns").body))
    ['a', 'b', 'e']
    """
    found: set[str] = set()
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                given = [node.func.value] if node.func.attr in _METHODS else []
                given += node.args[:2] if node.func.attr in _TOGETHER else []
                given += [k.value for k in node.keywords if node.func.attr in _TOGETHER and k.arg in ("left", "right")]
                found |= {g.id for g in given if isinstance(g, ast.Name)}
            elif isinstance(node, ast.Attribute) and node.attr in _ATTRIBUTES and isinstance(node.value, ast.Name):
                found.add(node.value.id)
    return frozenset(found)


def reads_by_name(call: ast.Call) -> bool:
    """Whether what is called says by its name that it fetches something.

    >>> [reads_by_name(ast.parse(text).body[0].value) for text in ("store.read_table(q)", "tab.topandas()", "fit(x)")]
    [True, True, False]
    """
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return bool(_READING.search(name))


def source_of(call: ast.Call, imported: Container[str]) -> str:
    """Give the file that a call names, or what it is loaded from; empty where neither is told.

    >>> [source_of(ast.parse(text).body[0].value, ["wages"]) for text in ("read(q, cache='a/b.csv')", "wages.load()")]
    ['a/b.csv', 'wages']
    """
    for node in ast.walk(call):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _FILE.search(node.value):
            return node.value
    holder = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(holder, ast.Name) and holder.id in imported and not call.args and not call.keywords:
        return holder.id
    return ""


def flat(body: list[ast.stmt]) -> list[ast.stmt]:
    """Give statements with those inside of `if`, `with`, `try` and loops, in order; functions stay closed."""
    found: list[ast.stmt] = []
    for statement in body:
        found.append(statement)
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for part in ("body", "orelse", "finalbody"):
            found += flat(getattr(statement, part, []))
        for handler in getattr(statement, "handlers", []):
            found += flat(handler.body)
    return found


def literal(node: ast.Call) -> str:
    """Give the first literal text among a call's arguments, however deep, such as a path."""
    for argument in node.args[:1]:
        for part in ast.walk(argument):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                return part.value
    return ""
