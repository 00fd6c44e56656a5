"""What stands in memory and comes out as a value: texts of objects that have none of their own, `hash` handed on.

`str(…)` of an instance whose class has no `__str__` or `__repr__` shows the address of the object.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promote.dataflow.program import Statement
from promote.language.syntax import dotted_of
from promote.outside.sight import Sight

_TEXTS = frozenset(("str", "repr", "ascii", "format"))
_SHOWING = frozenset(("__repr__", "__str__", "__format__"))
_PLAIN = frozenset(("object", "ABC", "Protocol", "Generic"))


def shown_addresses(look: Sight, s: Statement) -> Iterator[ast.expr]:
    """Give the places of a statement that make a text of an object without one of its own."""
    for call in s.facts.kinds.get(ast.Call, ()):
        shows = isinstance(call.func, ast.Name) and call.func.id in _TEXTS and len(call.args) == 1
        if shows and _is_bare(look, s, call.args[0]):
            yield call
    for part in s.facts.kinds.get(ast.FormattedValue, ()):
        if _is_bare(look, s, part.value):
            yield part.value


def handed_hashes(look: Sight, s: Statement) -> Iterator[ast.Name]:
    """Give the places where `hash` or `id` is handed on: `column.map(hash)`."""
    names = {name for name in s.facts.names & {"hash", "id"} if not look.context.program.touches.get(name)}
    for call in s.facts.kinds.get(ast.Call, ()) if names else ():
        if _hands_on(call):
            every = (*call.args, *(k.value for k in call.keywords))
            yield from (given for given in every if isinstance(given, ast.Name) and given.id in names)


def _hands_on(call: ast.Call) -> bool:
    """Whether a call may call what it is given: a method, `map`, `sorted`; none that only asks of which type it is."""
    return not (isinstance(call.func, ast.Name) and call.func.id in {"isinstance", "callable", "print", "type"})


def _is_bare(look: Sight, s: Statement, node: ast.expr) -> bool:
    """Whether an expression surely gives an object that is shown by where it stands."""
    functions = look.context.program.functions
    if isinstance(node, ast.Name):
        if node.id in functions.by_name and node.id not in functions.variables and node.id not in functions.classes:
            return True
        value = look.looker.value_of(node.id, s.index)
        return isinstance(value, (ast.Call, ast.Lambda)) and _is_bare(look, s, value)
    path = dotted_of(node.func) if isinstance(node, ast.Call) else None
    if path is None or len(path) > 1 or path[0] in functions.variables:
        return isinstance(node, ast.Lambda)
    if path == ("object",):
        return path[0] not in functions.classes
    lineage = functions.lineage(path[0])
    told = any(not _SHOWING.isdisjoint(cls.methods) or cls.meta for cls in lineage)
    others = {base for cls in lineage for base in cls.bases} - functions.classes.keys() - _PLAIN
    return bool(lineage) and not told and not others and not _is_decorated(look, path[0])


def _is_decorated(look: Sight, name: str) -> bool:
    """Whether a class of the notebook has a decorator, as dataclasses have, which may give it a text."""
    nodes = (n for s in look.context.program.statements for n in s.facts.kinds.get(ast.ClassDef, ()))
    return any(node.decorator_list for node in nodes if node.name == name)
