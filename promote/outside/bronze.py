"""The fix for a source that a silver or gold step takes from an untagged cell: make that cell a bronze step."""

from __future__ import annotations

import ast

from promote.dataflow.program import Statement
from promote.dataflow.refusals import Context
from promote.language.syntax import dotted_of
from promote.model import Fix, TagEdit
from promote.outside.outside_names import DATABASE_READERS, FRAME_DATASETS
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


def tagged_bronze(context: Context, looker: Looker, statement: Statement) -> Fix | None:
    """Give the fix that tags a cell bronze where a frame that it reads is all that it gives."""
    cell = context.notebook.cells[statement.cell - 1]
    node = statement.node
    if statement.role.kind != "explore" or cell.tags or not isinstance(node, ast.Assign):
        return None
    rest = [one for one in context.program.by_cell[statement.cell] if one is not statement]
    target = node.targets[0]
    if len(node.targets) > 1 or not isinstance(target, ast.Name) or not all(map(_is_aside, rest)):
        return None
    value = node.value
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _KEEPING:
        value = value.func.value
    path = dotted_of(value.func) if isinstance(value, ast.Call) else None
    if not isinstance(value, ast.Call) or path is None or not _gives_frame(context.program.functions.canonical(path)):
        return None
    said = written(value.args[0], looker, statement.index) if value.args else None
    taken = {*context.steps, *context.program.functions.imports, *context.program.functions.by_name}
    plain = naming.snake(target.id) if target.id.isascii() else ""
    wanted = naming.from_variable(target.id) or naming.from_path(said or "") or plain
    name = naming.free(wanted, taken)
    if not wanted or not naming.usable(name):
        return None
    return Fix(f"Tag cell {statement.cell} bronze:{name}.", (TagEdit(statement.cell, "", f"bronze:{name}"),))


def _gives_frame(path: str) -> bool:
    from promote.outside.outside import is_frame_reader  # noqa: PLC0415 - it asks for this module in its turn

    return is_frame_reader(path) or path in DATABASE_READERS or path in FRAME_DATASETS


def _is_aside(statement: Statement) -> bool:
    """Whether a statement binds nothing that could be taken for what the cell gives."""
    node = statement.node
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.Expr)) and not statement.changes
