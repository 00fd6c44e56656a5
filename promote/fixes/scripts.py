"""Carry out fixes in notebooks that are kept as scripts: percent cells and exports of Databricks."""

from __future__ import annotations

from collections.abc import Sequence

from promote.edits import CutEdit, Edit
from promote.model import Fix
from promote.notebook import percent

_PARTED = ("\n# %%\n", "\n# COMMAND ----------\n\n")  # what begins a cell: in percent scripts, in exports


def apply_to_script(raw: bytes, fix: Fix) -> bytes | None:
    r"""Give the bytes of a script with a fix applied; None where it cannot be, or would change something else.

    >>> fix = Fix("", (Edit(1, 2, 1, 2, 2, "b"),))
    >>> apply_to_script(b"# %%\n\nx = 1\na = x\n", fix)
    b'# %%\n\nx = 1\nb = x\n'
    """
    whole = raw.decode("utf-8")
    mark = "\ufeff" if whole.startswith("\ufeff") else ""
    ending = "\r\n" if "\r\n" in whole else "\n"
    text = whole.removeprefix(mark).replace("\r\n", "\n")
    cells = list(percent.cells(text))
    lines = text.split("\n")
    wanted = [cell.source for cell in cells]
    for edit in sorted(fix.edits, key=_place, reverse=True):
        if not isinstance(edit, (Edit, CutEdit)):
            return None
        source, at = wanted[edit.cell - 1], _first_line(cells[edit.cell - 1], lines)
        if at is None:
            return None
        own = source.split("\n")
        if isinstance(edit, CutEdit):
            wanted[edit.cell - 1 : edit.cell] = [
                "\n".join(own[: edit.line - 1]).rstrip(),
                "\n".join(own[edit.line - 1 :]),
            ]
            lines[at + edit.line - 1] = _PARTED[percent.is_export(text)] + lines[at + edit.line - 1]
            continue
        last = min(edit.end_line, len(own))
        if own[edit.line - 1 : last] != lines[at + edit.line - 1 : at + last]:  # a magic stands behind a `#` there
            return None
        wanted[edit.cell - 1] = _spliced(own, edit, 0)
        lines = _spliced(lines, edit, at).split("\n")
    made = "\n".join(lines)
    if [cell.source for cell in percent.cells(made)] != wanted:
        return None
    return (mark + made.replace("\n", ending)).encode("utf-8")


def _first_line(cell: percent.ScriptCell, lines: Sequence[str]) -> int | None:
    """Give the number (from 0) of the line where a cell's source begins; None where it does not stand there."""
    at = cell.line
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith("# DBTITLE ")):
        at += 1
    return at if cell.line and at < len(lines) else None


def _spliced(lines: Sequence[str], edit: Edit, at: int) -> str:
    """Give some lines as a text with an edit; the cell's first line stands at `at`."""
    first, last = at + edit.line - 1, at + edit.end_line - 1
    before = [*lines[:first], lines[first][: edit.column - 1]]
    after = [lines[last][edit.end_column - 1 :], *lines[last + 1 :]] if last < len(lines) else [""]
    return "\n".join(before) + edit.text + "\n".join(after)


def _place(edit: object) -> tuple[int, int, int]:
    if isinstance(edit, Edit):
        return edit.cell, edit.line, edit.column
    return (edit.cell, edit.line, 0) if isinstance(edit, CutEdit) else (0, 0, 0)
