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


def characters(line: str, offset: int) -> int:
    """Give how many characters the first `offset` bytes of a line are.

    >>> characters("é = 1", 3)
    2
    """
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))
