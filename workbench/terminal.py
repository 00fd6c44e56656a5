"""What a person sees in the terminal: tables on stdout, progress on stderr, silent where nobody watches.

`NO_COLOR` is respected, and text from notebooks or data is never read as markup.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from platform_core.metadata.text import cut

_MOST_FRAMED = 100  # rows
_WIDEST = 120  # characters of a cell


class Bar(Protocol):
    """A progress bar in use."""

    def __call__(self, step: int = 1, *, label: str = "") -> None:
        """Move forward by `step` and say what is being done."""


@contextmanager
def progress(what: str, total: int) -> Iterator[Bar]:
    """Show a bar on stderr while the block runs; nothing at all where stderr is no terminal.

    Args:
        what: What is being done, in a word or two.
        total: How many steps it takes.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(what, total=total)

        def forward(step: int = 1, *, label: str = "") -> None:
            bars.update(task, advance=step, description=f"{what} {label}".rstrip())

        yield forward


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = (),
    grouped: bool = False,
) -> None:
    """Print a table on stdout; the columns named in `right` are aligned to the right.

    A long one has no frame: drawing that takes a millisecond of CPU a row. One that is wider than the terminal has none
    either, and where it is `grouped`, its first column stands in lines of its own (see `workbench.narrow`).
    """
    if len(rows) > _MOST_FRAMED:
        sys.stdout.write(_unframed(title, columns, rows, right))
        return
    console = Console()
    natural = sum(max(_width(value) for value in column) + 3 for column in zip(columns, *rows, strict=True)) + 1
    if console.is_terminal and natural > console.width:
        from workbench.narrow import narrow  # noqa: PLC0415 - a wide terminal does without

        sys.stdout.write(narrow(title, columns, rows, right, console.width, grouped=grouped))
        return
    table = Table(title=Text(title), title_justify="left")
    for column in columns:
        table.add_column(Text(column), justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(value) for value in row))
    if not console.is_terminal:
        console.width = 160
    console.print(table)


def _unframed(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]) -> str:
    """Give a table as lines of plain text, columns one below the other."""
    cells = [[cut(value, _WIDEST) for value in row] for row in (columns, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    shapes = list(zip([name in right for name in columns], widths, strict=True))
    lines = [title]
    for row in cells:
        spaced = [
            (value, " " * (width - _width(value)), last) for value, (last, width) in zip(row, shapes, strict=True)
        ]
        lines.append("  ".join([space + value if last else value + space for value, space, last in spaced]).rstrip())
    return "\n".join(lines) + "\n"


def _width(value: str) -> int:
    """Give the columns that a text without control characters takes in a terminal."""
    return len(value) if value.isascii() else cell_len(value)
