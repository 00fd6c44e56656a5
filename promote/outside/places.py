"""Places of syntax nodes in a notebook, with columns counted in characters: Python counts them in bytes of UTF-8."""

from __future__ import annotations

import ast

from promote.dataflow.program import Statement
from promote.model import Location, Notebook


def placed(notebook: Notebook, statement: Statement, node: ast.expr | ast.stmt) -> Location:
    """Give the place where a node of a statement begins."""
    line = notebook.at(statement.cell, node.lineno, tag=statement.role.tag).text
    column = characters(line, node.col_offset) + 1
    return notebook.at(statement.cell, node.lineno, column, tag=statement.role.tag)


def span(notebook: Notebook, statement: Statement, node: ast.expr) -> tuple[int, int, int, int] | None:
    """Give where an expression begins and ends in its cell; None where that is read otherwise than it stands."""
    lines = notebook.cells[statement.cell - 1].source.split("\n")
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    if end_line > len(lines):
        return None
    start = characters(lines[node.lineno - 1], node.col_offset)
    stop = characters(lines[end_line - 1], end)
    within = lines[node.lineno - 1 : end_line]
    within[-1] = within[-1][:stop]
    within[0] = within[0][start:]
    try:
        same = ast.dump(ast.parse("(" + "\n".join(within) + ")", mode="eval").body) == ast.dump(node)
    except SyntaxError:
        return None
    return (node.lineno, start + 1, end_line, stop + 1) if same else None


def characters(line: str, offset: int) -> int:
    """Give how many characters the first `offset` bytes of a line are.

    >>> characters("é = 1", 3)
    2
    """
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))
