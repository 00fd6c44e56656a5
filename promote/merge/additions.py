"""What an edited module imports or defines that its notebook does not have yet, and the cell that it goes to.

That is the cell whose imports the module has taken, after the last of them: a cell of the step itself would take a
definition into the step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from promote.merge.cell_edits import LineEdit, UnplacedError
from promote.merge.parts import imported
from promote.merge.units import Unit
from promote.model import Plan, Selection


def addition(selection: Selection, plan: Plan, imports: Iterable[str], stray: Sequence[Unit]) -> list[LineEdit]:
    """Give the edit that adds imports that no cell has, and definitions from the top of the module.

    Raises:
        UnplacedError: No cell that is free of steps has imports.
    """
    known = {line for cell in selection.cells for line in _imports(cell.python)}
    lines = [line for line in sorted(imports) if line not in known]
    for unit in stray:
        starts = unit.text.startswith(("def ", "class ", "@", "async def "))
        lines += [*(["", ""] if starts else []), *unit.text.split("\n")]
    if not lines:
        return []
    roles = {cell.position: cell.role.kind for cell in selection.cells}
    taken = [f for function in plan.functions for f in function.imports if roles.get(f.cell) in ("explore", "helpers")]
    if not taken:
        raise UnplacedError
    last = max(taken, key=lambda f: (f.cell, f.last))
    return [LineEdit(last.cell, last.last + 1, last.last + 1, tuple(lines))]


def _imports(python: str) -> list[str]:
    try:
        return [line for _, line in imported(python)]
    except (SyntaxError, ValueError):
        return []
