"""The code version of an asset whose author gave none: a hash of its function and of all of its own that it reaches.

It is the same after a change of comments, layout or docstrings, and on every Python version; it changes when the
function, a helper or a constant that it uses changes.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from platform_core.canonical import canonical, digest

_DEF = (ast.FunctionDef, ast.AsyncFunctionDef)
_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def logic_version(function: Callable[..., Any]) -> str:
    """Give 16 hexadecimal digits for the logic of a function.

    Decorators of the function itself are left out: where it runs and how it is checked is no logic. Where there is no
    source to read, as in a plain interpreter, the bytecode stands in.

    >>> len(logic_version(textwrap.dedent))
    16
    """
    bare = inspect.unwrap(function)
    return digest(*_reached(bare, {id(bare)}, own=True))


def _reached(thing: Any, seen: set[int], *, own: bool = False) -> Iterator[str]:
    tree = _tree(thing)
    if tree is None:
        code = getattr(thing, "__code__", None)
        yield f"{code.co_code.hex()} {code.co_names} {code.co_consts!a}" if code else type(thing).__qualname__
        return
    if own and isinstance(tree, _DEF):
        tree.decorator_list = []
    yield canonical(tree)
    scope = _scope(thing)
    for name in sorted(_names(thing, tree) & scope.keys()):
        yield from _value(name, scope[name], thing, seen)


def _names(thing: Any, tree: ast.stmt) -> set[str]:
    """Name what is looked up outside: not a local variable that happens to be called as something outside is."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if not hasattr(thing, "__code__"):
        return names
    signature = (
        {node.id for node in ast.walk(tree.args) if isinstance(node, ast.Name)} if isinstance(tree, _DEF) else set()
    )
    return names & (signature | set(_looked_up(thing.__code__)))


def _looked_up(code: CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _looked_up(constant)


def _value(name: str, value: Any, user: Any, seen: set[int]) -> Iterator[str]:
    if isinstance(value, ModuleType):
        yield f"{name}={value.__name__}"
    elif isinstance(value, (*_PLAIN, tuple, list, set, frozenset, dict)):
        yield f"{name}={_plain(value)}"
    elif isinstance(value, FunctionType | type) and _package(value) == _package(user):
        if id(value) not in seen:
            seen.add(id(value))
            yield f"{name}="
            yield from _reached(value, seen)
    else:
        # Of another package, whose version is the lock file's business, or an object: its type and its name are known
        yield f"{name}={getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}"


def _plain(value: Any) -> str:
    """Give a value of Python's own types as text that depends on no order of a set and no address."""
    if isinstance(value, set | frozenset):
        return f"{{{','.join(sorted(map(_plain, value)))}}}"
    if isinstance(value, dict):
        return f"{{{','.join(f'{_plain(key)}:{_plain(item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple | list):
        return f"{type(value).__name__}({','.join(map(_plain, value))})"
    return canonical(ast.Constant(value)) if isinstance(value, _PLAIN) else type(value).__qualname__


def _tree(thing: Any) -> ast.stmt | None:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None


def _scope(thing: Any) -> dict[str, Any]:
    if isinstance(thing, type):
        module = inspect.getmodule(thing)
        names = dict(vars(module)) if module else {}
    else:
        names = {**thing.__globals__, **inspect.getclosurevars(thing).nonlocals}
    return {name: value for name, value in names.items() if getattr(builtins, name, names) is not value}


def _package(thing: Any) -> str:
    return str(getattr(thing, "__module__", "")).split(".", 1)[0]
