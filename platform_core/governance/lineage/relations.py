"""The column lineage of a function that only asks DuckDB: a relation shows no plan, so its source and its SQL are read.

Such a function assigns what `duckdb.sql(...)` gives of texts, and gives one of these back, as it is or as a frame. The
tables of a text are the names that the function has at that place. What is not proven here counts as not so: None.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import FunctionType
from typing import Any

from platform_core.errors import UserError
from platform_core.governance.lineage.composing import composed
from platform_core.governance.lineage.model import ColumnLineage, Dependency

_PLAIN = (bool, int, float, str, type(None))
_ASKS, _TURNS = frozenset(("sql", "query")), frozenset(("pl", "df", "fetchdf", "to_df", "arrow", "fetch_arrow_table"))
_DEPTH = 4
# What a database holds by itself: where somebody made a table, a view or a macro, a name may stand for that
_OWN = (
    "SELECT (SELECT count(*) FROM duckdb_tables()) + (SELECT count(*) FROM duckdb_views() WHERE NOT internal)"
    " + (SELECT count(*) FROM duckdb_functions() WHERE NOT internal)"
)


class _UnprovenError(Exception):
    """The function may do something else."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame that the function has: what its columns are made from, and whether it was turned into another kind."""

    lineage: ColumnLineage
    turned: bool = False


def lineage_of_relations(
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    frames: Mapping[int, ColumnLineage],
    given: Sequence[str],
) -> ColumnLineage | None:
    """Give the lineage of what a function gave that only asks DuckDB; None where it may do something else.

    Args:
        function: The function.
        arguments: What it was called with, by parameter.
        frames: The lineage of each frame among that, by its identity.
        given: The columns of what it gave.

    >>> lineage_of_relations(lambda rents: rents.fetchall(), {"rents": None}, {}, []) is None
    True
    """
    duck = sys.modules.get("duckdb")
    if duck is None or not isinstance(function, FunctionType):
        return None
    if not any(value is duck for value in function.__globals__.values()):  # a frame among them cannot be compared
        return None
    try:
        frame = _called(function, dict(arguments), frames, _DEPTH)
        own = duck.sql(_OWN).fetchall()
    except (_UnprovenError, UserError, duck.Error):
        return None
    if not isinstance(frame, _Frame) or own != [(0,)]:
        return None
    made = frame.lineage
    if len(made.columns) != len(given) or len(set(given)) != len(given):
        return None
    # Columns without a name are called by DuckDB; their order is that of the query
    return replace(made, columns=dict(zip(given, made.columns.values(), strict=True)))


def _called(
    function: FunctionType, arguments: Mapping[str, Any], frames: Mapping[int, ColumnLineage], depth: int
) -> Any:
    """Give what a function gives: a `_Frame`, or a plain value."""
    source = _source(function)
    if source is None or not depth or function.__closure__ or source.args.vararg or source.args.kwarg:
        raise _UnprovenError
    names = [one.arg for one in (*source.args.posonlyargs, *source.args.args, *source.args.kwonlyargs)]
    if set(names) != arguments.keys():
        raise _UnprovenError
    held = {
        name: value if isinstance(value, _Frame) else _Frame(frames[id(value)]) if id(value) in frames else value
        for name, value in arguments.items()
    }
    reader = _Reader(function.__globals__, held, frames, depth)
    *steps, last = [one for one in source.body if not _is_text(one)]
    for step in steps:
        match step:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in held:
                held[name] = reader.value(value)
            case _:
                raise _UnprovenError
    if not isinstance(last, ast.Return) or last.value is None:
        raise _UnprovenError
    return reader.value(last.value)


class _Reader:
    """The expressions of one function."""

    def __init__(
        self,
        scope: Mapping[str, Any],
        held: Mapping[str, Any],
        frames: Mapping[int, ColumnLineage],
        depth: int,
    ) -> None:
        self._scope, self._held, self._frames, self._depth = scope, held, frames, depth

    def value(self, node: ast.expr) -> Any:  # noqa: PLR0911 - one for each kind of expression
        """Give what an expression gives: a `_Frame`, or a plain value."""
        match node:
            case ast.Name(id=name) if name in self._held:
                return self._held[name]
            case ast.Name(id=name) if name in self._scope and type(self._scope[name]) in _PLAIN:
                return self._scope[name]
            case ast.Constant(value=value) if isinstance(value, _PLAIN):
                return value
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self._held:
                setting = getattr(self._held[name], attribute, ...)
                if type(setting) in _PLAIN and not isinstance(self._held[name], _Frame):
                    return setting
            case ast.Call(func=ast.Attribute(value=inner, attr=attribute), args=[], keywords=[]) if attribute in _TURNS:
                frame = self.value(inner)
                if isinstance(frame, _Frame) and not frame.turned:
                    return _Frame(frame.lineage, turned=True)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute), args=[text], keywords=[]):
                if name not in self._held and self._is_duckdb(name) and attribute in _ASKS:
                    return self._asked(self._text(text))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords) if name not in self._held:
                return self._inner(self._scope.get(name), arguments, keywords)
        raise _UnprovenError

    def _is_duckdb(self, name: str) -> bool:
        return self._scope.get(name) is sys.modules["duckdb"]

    def _inner(self, function: Any, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Any:
        if not isinstance(function, FunctionType) or any(one.arg is None for one in keywords):
            raise _UnprovenError
        try:
            bound = inspect.signature(function).bind(
                *[self.value(one) for one in arguments], **{str(one.arg): self.value(one.value) for one in keywords}
            )
        except TypeError:
            raise _UnprovenError from None
        bound.apply_defaults()
        return _called(function, bound.arguments, self._frames, self._depth - 1)

    def _text(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                return "".join(self._text(one) for one in parts)
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                found = self.value(value)
                if type(found) in _PLAIN:
                    return f"{found}"
            case ast.Name():
                found = self.value(node)
                if type(found) is str:
                    return found
        raise _UnprovenError

    def _asked(self, text: str) -> _Frame:
        from platform_core.governance.lineage.sql import lineage_of_names  # noqa: PLC0415 - sqlglot costs 0.2 s

        between = {name: one.lineage for name, one in self._held.items() if isinstance(one, _Frame)}
        found = lineage_of_names(text, {name: list(one.columns) for name, one in between.items()})
        if found is None or any(one.column not in between[one.asset].columns for _, one in found.edges()):
            raise _UnprovenError
        return _Frame(composed(found, between))


def identity(asset: str, columns: Iterable[str]) -> ColumnLineage:
    """Give the lineage of an input: each column is itself.

    >>> identity("rents", ["town"]).columns
    {'town': (Dependency(asset='rents', column='town', way='identity'),)}
    """
    return ColumnLineage({column: (Dependency(asset, column, "identity"),) for column in columns})


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@cache
def _source(function: FunctionType) -> ast.FunctionDef | None:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    match tree.body:
        case [ast.FunctionDef() as found]:
            return found
    return None
