"""Tables for a terminal that is too narrow for them: no frame, no empty column, and lines that break between words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len, chop_cells

from platform_core.metadata.text import cut

_PIECE = re.compile(r"[^\s/:_]*[\s/:_]*")  # what stays on one line: a word, or a part of a path, a tag or a name
_GAP = "  "


def narrow(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[str],
    width: int,
    *,
    grouped: bool,
) -> str:
    """Give a table as lines of at most `width` columns of a terminal, as far as that goes.

    Args:
        title: The line above it.
        columns: The names of the columns.
        rows: The cells; control characters in them are taken out.
        right: The columns that are aligned to the right.
        width: How wide the terminal is.
        grouped: The first column stands in a line of its own, above the rows that follow; where it is empty, the row
            belongs to the group before.

    >>> rows = [["a.ipynb", "silver:a", "", "3"]]
    >>> print(narrow("Steps", ["at", "step", "", "rows"], rows, ["rows"], 15, grouped=True))
    Steps
      step     rows
    a.ipynb
      silver:     3
      a
    <BLANKLINE>
    """
    cells = [[cut(value, 200) for value in row] for row in (columns, *rows)]
    first = 1 if grouped else 0
    kept = [at for at in range(first, len(columns)) if any(row[at] for row in cells[1:])]
    body = [[row[at] for at in kept] for row in cells]
    indent = _GAP if grouped else ""
    widths = _fitted(body, width - len(indent) - len(_GAP) * (len(kept) - 1))
    aligned = [columns[at] in right for at in kept]
    lines = [title]
    for number, row in enumerate(body):
        if grouped and number and cells[number][0]:
            lines.append(cells[number][0])
        lines += [indent + line for line in _lines(row, widths, aligned)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _fitted(cells: Sequence[Sequence[str]], room: int) -> list[int]:
    """Give the widths of columns: the widest gives way first; between words while that helps, then in names."""
    columns = list(zip(*cells, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    words, pieces = (
        [max((cell_len(part.rstrip()) for value in column for part in found(value)), default=0) for column in columns]
        for found in (str.split, _PIECE.findall)
    )
    for least in (words, pieces, [4] * len(widths)):
        while sum(widths) > room:
            wide = [at for at, one in enumerate(widths) if one > least[at]]
            if not wide:
                break
            widths[max(wide, key=lambda at: widths[at])] -= 1
    return widths


def _lines(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    parts = [_wrapped(value, width) for value, width in zip(row, widths, strict=True)]
    for line in zip_longest(*parts, fillvalue=""):
        placed = []
        for value, width, last in zip(line, widths, right, strict=True):
            space = " " * (width - cell_len(value))
            placed.append(space + value if last else value + space)
        yield _GAP.join(placed)


def _wrapped(value: str, width: int) -> list[str]:
    """Break a text between its pieces, and inside one only where it is longer than a line."""
    lines = [""]
    for piece in _PIECE.findall(value):
        if cell_len(lines[-1] + piece.rstrip()) <= width:
            lines[-1] += piece
        else:
            lines += chop_cells(piece.rstrip(), width) if cell_len(piece.rstrip()) > width else [piece]
    return [line.rstrip() for line in lines if line.strip()] or [""]
