"""The map of a promotion: which line of which cell a line of its module, or of its helpers, came from.

It is read from the evidence as JSON gives it. Whatever is not as `promote` writes it raises an error of Python's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

from platform_core.places import cell_words

_INDENT = "    "


class Cell(NamedTuple):
    """A line of a cell, as a person finds it."""

    position: int
    id: str
    tag: str
    line: int

    def __str__(self) -> str:
        """Give cell, id, tag and line in the words of `promote`.

        >>> str(Cell(4, "a1b2c3d4", "silver:rents", 2))
        'cell 4 (a1b2c3d4, silver:rents):2'
        """
        return f"{cell_words(self.position, self.id, self.tag)}:{self.line}"


def cell_at(line: int, evidence: Mapping[str, Any]) -> Cell | None:
    """Give the cell of a line of the module, None for a line that promotion wrote."""
    for entry in evidence["cells"]:
        for first in _places(entry):
            if first <= line < first + len(entry["source"]):
                return _cell(entry, line - first + 1)
    return None


def cell_in_helpers(code: CodeType, line: int, evidence: Mapping[str, Any]) -> Cell | None:
    """Give the cell of a line of helpers, found by the text round it; None where that stands there more than once."""
    text = Path(code.co_filename).read_text(encoding="utf-8")
    if not runs_as(code, text):
        return None
    lines, found = text.split("\n"), []
    for entry in evidence["cells"]:
        source = entry["source"]
        starts = places_of(source, lines, indented=entry["indented"] is True)
        if not entry["module_lines"] and len(starts) == 1 and starts[0] < line <= starts[0] + len(source):
            found.append(_cell(entry, line - starts[0]))
    return found[0] if len(found) == 1 else None


def places_of(source: Sequence[str], lines: Sequence[str], *, indented: bool) -> list[int]:
    r"""Give the lines (from 0) at which a piece of a cell begins; lines within a string are never indented.

    >>> places_of(["x = 1"], ["x = 1", "def f():", "    x = 1"], indented=True)
    [2]
    """
    moved = [(_INDENT + line, line) if indented else (line,) for line in source]
    last = len(lines) - len(source) + 1
    begins = [at for at in range(last) if source and lines[at] == moved[0][0]]
    return [at for at in begins if all(line in wanted for line, wanted in zip(lines[at:], moved, strict=False))]


def is_as_promoted(lines: Sequence[str], evidence: Mapping[str, Any]) -> bool:
    """Whether a module stands line by line as it was promoted."""
    wanted = {
        first + number: line
        for entry in evidence["cells"]
        for first in _places(entry)
        for number, line in enumerate(entry["source"])
    }
    rest = [line for number, line in enumerate(lines, 1) if number not in wanted]
    return rest == evidence["between"] and all(
        number <= len(lines) and lines[number - 1] in {line, _INDENT + line} for number, line in wanted.items()
    )


def _places(entry: Mapping[str, Any]) -> Iterator[int]:
    """Give the lines of the module at which a piece of a cell begins."""
    if entry["module_lines"]:
        yield entry["module_lines"][0]
    for first, _ in entry.get("again", ()):
        yield first


def _cell(entry: Mapping[str, Any], number: int) -> Cell:
    """Give the cell's line of a line (from 1) of a piece."""
    at, line = 1, entry["lines"][0]
    for start, there in entry.get("runs", ()):
        if start <= number:
            at, line = start, there
    return Cell(int(entry["cell"]), shown(entry["id"]), shown(entry.get("tag")), line + number - at)


def runs_as(code: CodeType, text: str) -> bool:
    """Whether some code is what a file holds now: a process that began before an edit runs the code of before."""
    whole = compile(text, code.co_filename, "exec", dont_inherit=True)
    return any(code == one and list(code.co_lines()) == list(one.co_lines()) for one in _codes(whole))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def shown(text: object) -> str:
    """Give a text of a file on one line, with nothing in it that cannot be seen."""
    return "".join(c if c.isprintable() else "?" for c in str(text or ""))
