"""What the text of a `def` or `class` tells of the objects that calls and instances share."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from promote.language.effects import REMEMBERING
from promote.language.syntax import dotted_of
from promote.language.uses import ClassInfo, Effects

_CONSTRUCTORS = frozenset(("__init__", "__new__", "__post_init__", "__init_subclass__"))
_UNCALLED = ("__", "_repr_", "_ipython_")  # Python calls the first, IPython those that show an object


def fresh_defaults(arguments: ast.arguments) -> Iterable[str]:
    """Give the parameters whose default value is an object that calls could share."""
    positional = [*arguments.posonlyargs, *arguments.args]
    paired = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)]
    paired += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
    for argument, default in paired:
        if not isinstance(default, (ast.Constant, ast.UnaryOp)):
            yield argument.arg


def remembers(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    """Whether a decorator keeps what a function gave, so that a later call may give what an earlier one did."""
    called = (d.func if isinstance(d, ast.Call) else d for d in getattr(node, "decorator_list", ()))
    return any(path[-1] in REMEMBERING for one in called if (path := dotted_of(one)))


def class_info(node: ast.ClassDef, found: Effects) -> ClassInfo:
    """Give what a class's text says of its instances."""
    implicit = {name for name in found.functions if name.startswith(_UNCALLED) and name not in _CONSTRUCTORS}
    if "__getitem__" in found.functions:
        implicit |= {"keys"} & found.functions.keys()  # `{**bag}` asks both
    shared = False
    for statement in node.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = {d for decorator in statement.decorator_list for d in dotted_of(decorator) or ()}
            if names & {"property", "cached_property"}:
                implicit.add(statement.name)
            shared = shared or "classmethod" in names
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            value = statement.value
            field = isinstance(value, ast.Call) and (dotted_of(value.func) or ("",))[-1] in {"field", "Field"}
            shared = shared or not (value is None or isinstance(value, (ast.Constant, ast.UnaryOp)) or field)
    for part in ast.walk(node):
        if (isinstance(part, ast.Attribute) and part.attr == "__class__") or (
            isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "type"
        ):
            shared = True
    bases = tuple(path[-1] for base in node.bases if (path := dotted_of(base)))
    meta = tuple(k.value.id for k in node.keywords if k.arg == "metaclass" and isinstance(k.value, ast.Name))
    return ClassInfo(found.functions, bases, frozenset(implicit), shared, meta, frozenset(found.reads))
