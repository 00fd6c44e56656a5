"""The order in which the cells of steps were last run, as far as the notebook keeps it."""

from __future__ import annotations

from promote.model import Finding, Selection


def told_of_order(selection: Selection) -> list[Finding]:
    """Tell the first tagged cell that was last run before one above it: what it shows may be of an older value."""
    latest: tuple[int, int] | None = None  # count and position of the cell that was run last of those above
    for code in selection.cells:
        cell = selection.notebook.cells[code.position - 1]
        if code.role.kind in ("explore", "injected") or cell.count is None:
            continue
        if latest is None or cell.count >= latest[0]:
            latest = (cell.count, cell.position)
            continue
        message = (
            f"This cell was last run ([{cell.count}]) before cell {latest[1]} above it ([{latest[0]}]): "
            "what it shows may not be what the module gives."
        )
        hint = "Promotion runs the cells from top to bottom. Restart the kernel, run all cells, and look again."
        return [Finding("PR115", "note", message, selection.notebook.at(cell.position, tag=code.role.tag), hint)]
    return []
