"""Whether a function does nothing but build a plan: read from its source, without running it.

Such a function gives the same plan for the same columns, types and constants. So its lineage may be remembered, and a
function of eager frames may be called once more with lazy frames that hold nothing, to see the plan that it stands for.
What is not proven here counts as not so.
"""

from __future__ import annotations

import ast
import builtins
import datetime
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import polars as pl

from platform_core.values import dataclass, field

_BUILTINS = frozenset((
    "abs", "all", "any", "bool", "dict", "enumerate", "float", "frozenset", "int", "len", "list", "max", "min",
    "range", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "zip", "True", "False", "None",
))  # fmt: skip
_REFUSED = frozenset((
    "collect", "collect_async", "collect_batches", "collect_all", "collect_all_async", "profile", "fetch",
    "describe", "explain", "show", "show_graph", "remote", "serialize", "deserialize", "inspect", "from_dataframe",
    "Config", "SQLContext", "now", "today", "utcnow", "sql", "select_remote", "plugins", "io", "api", "meta",
))  # fmt: skip
_REFUSED_STARTS = ("read_", "scan_", "sink_", "_", "write_", "from_repr", "register_")
_STATEMENTS = (
    ast.Try,
    ast.With,
    ast.AsyncWith,
    ast.Global,
    ast.Nonlocal,
    ast.Import,
    ast.ImportFrom,
    ast.ClassDef,
    ast.Delete,
)
_EXPRESSIONS = (ast.Await, ast.Yield, ast.YieldFrom)
_PLAIN = (bool, int, float, str, bytes, type(None), datetime.date, datetime.time, datetime.timedelta)
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Purity:
    """What is known of a function.

    Attributes:
        pure: Whether it does nothing but build a plan.
        closed: Whether its lambdas and inner functions hold nothing but what they are given.
        reads: The attributes of its parameters that it reads, as pairs of parameter and attribute.
        constants: The constants outside of it that it uses: where they are looked up, their names and values.
    """

    pure: bool
    closed: bool
    reads: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[Mapping[str, Any], str, Any], ...] = field(default=(), compare=False)

    def unchanged(self) -> bool:
        """Say whether the constants are still what they were."""
        return all(name in scope and scope[name] == value for scope, name, value in self.constants)


class _ImpureError(Exception):
    """The function may do something else."""


def purity_of(function: Callable[..., Any]) -> Purity:
    """Read whether a function does nothing but build a plan.

    >>> purity_of(lambda rents: rents.collect()).pure
    False
    """
    found = _Found()
    try:
        _read(inspect.unwrap(function), found, 0)
    except (_ImpureError, RecursionError):
        return Purity(pure=False, closed=False)
    return Purity(True, found.closed, tuple(sorted(found.reads)), tuple(found.constants))


@dataclass(slots=True)
class _Found:
    closed: bool = True
    reads: set[tuple[str, str]] = field(default_factory=set)
    constants: list[tuple[Mapping[str, Any], str, Any]] = field(default_factory=list)
    done: set[int] = field(default_factory=set)


def _read(function: Any, found: _Found, depth: int) -> None:
    if id(function) in found.done:
        return
    found.done.add(id(function))
    tree = _tree(function)
    if tree is None or depth > _DEPTH:
        raise _ImpureError
    if isinstance(tree, ast.FunctionDef):
        tree.decorator_list = []
        tree.returns = None
    arguments = [*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs]
    for argument in arguments:
        argument.annotation = None
    frames = {argument.arg for argument in arguments}
    nodes = [*ast.walk(tree)]  # once: walking costs more than all that is asked of a node
    local = frames | {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    local |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    local |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    told = _told_as_text(nodes)
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    cells = inspect.getclosurevars(function).nonlocals
    for node in nodes:
        _check(node, told)
        if isinstance(node, ast.Attribute):
            # A method of an argument that is no frame may do anything
            _attribute(node, frames if depth == 0 and id(node) not in called else set(), found)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in local:
            _outside(node.id, cells if node.id in cells else function.__globals__, function, found, depth)
        elif isinstance(node, ast.Lambda | ast.FunctionDef) and node is not tree:
            found.closed = found.closed and not _holds(node, local)


def _tree(function: Any) -> ast.FunctionDef | ast.Lambda | None:
    if not isinstance(function, FunctionType):
        return None
    try:
        source = textwrap.dedent(inspect.getsource(function))
        body = ast.parse(source).body
    except (OSError, TypeError, SyntaxError):
        return None
    if body and isinstance(body[0], ast.FunctionDef):
        return body[0]
    lambdas = [node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Lambda)]
    return lambdas[0] if len(lambdas) == 1 and function.__name__ == "<lambda>" else None


