"""Write edits of cells into a notebook's file, .ipynb or script, and leave every other byte of it as it is."""

from __future__ import annotations

from collections.abc import Sequence

from promote.edits import Edit
from promote.fixes.edits import apply_fix
from promote.merge.cell_edits import LineEdit, UnplacedError
from promote.model import Fix, Notebook
from promote.notebook import percent


def with_edits(raw: bytes, path: str, notebook: Notebook, edits: Sequence[LineEdit]) -> bytes:
    """Give a notebook's bytes with edits of its cells, which are in order and touch no line twice.

    Raises:
        UnplacedError: The file keeps a cell in a form that lines of code cannot be put into.
    """
    if path.endswith(".py"):
        return _script(raw, notebook, edits)
    return apply_fix(raw, Fix("", tuple(_edit(notebook.cells[edit.cell - 1].source, edit) for edit in edits)))


def _edit(source: str, edit: LineEdit) -> Edit:
    lines = source.split("\n")
    text = "\n".join(edit.lines)
    if edit.end <= len(lines):
        return Edit(edit.cell, edit.start, 1, edit.end, 1, text + "\n" if edit.lines else "")
    last = len(lines[-1]) + 1
    if edit.start > len(lines):  # below the last line
        return Edit(edit.cell, len(lines), last, len(lines), last, "\n" + text)
    if edit.lines or edit.start == 1:
        return Edit(edit.cell, edit.start, 1, len(lines), last, text)
    return Edit(edit.cell, edit.start - 1, len(lines[edit.start - 2]) + 1, len(lines), last, "")


def _script(raw: bytes, notebook: Notebook, edits: Sequence[LineEdit]) -> bytes:
    text = raw.decode("utf-8")
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(ending)
    cells = list(percent.cells(text.removeprefix("\ufeff").replace("\r\n", "\n")))
    for edit in reversed(edits):
        cell = notebook.cells[edit.cell - 1]
        marker = cells[edit.cell - 1].line
        start = next((n for n in range(marker, len(lines)) if lines[n].strip()), marker)
        low, high = start + edit.start - 1, start + edit.end - 1
        if not marker or lines[low:high] != cell.source.split("\n")[edit.start - 1 : edit.end - 1]:
            raise UnplacedError  # a cell above the first marker, a magic behind a comment sign, an export
        lines[low:high] = edit.lines
    return ending.join(lines).encode("utf-8")
