"""The edits that a finding's fix offers to make in a notebook, for `promote --fix` and the Lab panel."""

from __future__ import annotations

from platform_core.values import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of a cell's source and what takes its place: lines and columns from 1, the end not part of it."""

    cell: int
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class TagEdit:
    """A tag of a cell that becomes another; an empty `old` adds `new`."""

    cell: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class KeyEdit:
    """A key under `workbench` in a cell's metadata that gets another name."""

    cell: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class OptionEdit:
    """A text among the options under `workbench` in a cell's metadata, by the keys and numbers that lead to it."""

    cell: int
    path: tuple[str | int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ReadEdit:
    """The path of a file, as it stands in a cell's source, that is read through a resource of files instead.

    `path` leads from the notebook's folder, or from the project's; where it is not plain it is empty, and `text` gives
    it. `sure` says that the notebook reads the file in any case. A `pattern` names files by wildcards, and is a text
    for what lists them. `inside` are the quotes of the text of a query that the path is a part of.
    """

    cell: int
    line: int
    column: int
    end_line: int
    end_column: int
    path: str
    text: str
    sure: bool
    pattern: bool = False
    inside: str = ""


@dataclass(frozen=True, slots=True)
class CutEdit:
    """The lines of a cell from `line` on, which stand in a cell of their own below, without a tag."""

    cell: int
    line: int
