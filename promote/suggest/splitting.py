"""Where a cell that makes several frames is cut, so that each of them is a step of its own.

The cells that come of it stand one below the other and hold the same lines, so that the notebook does what it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from promote.dataflow.program import Program, Statement, build
from promote.edits import CutEdit
from promote.model import Notebook
from promote.selection.select import select
from promote.suggest.parts import Part, parts_of, users_of


def cuts_of(notebook: Notebook) -> tuple[CutEdit, ...]:
    """Give the cuts that part the frames of each untagged cell which later cells go on from, in the order of cells."""
    selection = select(notebook)
    program = build(selection.cells)
    found = parts_of(program)
    free = [cell.position for cell in selection.cells if cell.role.kind == "explore"]
    return tuple(
        CutEdit(cell, line) for cell in free for line in _lines(notebook, program, made_in(cell, found, program))
    )


def made_in(cell: int, found: Iterable[Part], program: Program) -> list[Part]:
    """Give the frames that a cell begins to make and that other cells go on from."""
    return [
        part
        for part in found
        if part.cells[0] == cell and not part.after_read and not part.guess.view and users_of(part, program)
    ]


def _lines(notebook: Notebook, program: Program, parts: Sequence[Part]) -> list[int]:
    """Give the lines of one cell above which it is cut; none where the frames are made by turns, or on one line."""
    if len(parts) < 2:
        return []
    cell = parts[0].cells[0]
    source = notebook.cells[cell - 1].source
    own = program.of_cells((cell,))
    turns = [next((at for at, part in enumerate(parts) if one in part.statements), None) for one in own]
    order = [turn for at, turn in enumerate(turns) if turn is not None and turn not in turns[:at]]
    told = [turn for turn in turns if turn is not None]
    if source.startswith("%%") or told != sorted(told, key=order.index):
        return []
    lines = []
    for turn in order[1:]:
        first = _with_what_it_needs(own, turns, turns.index(turn))
        line = _above_comments(source.split("\n"), own[first], own[first - 1])
        if line is None:
            return []
        lines.append(line)
    return lines


def _with_what_it_needs(own: Sequence[Statement], turns: Sequence[int | None], first: int) -> int:
    """Give where a frame's own statements begin, with those right above that bind what it is made from."""
    reads: set[str] = set(own[first].reads)
    while first and turns[first - 1] is None and own[first - 1].binds & reads:
        first -= 1
        reads |= own[first].reads.keys()
    return first


def _above_comments(lines: Sequence[str], statement: Statement, before: Statement) -> int | None:
    """Give the line of a statement, or of the comments right above it; None where it shares a line with another."""
    line = statement.first
    while line - 1 > before.last and lines[line - 2].lstrip().startswith("#"):
        line -= 1
    return line if line > before.last else None


def told_of(path: str, pieces: Mapping[int, int]) -> str:
    """Say which cells of a notebook are cut into how many pieces; empty where none is.

    >>> told_of("a.ipynb", {2: 1, 3: 4})
    'Cut cell 3 into 4: the numbers of cells here are those of a.ipynb after it.'
    """
    parts = [f"cell {cell} into {count}" for cell, count in pieces.items() if count > 1]
    return f"Cut {', '.join(parts)}: the numbers of cells here are those of {path} after it." if parts else ""
