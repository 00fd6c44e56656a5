"""Which statements of a step only show something, so that the promoted function leaves them out.

`print` stays. A bare expression that changes nothing, `display(...)` and plots that nothing uses are dropped; whoever
drops them says so in a note.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from promote.aliases import Functions
from promote.effects import DISPLAY_METHODS, PLOTTING_MODULES
from promote.program import Statement
from promote.syntax import dotted_of, root_of

_PURE_BUILTINS = frozenset(
    """len type dir id repr str int float bool min max sum sorted round abs any all isinstance help hex list tuple
    set""".split()
)


def dropped(statements: Sequence[Statement], functions: Functions) -> set[int]:
    """Give the indices of the statements of one step that only show something."""
    plots = _plots(statements, functions)
    return {
        s.index
        for s in statements
        if s.index in plots or (isinstance(s.node, ast.Expr) and not s.changes and _only_shows(s.node.value, functions))
    }


def is_display_call(node: ast.expr, functions: Functions) -> bool:
    """Whether an expression is a call of IPython's `display`."""
    if not isinstance(node, ast.Call):
        return False
    path = dotted_of(node.func)
    return path is not None and functions.canonical(path) in {"display", "IPython.display.display", "plt.show"}


def _only_shows(node: ast.expr, functions: Functions) -> bool:
    if is_display_call(node, functions):
        return True
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            return node.func.id in _PURE_BUILTINS and node.func.id not in functions.by_name
        return isinstance(node.func, ast.Attribute) and node.func.attr in DISPLAY_METHODS
    return isinstance(
        node,
        ast.Name
        | ast.Attribute
        | ast.Subscript
        | ast.Constant
        | ast.JoinedStr
        | ast.Tuple
        | ast.List
        | ast.Dict
        | ast.Set
        | ast.Compare
        | ast.BinOp
        | ast.UnaryOp
        | ast.BoolOp
        | ast.Lambda,
    ) and not any(isinstance(n, (ast.Call, ast.NamedExpr, ast.Await)) for n in ast.walk(node))


def _plots(statements: Sequence[Statement], functions: Functions) -> set[int]:
    """Statements that only draw: calls of plotting modules, and of names that such calls alone have bound."""
    drawn: set[str] = set()
    found: set[int] = set()
    for s in statements:
        if _draws(s, drawn, functions):
            found.add(s.index)
            drawn |= s.binds
    while True:  # what a kept statement reads must stay
        kept = [s for s in statements if s.index not in found]
        needed = {name for s in kept for name in s.reads} | {n for s in kept for n in s.effects.late}
        back = {s.index for s in statements if s.index in found and s.binds & needed}
        if not back:
            return found
        found -= back
        bound = {name for s in statements if s.index in found for name in s.binds}
        found = {i for i in found if any(s.index == i and _draws(s, bound, functions) for s in statements)}


def _draws(statement: Statement, drawn: set[str], functions: Functions) -> bool:
    node = statement.node
    if isinstance(node, (ast.Expr, ast.Assign)):
        value = node.value
        if isinstance(node, ast.Assign):
            targets_are_names = all(isinstance(n, (ast.Name, ast.Tuple, ast.List)) for n in node.targets)
            roots = [root_of(t) for t in node.targets]
            on_figures = all(r is not None and r[0] in drawn for r in roots)
            if not targets_are_names and not on_figures:
                return False
        return _draws_value(value, drawn, functions)
    return False


def _draws_value(value: ast.expr, drawn: set[str], functions: Functions) -> bool:
    while isinstance(value, (ast.Attribute, ast.Subscript, ast.Call)):
        if isinstance(value, ast.Call) and (path := dotted_of(value.func)):
            name = functions.canonical(path)
            if name.split(".")[0] in PLOTTING_MODULES and path[0] in functions.imports:
                return True
            if path[-1] in {"plot", "hist", "boxplot"} and len(path) > 1:
                return True
            if len(path) > 2 and path[1] in {"plot", "hist"}:
                return True
        value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name) and value.id in drawn
