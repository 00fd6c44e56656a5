"""The shape of a review before it has a format: sections of paragraphs, lists, tables and charts.

A text is a sentence in which `wording.name` may have set names apart. Each format cleans and escapes it in one place.
"""

from __future__ import annotations

from platform_core.values import dataclass

MARK = "<!-- workbench-review -->"  # by which CI finds its comment again


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; `tone` is good, bad or nothing."""

    text: str
    href: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or the verdict where it has a tone."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list; with boxes to tick where it is a checklist."""

    texts: tuple[str, ...]
    boxes: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names the row. `numbers` are the columns that hold counts."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[str, ...] = ()
    fold: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of bars: each with its label, its length from 0 on, and the length in words."""

    caption: str
    bars: tuple[tuple[str, float, str], ...]


Block = Paragraph | Items | Table | Bars


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the review. A folded one is open to who wants it."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    fold: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """The whole page. `footer` says what made it, `mark` is the comment by which CI finds it again as a comment."""

    title: str
    sections: tuple[Section, ...]
    footer: str = "Made by Notebook Workbench from the files of both revisions. Nothing was run."
    mark: str = MARK
