"""The fix for a source that a silver or gold step takes from an untagged cell: make that cell a bronze step."""

from __future__ import annotations

import ast

from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.edits import TagEdit
from promote.language.syntax import dotted_of
from promote.model import Fix
from promote.outside.outside_names import DATABASE_READERS, FRAME_DATASETS, is_frame_reader
from promote.outside.roots import written
from promote.outside.sightings import Looker
from promote.suggest import names as naming

_KEEPING = frozenset(
    [
        "assign",
        "astype",
        "convert_dtypes",
        "copy",
        "drop",
        "drop_duplicates",
        "dropna",
        "query",
        "rename",
        "reset_index",
    ]
)


def as_bronze(context: Context, looker: Looker, statement: Statement) -> tuple[Fix | None, str]:
    """Say how a frame that a cell reads becomes a bronze step, with the fix where it is all that the cell gives.

    Nothing is said, in either way, where the cell has a tag or the statement gives no frame of a source.
    """
    cell = context.notebook.cells[statement.cell - 1]
    name = "" if cell.tags or statement.role.kind != "explore" else _name(context, looker, statement)
    if not name:
        return None, ""
    if all(one is statement or _is_aside(one) for one in context.program.by_cell[statement.cell]):
        fix = Fix(f"Tag cell {statement.cell} bronze:{name}.", (TagEdit(statement.cell, "", f"bronze:{name}"),))
        return fix, f"Only bronze steps read sources: tag cell {statement.cell} bronze:{name}."
    split = f"give this line of cell {statement.cell} a cell of its own, and `promote --fix` tags it bronze:{name}"
    return None, f"Only bronze steps read sources: {split}."


def _name(context: Context, looker: Looker, statement: Statement) -> str:
    """Give a name for the step that a statement would make; empty where it gives no frame, or more than that."""
    node = statement.node
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if not isinstance(target, ast.Name) or not isinstance(node, ast.Assign):
        return ""
    value = node.value
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _KEEPING:
        value = value.func.value
    path = dotted_of(value.func) if isinstance(value, ast.Call) else None
    if not isinstance(value, ast.Call) or path is None or not _gives_frame(context.program.functions.canonical(path)):
        return ""
    said = written(value.args[0], looker, statement.index) if value.args else None
    taken = {*context.steps, *context.program.functions.imports, *context.program.functions.by_name}
    plain = naming.snake(target.id) if target.id.isascii() else ""
    wanted = naming.from_variable(target.id) or naming.from_path(said or "") or plain
    name = naming.free(wanted, taken) if wanted else ""
    return name if naming.usable(name) else ""


def _gives_frame(path: str) -> bool:
    return is_frame_reader(path) or path in DATABASE_READERS or path in FRAME_DATASETS


def _is_aside(statement: Statement) -> bool:
    """Whether a statement binds nothing that could be taken for what the cell gives."""
    node = statement.node
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.Expr)) and not statement.changes
