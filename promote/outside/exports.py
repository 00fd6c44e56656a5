"""Exports at the end of a step's cell: they belong into a cell of their own, which no step has."""

from __future__ import annotations

import ast

from promote.dataflow.program import Statement
from promote.edits import CutEdit
from promote.model import Fix
from promote.outside import outside_names as names
from promote.outside.sight import Sight


def cut_off(look: Sight, s: Statement) -> Fix | None:
    """Offer to put an export, and what stands below it, into a cell of its own; None where that changes the step.

    What stands below may be further exports, displays and prints. Nothing else of the notebook may read what the lines
    bind, and something has to be left in the cell.
    """
    cell = look.context.notebook.cells[s.cell - 1]
    own = [one for one in look.context.program.statements if one.cell == s.cell]
    head, tail = [one for one in own if one.index < s.index], [one for one in own if one.index >= s.index]
    if s.index not in look.own or cell.source.startswith("%%") or not any(one.binds or one.changes for one in head):
        return None
    bound = {name for one in tail for name in one.binds}
    later = look.context.program.statements[tail[-1].index + 1 :]
    if any(not bound.isdisjoint(one.reads) for one in later) or not look.given.isdisjoint(bound):
        return None
    if not all(one is s or _says_or_writes(one, bound) for one in tail) or not _writes_only(s):
        return None
    lines = cell.source.split("\n")
    first = s.first
    while first - 1 > head[-1].last and lines[first - 2].lstrip().startswith("#") and lines[first - 2][1:2] != "|":
        first -= 1
    if first <= head[-1].last:
        return None
    return Fix("Put the export into a cell of its own, without a tag.", (CutEdit(s.cell, first),))


def _writes_only(s: Statement) -> bool:
    """Whether a statement does nothing but write: a call, a block of such, or a file that is opened."""
    if isinstance(s.node, ast.With):
        return all(isinstance(one, ast.Expr) for one in s.node.body)
    return isinstance(s.node, ast.Expr) or (isinstance(s.node, ast.Assign) and isinstance(s.node.value, ast.Call))


def _says_or_writes(s: Statement, bound: set[str]) -> bool:
    """Whether a statement below an export may go with it: it shows, prints, or writes too."""
    if isinstance(s.node, ast.With):
        return _writes_only(s)
    if not isinstance(s.node, ast.Expr):
        return False
    if not (s.changes or s.effects.touched or s.writes):
        return True
    call = s.node.value
    if not isinstance(call, ast.Call):
        return False
    if isinstance(call.func, ast.Name):
        return call.func.id == "print"
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    of_own = isinstance(owner, ast.Name) and owner.id in bound
    return of_own or (isinstance(call.func, ast.Attribute) and call.func.attr in names.WRITING_METHODS)
