"""The catalogue of findings: what each code means, an example, and what to do.

The texts stand in `catalogue.json` and are read only when somebody asks for them, so that a run that finds nothing
pays nothing. `python -m promote.findings docs/findings` writes one page for each code.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from functools import cache

from platform_core.errors import UsageError, UserError
from platform_core.places import cell_words
from platform_core.values import dataclass
from promote.model import Finding, Location, Severity


class FindingError(UserError):
    """A finding that leaves nothing to go on with, raised instead of gathered.

    Args:
        finding: What to tell the analyst; the command line shows it as it shows every other finding.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message, hint=finding.hint or None, location=place(finding.location) or None)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue holds of one code.

    The example is a notebook of `(tags, source)` cells that gives the finding, or the text of a file that does, or
    where neither can show it a line of text (it may be empty).
    """

    code: str
    title: str
    severity: Severity
    explanation: str
    fix: str
    example: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    file: str = ""
    include_needed: bool = False

    @property
    def shown(self) -> str:
        """The example as a person reads it: each cell under its tag."""
        if not self.cells:
            return self.file or self.example
        parts = [f"[{tags or 'untagged'}]\n{source}" for tags, source in self.cells]
        return "\n\n".join(parts).replace("\0", "\\x00")


def place(location: Location) -> str:
    """Give a place as a person reads it: notebook, cell with its id and tag, line, column.

    >>> place(Location("notebooks/rents.ipynb", 4, "a1b2c3d4", "silver:rents", 2, 7))
    'notebooks/rents.ipynb:cell 4 (a1b2c3d4, silver:rents):2:7'
    >>> place(Location("notebooks/rents.ipynb", line=3, column=1))
    'notebooks/rents.ipynb:3:1'
    """
    parts = [location.path] if location.path else []
    if location.cell is not None:
        parts.append(cell_words(location.cell, location.cell_id, location.tag))
    if location.line is not None:
        parts.append(str(location.line))
        if location.column is not None:
            parts.append(str(location.column))
    return ":".join(parts)


def order(finding: Finding) -> tuple[str, int, int, int, str, str]:
    """Give what findings are sorted by: notebook, cell, line, column, code, words."""
    at = finding.location
    return (at.path, at.cell or 0, at.line or 0, at.column or 0, finding.code, finding.message)


@cache
def catalogue() -> dict[str, Entry]:
    """Give every code with its entry, sorted by code."""
    with open(os.path.join(os.path.dirname(__file__), "catalogue.json"), encoding="utf-8") as stream:
        entries = sorted(json.load(stream).items())
    return {
        code: Entry(code, **{**entry, "cells": tuple((tags, source) for tags, source in entry.get("cells", ()))})
        for code, entry in entries
    }


def explain(code: str) -> str:
    """Give what `promote --explain CODE` prints.

    Raises:
        UsageError: No finding has this code.

    >>> print(explain("pr301").splitlines()[0])
    PR301 A name is never defined (error)
    """
    entries = catalogue()
    number = code.strip().upper().removeprefix("PR").replace("O", "0")
    entry = entries.get(f"PR{number}")
    if entry is None:
        first, last = next(iter(entries)), next(reversed(entries))
        hint = f"Codes run from {first} to {last}; a finding shows its own behind its place."
        raise UsageError("No finding has this code.", hint=hint)
    parts = [f"{entry.code} {entry.title} ({entry.severity})", _wrapped(entry.explanation)]
    if entry.shown:
        parts.append("Example\n\n" + _indented(entry.shown))
    parts.append("What to do\n\n" + _wrapped(entry.fix))
    return "\n\n".join(parts) + "\n"


def page(entry: Entry) -> str:
    """Give the Markdown page of a code, as it stands in docs/findings."""
    parts = [f"# {entry.code}: {entry.title}", f"Severity: {entry.severity}.", entry.explanation]
    if entry.shown:
        parts.append(f"## Example\n\n```{'python' if entry.cells else 'text'}\n{_fenced(entry)}\n```")
    parts.append(f"## What to do\n\n{entry.fix}")
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """Give every page of docs/findings by file name, the index with them."""
    entries = catalogue()
    made = {f"{code}.md": page(entry) for code, entry in entries.items()}
    rows = [f"| [{code}]({code}.md) | {entry.severity} | {entry.title} |" for code, entry in entries.items()]
    head = "# Findings\n\nEvery finding of `promote` has a code that stays. `promote --explain CODE` prints its page.\n"
    made["README.md"] = "\n".join([head, "| code | severity | what |", "|---|---|---|", *rows]) + "\n"
    return made


def main(argv: Sequence[str]) -> int:
    """Write the pages into the folder named by the one argument; pages of codes that are gone are removed."""
    if len(argv) != 1:
        sys.stderr.write("usage: python -m promote.findings FOLDER\n")
        return 2
    from pathlib import Path  # noqa: PLC0415 - a check that imports this does without

    folder = Path(argv[0])
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in sorted(folder.glob("PR*.md")):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


def _fenced(entry: Entry) -> str:
    """Give the example for a page: cells as Python, each under a comment that says its tag."""
    if not entry.cells:
        return entry.shown
    return "\n\n".join(f"# %% {tags or 'untagged'}\n{source}" for tags, source in entry.cells).replace("\0", "\\x00")


def _wrapped(text: str) -> str:
    import textwrap  # noqa: PLC0415 - only who asks for an explanation pays for it

    return textwrap.fill(text, 88, break_long_words=False, break_on_hyphens=False)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
