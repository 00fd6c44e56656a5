"""What a process has loaded of a function and of all of the project's own that it reaches, as a digest.

Told by bytecode, not by the source on the disk: a file that was edited since it was imported is not what runs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

from platform_core.canonical import digest

_SPELT = frozenset(("polars.expr.expr", "re", "datetime", "decimal", "fractions", "pathlib"))  # constants, as text
_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def loaded_code(function: Callable[..., Any]) -> str:
    """Give 16 hexadecimal digits for what runs when a function is called, as it was loaded.

    >>> def rents(rows):
    ...     return [row for row in rows if row > 900]
    >>> loaded_code(rents) == loaded_code(rents), loaded_code(rents) == loaded_code(loaded_code)
    (True, False)
    """
    return digest(*_parts(function, _package(function), set()))


def _parts(value: Any, package: str, seen: set[int]) -> Iterator[str]:
    if isinstance(value, _PLAIN):
        yield repr(value)
    elif isinstance(value, set | frozenset):
        yield f"{type(value).__name__} {sorted(''.join(_parts(one, package, seen)) for one in value)}"
    elif isinstance(value, tuple):  # equal ones may be one object here and several there
        yield "tuple"
        for one in value:
            yield from _parts(one, package, seen)
    elif id(value) in seen:
        return
    else:
        seen.add(id(value))
        yield from _parts_of_object(value, package, seen)


def _parts_of_object(value: Any, package: str, seen: set[int]) -> Iterator[str]:
    if isinstance(value, list):
        yield "list"
        for one in value:
            yield from _parts(one, package, seen)
    elif isinstance(value, dict):
        yield from _members(value, package, seen)
    elif isinstance(bare := _bare(value), FunctionType) and _package(bare) == package:
        yield from _function(bare, package, seen)
    elif isinstance(value, type | ModuleType) and _package(value) == package:
        own = {name: one for name, one in vars(value).items() if not name.startswith("__") or callable(one)}
        yield from _members(own, package, seen)
    elif isinstance(value, partial):
        yield from _parts((value.func, value.args, value.keywords), package, seen)
    elif type(value).__module__.partition(".")[0] == package and hasattr(value, "__dict__"):
        yield from _parts((type(value), vars(value)), package, seen)
    elif type(value).__module__ in _SPELT:
        yield f"{type(value).__qualname__} {value}"
    else:  # of another package, whose version counts elsewhere, or an object: its name is known
        yield f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}"


def _bare(value: Any) -> Any:
    try:
        return inspect.unwrap(value) if callable(value) else value
    except ValueError:  # it seems to wrap something without end, as an object that answers to every name
        return value


def _members(named: Mapping[Any, Any], package: str, seen: set[int]) -> Iterator[str]:
    for name, one in named.items():
        yield repr(name) if isinstance(name, (*_PLAIN, tuple)) else type(name).__qualname__
        yield from _parts(one, package, seen)


def _function(function: FunctionType, package: str, seen: set[int]) -> Iterator[str]:
    names: set[str] = set()
    yield from _code(function.__code__, names)
    yield from _parts((function.__defaults__, function.__kwdefaults__), package, seen)
    for cell in function.__closure__ or ():
        try:
            yield from _parts(cell.cell_contents, package, seen)
        except ValueError:  # it was bound to nothing yet
            continue
    used = sorted(names & function.__globals__.keys())
    yield from _members({name: function.__globals__[name] for name in used}, package, seen)


def _code(code: CodeType, names: set[str]) -> Iterator[str]:
    names.update(code.co_names)
    yield f"{code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_freevars}"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code(constant, names)
        else:
            yield repr(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant)


def _package(thing: Any) -> str:
    name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", "")
    return str(name).split(".", 1)[0]