def _told_as_text(nodes: Iterable[ast.AST]) -> set[str]:
    """Give the names that may be put into text: those of loops, never one that may be a frame."""
    targets = [node.target for node in nodes if isinstance(node, ast.For | ast.comprehension)]
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _check(node: ast.AST, told: set[str]) -> None:
    if isinstance(node, (*_STATEMENTS, *_EXPRESSIONS)):
        raise _ImpureError
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        raise _ImpureError
    shown = node.value if isinstance(node, ast.FormattedValue) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and node.args:
        shown = node.args[0]
    if shown is not None and not (
        isinstance(shown, ast.Constant) or (isinstance(shown, ast.Name) and shown.id in told)
    ):
        raise _ImpureError


def _attribute(node: ast.Attribute, parameters: set[str], found: _Found) -> None:
    name = node.attr
    if name in _REFUSED or (name.startswith(_REFUSED_STARTS) and name != "from_epoch"):
        raise _ImpureError
    if name in _known():
        return
    if isinstance(node.value, ast.Name) and node.value.id in parameters:
        found.reads.add((node.value.id, name))  # of a configuration or the context: told with the arguments
        return
    raise _ImpureError


@cache
def _known() -> frozenset[str]:
    """Give the names of everything that builds a plan."""
    expression = pl.col("a")
    spaces = [getattr(expression, space) for space in ("str", "dt", "list", "arr", "struct", "cat", "bin", "name")]
    holders = (
        pl,
        pl.LazyFrame,
        pl.Expr,
        pl.selectors,
        pl.when(True),
        pl.when(True).then(1),
        *spaces,
        str,
        list,
        dict,
        tuple,
        set,
        pl.LazyFrame().group_by("a"),
        datetime,
        datetime.datetime,
        pl.Schema,
    )
    return frozenset(name for holder in holders for name in dir(holder))


def _outside(name: str, scope: Mapping[str, Any], function: Any, found: _Found, depth: int) -> None:
    if name not in scope:
        if name in _BUILTINS and hasattr(builtins, name):
            return
        raise _ImpureError
    value = scope[name]
    module = str(getattr(value, "__module__", "") or "")
    if isinstance(value, ModuleType):
        if value.__name__ not in {"polars", "polars.selectors", "datetime"}:
            raise _ImpureError
    elif isinstance(value, FunctionType) and value.__module__ == function.__module__:
        _read(value, found, depth + 1)
    elif (
        (module.startswith("polars.") or module in {"datetime", "polars"})
        and callable(value)
        and not isinstance(value, pl.Expr)
    ):
        if name in _REFUSED or value.__name__ in _REFUSED or value.__name__.startswith(_REFUSED_STARTS):
            raise _ImpureError
    elif all(isinstance(item, _PLAIN) for item in _items(value)):
        found.constants.append((scope, name, _copied(value)))
    else:
        raise _ImpureError


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _items(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _items(key)
            yield from _items(item)
    else:
        yield value


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_copied(item) for item in value)
    return value.copy() if isinstance(value, set) else value


def _holds(inner: ast.Lambda | ast.FunctionDef, outer: set[str]) -> bool:
    """Say whether a function inside another one reads names of that one."""
    own = {node.arg for node in ast.walk(inner) if isinstance(node, ast.arg)}
    own |= {node.id for node in ast.walk(inner) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    read = {node.id for node in ast.walk(inner) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return bool(read & (outer - own))
