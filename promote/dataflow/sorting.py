"""Whether the value that a step gives was sorted last, so that its order means something."""

from __future__ import annotations

import ast

from promote.dataflow.outputs import Output
from promote.dataflow.program import Program
from promote.model import Step

_SORTING = frozenset(("sort", "sort_values", "sort_index", "order"))
_PASSING = frozenset(
    """collect lazy reset_index head tail limit rename to_pandas copy
    select drop with_columns assign df pl cast astype""".split()
)


def ends_in_sort(program: Program, step: Step, output: Output) -> bool:
    """Whether the value the step gives was sorted last."""
    own = program.of_cells(step.cells)
    made = [s for s in own if output.variable in s.effects.touched | s.changes.keys()]
    if not made or not isinstance(made[-1].node, (ast.Assign, ast.AnnAssign, ast.Expr)):
        return False
    value = made[-1].node.value
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr in _SORTING:
            return True
        if value.func.attr not in _PASSING:
            return value.func.attr in {"sql", "query"} and _sql_sorts(value)
        value = value.func.value
    return False


def _sql_sorts(call: ast.Call) -> bool:
    texts = [n.value for n in ast.walk(call) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return any("order by" in " ".join(text.lower().split()) for text in texts)
