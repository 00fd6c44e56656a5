"""The lines of code that changed, before and after, without the hashes that promotion writes itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

from platform_core.links import Links
from workbench.review.document import Block, Cell, Paragraph, Table
from workbench.review.values import Review
from workbench.review.wording import counted, name, names

_OWN = re.compile(r'# (?:source=\w+ body=|Promoted from )|\s*code_version="\w*",$')
_FOLDED = 12  # rows from which the table is folded
_MOST = 2_000  # lines of a module that are compared: the work grows with their square
_SHOWN = 300  # rows of one file

Row = tuple[int, str, str]  # the line of the revision after that it stands at, before, after


def blocks(review: Review, links: Links) -> Iterator[Block]:
    """Tell the lines of changed modules, and of helpers that steps share, before and after."""
    found: list[tuple[Cell, ...]] = []
    for path, titles in _files(review).items():
        before, after = review.base.texts[path].splitlines(), review.head.texts[path].splitlines()
        if max(len(before), len(after)) > _MOST:
            yield Paragraph(f"{names(titles)}: too long for its lines to be compared here.")
            continue
        rows = [*_differing(before, after)]
        if len(rows) > _SHOWN:
            yield Paragraph(f"{names(titles)}: {counted(len(rows) - _SHOWN, 'more line')} differ than are shown.")
        found += [
            (Cell(names(titles)), Cell(f"{line}", links.to(path, (line, line))), _code(old), _code(new))
            for line, old, new in rows[:_SHOWN]
        ]
    if found:
        columns = ("Asset or file", "Line", "Before", "After")
        yield Table("Lines of code that changed", columns, tuple(found), ("Line",), fold=len(found) > _FOLDED)


def _files(review: Review) -> dict[str, tuple[str, ...]]:
    """Give the files that both revisions have and that differ, with the assets that each makes, else its own name."""
    made: dict[str, list[str]] = {}
    for change in review.changes:
        if change.before is not None and change.after is not None and change.before.path == change.after.path:
            made.setdefault(change.after.path, []).append(change.name)
            for path in change.after.helpers:
                made.setdefault(path, [])
    base, head = review.base.texts, review.head.texts
    return {
        path: tuple(assets) or (path,)
        for path, assets in sorted(made.items(), key=lambda one: (not one[1], one[0]))
        if path in base and path in head and base[path] != head[path]
    }


def _differing(before: list[str], after: list[str]) -> Iterator[Row]:
    r"""Give the lines that differ, those that stand for one another beside one another.

    >>> [*_differing(["a", "LEAST = 3", "b"], ["a", "LEAST = 5", "new", "b"])]
    [(2, 'LEAST = 3', 'LEAST = 5'), (3, '', 'new')]
    >>> [*_differing(["# source=1a body=2b", ' code_version="3c",'], ["# source=4d body=5e", ' code_version="6f",'])]
    []
    """
    for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            continue
        for line, (old, new) in enumerate(zip_longest(before[a:b], after[c:d], fillvalue=""), c + 1):
            if (old.strip() or new.strip()) and not (_OWN.match(old) or _OWN.match(new)):
                yield min(line, max(d, 1)), old, new


def _code(line: str) -> Cell:
    return Cell(name(line.strip()) if line.strip() else "")
