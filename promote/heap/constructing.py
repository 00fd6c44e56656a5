"""Instances that are made other than by a class's own name: of a class that is handed on, or that a call gives."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from platform_core.hints import TYPE_CHECKING
from promote.heap.heap import Objects
from promote.heap.library_changes import Target
from promote.language.functions import CONSTRUCTORS
from promote.language.uses import ClassInfo, Use

if TYPE_CHECKING:
    from promote.heap.calls import Calls


def classes_made(run: Calls, call: ast.Call, target: Target) -> set[ClassInfo]:
    """Give the classes of the notebook that a call may make an instance of, other than by their names."""
    heap = run.heap
    found = {cls for one in (target.callee | run.code_objects(call)) & heap.types for cls in heap.classes[one]}
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr == "__class__":
        found |= heap.classes_in(run.value(func.value))
    elif isinstance(func, ast.Call) and isinstance(func.func, ast.Name):
        if func.func.id == "type":
            found |= heap.classes_in(run.arguments(func))
        free = {name for info in run.functions.infos(func.func.id) for name in info.free}
        found |= {cls for name in free & run.functions.classes.keys() for cls in run.functions.lineage(name)}
    return found


def constructed(run: Calls, types: Objects, given: Objects, use: Use) -> None:
    """Take classes that are handed on to be called there: `make(Row, 3)`, `map(Row, rows)`."""
    made_of(run, (cls for one in types for cls in run.heap.classes[one]), given - types, use)


def made_of(run: Calls, classes: Iterable[ClassInfo], given: Objects, use: Use) -> None:
    """Take that instances of classes are made of what is given."""
    for cls in classes:
        for info in [m for name, m in cls.methods.items() if name in CONSTRUCTORS]:
            itself = dict.fromkeys(info.parameters[:1], run.heap.new())
            run.apply(info, dict.fromkeys(info.parameters, given) | itself, given, use)
