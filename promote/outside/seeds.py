"""Fixes for chance and order: a seed where there is none, `sorted` around a set.

A fix is offered only where the cell's line stands in the notebook as Python reads it, so that its columns are true.
"""

from __future__ import annotations

import ast

from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.edits import Edit
from promote.language.syntax import dotted_of
from promote.model import Fix
from promote.outside.places import characters, span


def added_argument(context: Context, statement: Statement, call: ast.Call, argument: str, what: str) -> Fix | None:
    """Give the fix that adds a last argument to a call."""
    lines = _lines(context, statement)
    if call.end_lineno is None or call.end_col_offset is None:
        return None
    given: list[ast.expr] = [*call.args, *(k.value for k in call.keywords)]
    line = lines[call.end_lineno - 1]
    close = characters(line, call.end_col_offset)  # the closing bracket is the character before
    if line[close - 1 : close] != ")":
        return None
    last = max(((e.end_lineno or 0, e.end_col_offset or 0) for e in given), default=None)
    between = "," if last is None else _text(lines, last, (call.end_lineno, call.end_col_offset - 1))
    if "#" in between:
        return None
    text = argument if "," in between else f", {argument}"
    return Fix(what, (Edit(statement.cell, call.end_lineno, close, call.end_lineno, close, text),))


def seed_before(context: Context, statement: Statement, call: ast.Call) -> Fix | None:
    """Give the fix that seeds a module's generator on a line of its own above the statement."""
    path = dotted_of(call.func)
    line = _lines(context, statement)[statement.first - 1]
    if path is None or len(path) < 2 or statement.node.col_offset or line[:1] in " \t%!":
        return None
    text = ".".join((*path[:-1], "seed(0)"))
    edit = Edit(statement.cell, statement.first, 1, statement.first, 1, text + "\n")
    return Fix(f"Seed the generator: {text}.", (edit,))


def sorted_instead(context: Context, statement: Statement, call: ast.Call) -> Fix | None:
    """Give the fix that sorts the set which a call puts into a sequence."""
    if len(call.args) != 1 or call.keywords or call.end_lineno is None:
        return None
    what = "Sort the set."
    if isinstance(call.func, ast.Name) and call.func.id == "list":
        place = span(context.notebook, statement, call.func)
        return Fix(what, (Edit(statement.cell, *place, "sorted"),)) if place else None
    return _sorted(context, statement, call.args[0], what)


def sorted_listing(context: Context, statement: Statement, call: ast.Call) -> Fix | None:
    """Give the fix that sorts the list of names which a call gives."""
    return _sorted(context, statement, call, "Sort what is listed.")


def _sorted(context: Context, statement: Statement, inner: ast.expr, what: str) -> Fix | None:
    """Give the fix that puts `sorted(…)` around an expression."""
    place = span(context.notebook, statement, inner)
    if place is None:
        return None
    line, column, end_line, end = place
    before = Edit(statement.cell, line, column, line, column, "sorted(")
    return Fix(what, (before, Edit(statement.cell, end_line, end, end_line, end, ")")))


def _lines(context: Context, statement: Statement) -> list[str]:
    return context.notebook.cells[statement.cell - 1].source.split("\n")


def _text(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """Give the text between two places whose columns are bytes."""
    if start[0] == end[0]:
        return lines[start[0] - 1].encode()[start[1] : end[1]].decode(errors="ignore")
    first = lines[start[0] - 1].encode()[start[1] :].decode(errors="ignore")
    last = lines[end[0] - 1].encode()[: end[1]].decode(errors="ignore")
    return "\n".join([first, *lines[start[0] : end[0] - 1], last])
