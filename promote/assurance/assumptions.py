"""Assumptions, limitations and caveats: what a notebook says under a heading of that name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from platform_core.values import dataclass
from promote.model import Notebook, Step

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*")
_WORDS = re.compile(r"\b(?:assumptions?|limitations?|limits|caveats?)\b", re.IGNORECASE)
_FENCE = re.compile(r"[ \t]{0,3}(```+|~~~+)")


@dataclass(frozen=True, slots=True)
class Assumption:
    """One section: its heading, its lines without blank ones at either end, and the cell it stands in."""

    heading: str
    lines: tuple[str, ...]
    cell: int


def assumptions(notebook: Notebook, step: Step) -> tuple[Assumption, ...]:
    """Give what a step assumes: the sections directly above it, and those that belong to no other step.

    A section above another step is that step's alone; one anywhere else holds for the whole notebook.
    """
    own = set(_above(notebook, step.cells[0]))
    others = {
        cell for position in _tagged(notebook) if position != step.cells[0] for cell in _above(notebook, position)
    }
    found: list[Assumption] = []
    for cell in notebook.cells:
        if cell.kind == "markdown" and (cell.position in own or cell.position not in others):
            found += sections(cell.source, cell.position)
    return tuple(found)


def sections(text: str, cell: int = 1) -> list[Assumption]:
    r"""Give the sections of a markdown text whose heading speaks of assumptions; each goes on to the next heading.

    >>> sections("# Rents\nNo.\n## Assumptions\n* Rents are monthly.\n### In towns\nYes.\n## Method\nNo.")
    [Assumption(heading='Assumptions', lines=('* Rents are monthly.', '### In towns', 'Yes.'), cell=1)]
    """
    found: list[Assumption] = []
    heading, level, lines = "", 0, list[str]()
    for line, opens in [*_lines(text), ("# ", True)]:
        match = _HEADING.fullmatch(line) if opens else None
        if match is not None and (not heading or len(match[1]) <= level):
            if heading:
                found.append(Assumption(heading, _trimmed(lines), cell))
            heading, level, lines = (match[2], len(match[1]), []) if _WORDS.search(match[2]) else ("", 0, [])
        elif heading:
            lines.append(line)
    return found


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Give each line, and whether it may be a heading: one inside a fence of code is none."""
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if match is not None and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else match[1]
            yield line, False
        else:
            yield line, not fence


def _trimmed(lines: list[str]) -> tuple[str, ...]:
    kept = [line.rstrip() for line in lines]
    while kept and not kept[0]:
        kept.pop(0)
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def _above(notebook: Notebook, position: int) -> Iterator[int]:
    """Give the markdown cells directly above a cell."""
    for cell in reversed(notebook.cells[: position - 1]):
        if cell.kind != "markdown":
            return
        yield cell.position


def _tagged(notebook: Notebook) -> list[int]:
    """Give the first cell of each step; a step of a bare layer counts with each of its cells."""
    from promote.selection.select import names  # noqa: PLC0415 - it imports us not, and is needed here alone

    return [position for _, _, position in names(notebook)]
