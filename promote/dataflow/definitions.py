"""Which statements define a name, so that they come along from any cell without being computed there."""

from __future__ import annotations

import ast
from collections.abc import Collection

from promote.dataflow.program import Program, Statement
from promote.language.statements import binds_literal, only_imports
from promote.trees import TYPE_ALIASES


def is_parameter(program: Program, name: str, statement: Statement) -> bool:
    """Whether a name is a value of the parameters cell that a run can set, bound there once."""
    from promote.dataflow.settable import settable_type  # noqa: PLC0415 - only where there are parameters

    bound = [s for s in program.bindings(name) if s.role.kind == "parameters"]
    settable = binds_literal(statement.node, name) and settable_type(getattr(statement.node, "value", None))
    return bool(settable) and bound == [statement]


def bound_once(program: Program, name: str, own: Collection[int]) -> bool:
    """Whether one statement binds a name, and only statements of the step, `own`, change it."""
    return len(program.bindings(name)) == 1 and all(s.index in own for s in program.changed_anywhere(name))


def is_definition(program: Program, name: str, statement: Statement) -> bool:
    """Whether a statement defines a name: what it gives is the same wherever it stands."""
    node = statement.node
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return True
    if isinstance(node, (ast.Try, ast.If)) and only_imports(node):
        return True
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if isinstance(value, ast.Lambda) or isinstance(node, TYPE_ALIASES):
        return len(program.bindings(name)) == 1
    if not binds_literal(node, name):
        return False
    immutable = value is not None and isinstance(value, ast.Constant)
    return len(program.bindings(name)) == 1 and (immutable or not program.changed_anywhere(name))
